import {
  estimateStratum,
  FEWEST_CANDIDATES,
  hasRarities,
  modelOf,
  RARITIES,
  ScoreTable,
  stratumNumber,
  type Model,
  type PatternLayout,
  type StratumEvidence,
} from '@kinledger/kin';
import { EvidenceReader } from '../evidence-reader.js';
import type { Evidence } from '../evidence.js';
import type { LinkageRecord } from '../partition.js';
import { coldStartOf } from './cold-start.js';
import { comparedFields } from './compared-fields.js';
import { kin1, modelIn, type Kin1Settings } from './kin-1.js';
import { PairComparison } from './pair-comparison.js';
import { candidatePatterns, drawnPairs, wholeAgreements, type CountedPatterns } from './shown-pairs.js';

/** The strata of `kin-1`: a child and an adult are two people, and are not compared. */
const roles = ['child', 'adult'] as const;
export type RoleStratum = (typeof roles)[number];

/** What an estimate rests on in one stratum, and what it makes of its candidates. */
export interface EstimatedStratum {
  readonly stratum: RoleStratum;
  readonly records: number;
  /** All pairs of these records, and those that share a candidate key. */
  readonly pairs: number;
  readonly candidates: number;
  /** False where there is too little to see: the stratum has the values of the model that the engine ships. */
  readonly isEstimated: boolean;
  /** Of the candidates: how many are of one person by the model, and by the model in force. */
  readonly expectedMatches: number;
  readonly expectedBefore: number;
  /** By field and level: how many candidates have it. Level 0 is missing. */
  readonly levels: readonly (readonly number[])[];
  /** How many candidates the model in force puts into each band, and into which band the model puts them. */
  readonly moves: Readonly<Record<ScoreBand, Readonly<Record<ScoreBand, number>>>>;
  /** Medians by candidate, and the furthest, of how the score moves: in millibits. */
  readonly medianMove: number;
  readonly furthestMove: number;
}

/** Where a score stands: below the band of review, within it, or high enough for a link. */
export type ScoreBand = 'apart' | 'review' | 'link';

export interface ModelEstimate {
  readonly model: Model;
  /** The model of the settings, with which it is compared. */
  readonly before: Model;
  readonly strata: readonly EstimatedStratum[];
}

/** Pairs of a stratum below this many say too little of it. */
export const fewestCandidates = FEWEST_CANDIDATES;

/**
 * Estimates a model of `kin-1` from live records: the pairs that share a candidate key, pairs drawn at random, and how often
 * whole values occur. It depends on the set of records alone: neither their order nor the keys of their tokens change a byte.
 * @param records live records of any kind, with each row key once; @param settings those of the strategy in force.
 */
export function estimateModel(
  records: readonly LinkageRecord[],
  settings: Kin1Settings,
  name: string,
): ModelEstimate {
  const reader = new EvidenceReader(records, kin1(settings));
  const people = records
    .filter(({ kind }) => kind === 'person')
    .sort((one, other) => (one.rowKey < other.rowKey ? -1 : 1))
    .map((record) => reader.evidenceOf(record));
  const comparison = new PairComparison();
  const before = modelIn(settings);
  const shown = roles.map((stratum) =>
    evidenceOfStratum(
      stratum,
      people.filter(({ child }) => child === (stratum === 'child')),
      comparison,
    ),
  );
  const model = modelOf(
    name,
    comparison.layout,
    shown.map((evidence) => {
      if (isEnough(evidence)) return estimateStratum(comparison.layout, evidence);
      const { stratum, records: size, pairs } = evidence;
      const shipped = coldStartOf(Math.max(2, size)).strata.find((each) => each.stratum === stratum);
      if (shipped === undefined) throw new Error(`the engine ships no stratum ${stratum}`);
      return { ...shipped, candidates: candidatesIn(evidence), pairs };
    }),
  );
  const tables = {
    before: new ScoreTable(comparison.layout, before),
    after: new ScoreTable(comparison.layout, model),
  };
  return {
    ...{ model, before },
    strata: shown.map((evidence) => describe(evidence, comparison.layout, tables, settings)),
  };
}

type RoleEvidence = StratumEvidence & { readonly stratum: RoleStratum };

const candidatesIn = ({ counts }: CountedPatterns): number => counts.reduce((all, count) => all + count, 0);
const isEnough = (evidence: RoleEvidence): boolean => candidatesIn(evidence) >= FEWEST_CANDIDATES;

function evidenceOfStratum(
  stratum: RoleStratum,
  records: readonly Evidence[],
  comparison: PairComparison,
): RoleEvidence {
  const { drawn, levels } = drawnPairs(records, comparison);
  return {
    stratum,
    records: records.length,
    pairs: Math.max(1, (records.length * (records.length - 1)) / 2),
    ...candidatePatterns(records, comparison),
    ...{ drawn, drawnLevels: levels },
    wholeAgreements: wholeAgreements(records, comparison),
    raritiesOfRecords: comparedFields.map(({ kind }) => (hasRarities(kind) ? allAlike : undefined)),
  };
}

/** Where no frequencies are known, every value counts as one of the commonest. */
const allAlike = Float64Array.from({ length: RARITIES + 1 }, (_, rarity) => (rarity === RARITIES ? 1 : 0));

function describe(
  evidence: RoleEvidence,
  layout: PatternLayout,
  { before, after }: { readonly before: ScoreTable; readonly after: ScoreTable },
  { reviewFrom, linkFrom }: Kin1Settings,
): EstimatedStratum {
  const { stratum, records, pairs, low, high, counts } = evidence;
  const bandOf = (score: number): ScoreBand =>
    score >= linkFrom ? 'link' : score >= reviewFrom ? 'review' : 'apart';
  const none = () => ({ apart: 0, review: 0, link: 0 });
  const moves: Record<ScoreBand, Record<ScoreBand, number>> = {
    ...{ apart: none(), review: none(), link: none() },
  };
  const byMove = new Map<number, number>();
  const levels = layout.fields.map(() => new Array<number>(MOST_LEVELS).fill(0));
  const number = stratumNumber(stratum);
  let [expected, expectedBefore, furthest] = [0, 0, 0];
  counts.forEach((count, pattern) => {
    const words = [low[pattern] as number, high[pattern] as number] as const; // parallel
    const scores = [before, after].map((table) => table.score(number, ...words)) as [number, number];
    moves[bandOf(scores[0])][bandOf(scores[1])] += count;
    const move = scores[1] - scores[0];
    byMove.set(move, (byMove.get(move) ?? 0) + count);
    if (Math.abs(move) > Math.abs(furthest)) furthest = move;
    expected += count * Math.round(after.probability(number, ...words) * MILLION);
    expectedBefore += count * Math.round(before.probability(number, ...words) * MILLION);
    layout.levels(...words).forEach((level, field) => {
      const ofField = levels[field] as number[]; // one for each field
      ofField[level] = (ofField[level] as number) + count;
    });
  });
  const candidates = candidatesIn(evidence);
  return {
    ...{ stratum, records, pairs, candidates },
    isEstimated: isEnough(evidence),
    expectedMatches: expected / MILLION,
    expectedBefore: expectedBefore / MILLION,
    ...{ levels, moves },
    medianMove: medianOf(byMove, candidates),
    furthestMove: furthest,
  };
}

const MOST_LEVELS = 16;
/** Probabilities are summed in whole millionths, so that no order matters. */
const MILLION = 1_000_000;

function medianOf(counts: ReadonlyMap<number, number>, total: number): number {
  let seen = 0;
  for (const [value, count] of [...counts].sort(([one], [other]) => one - other)) {
    seen += count;
    if (seen * 2 >= total) return value;
  }
  return 0;
}
