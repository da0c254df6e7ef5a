import {
  explainPair,
  hasRarities,
  levelsOf,
  RARITIES,
  type FieldKind,
  type PatternLayout,
  type ScoreTable,
} from '@kinledger/kin';
import type { MatchWeights, MissingSide } from '../pair-account.js';

/** A pattern under one model. */
export interface PatternOfPair {
  readonly layout: PatternLayout;
  readonly table: ScoreTable;
  readonly stratum: number;
  readonly low: number;
  readonly high: number;
}

/** Shares of classes are given so many decimal places. */
const PLACES = 1e6;

/**
 * How a pattern comes to its score, field by field.
 * @param model its hash.
 * @param nameOf a level as the ledger says it.
 * @param missingOf which side lacks a field that is not compared.
 */
export function weightsOfPattern(
  { layout, table, stratum, low, high }: PatternOfPair,
  model: string,
  nameOf: (level: string) => string,
  missingOf: (field: number) => MissingSide,
): MatchWeights {
  const { start, fields, score } = explainPair(layout, table, stratum, low, high);
  return {
    ...{ model, start, score },
    fields: fields.map(({ field, level, weight, missing }, at) => ({
      ...{ field, level: missing ? 'missing' : nameOf(level) },
      ...(missing ? { missing: missingOf(at) } : {}),
      weight,
    })),
    classes: table.classShares(stratum, low, high).map(({ class: name, same, probability }) => ({
      ...{ class: name, isOnePerson: same },
      probability: Math.round(probability * PLACES) / PLACES,
    })),
  };
}

/** The pattern of levels that the ledger states; undefined if one of its fields or levels is not compared. */
export function patternOfLevels(
  layout: PatternLayout,
  levels: Readonly<Record<string, string>>,
): { readonly low: number; readonly high: number } | undefined {
  const known = new Set(layout.fields.map(({ name }) => name));
  if (Object.keys(levels).some((field) => !known.has(field))) return undefined;
  const numbers = layout.fields.map(({ name, kind }) => {
    const level = levels[name];
    return level === undefined ? 0 : levelOf(kind, level);
  });
  return numbers.includes(-1) ? undefined : layout.pack(numbers);
}

/** Of a value that agrees in full where nobody knows how rare it is, the ledger says `full` alone. */
const levelOf = (kind: FieldKind, level: string): number =>
  level === 'full' && hasRarities(kind) ? RARITIES : levelsOf[kind].indexOf(level);
