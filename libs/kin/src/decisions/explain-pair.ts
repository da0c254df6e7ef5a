import { differentLevel, levelsOf } from '../comparison/field-kind.js';
import type { PatternLayout } from '../comparison/pattern-layout.js';
import type { ScoreTable } from '../model/score-table.js';

/** What one field says about a pair. */
export interface FieldEvidence {
  readonly field: string;
  readonly level: string;
  /** For (above 0) or against that the two are one person, in millibits: how it moves the score of the fields before it. */
  readonly weight: number;
  readonly missing: boolean;
}

/** A pair’s score, from where it begins to where it ends: the start and the weights add up to it. */
export interface PairExplanation {
  /** The score before anything is compared: how rare matches are. */
  readonly start: number;
  readonly fields: readonly FieldEvidence[];
  readonly score: number;
}

/** Explains the score of a pattern, field by field, in the order of the layout. */
export function explainPair(
  layout: PatternLayout,
  table: ScoreTable,
  stratum: number,
  low: number,
  high: number,
): PairExplanation {
  const levels = layout.levels(low, high);
  const scoreOfFirst = (fields: number): number => {
    const words = layout.pack(levels.map((level, index) => (index < fields ? level : 0)));
    return table.score(stratum, words.low, words.high);
  };
  const start = scoreOfFirst(0);
  let before = start;
  const fields = layout.fields.map(({ name, kind }, index): FieldEvidence => {
    const after = scoreOfFirst(index + 1);
    const level = levels[index] ?? 0;
    const weight = after - before;
    before = after;
    return {
      field: name,
      level: levelsOf[kind][Math.min(level, differentLevel(kind))] ?? '',
      weight,
      missing: level === 0,
    };
  });
  return { start, fields, score: before };
}
