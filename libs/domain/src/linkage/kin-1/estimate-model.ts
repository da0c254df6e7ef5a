import {
  estimateStratum,
  FEWEST_CANDIDATES,
  frequencyHash,
  modelOf,
  NameFrequencies,
  PatternTable,
  ScoreTable,
  stratumNumber,
  type FrequencyTable,
  type Model,
  type PatternLayout,
  type StratumEvidence,
} from '@kinledger/kin';
import { EvidenceReader } from '../evidence-reader.js';
import type { Evidence } from '../evidence.js';
import type { LinkageRecord } from '../partition.js';
import { coldStartOf } from './cold-start.js';
import { kin1, modelIn, type Kin1Settings } from './kin-1.js';
import { nameFrequenciesOf } from './count-names.js';
import { PairComparison } from './pair-comparison.js';
import {
  drawnPairs,
  forEachCandidate,
  raritiesOfRecords,
  sortedPatterns,
  wholeAgreements,
  type CountedPatterns,
} from './shown-pairs.js';

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
  /** Whether that model names a table that is not at hand: it is then compared as if every name were very rare. */
  readonly lacksNamesBefore: boolean;
  /** How common names are, where the model asks for it. */
  readonly frequencies: FrequencyTable | undefined;
  readonly strata: readonly EstimatedStratum[];
}

export interface EstimateSettings {
  /** What people call the model. */
  readonly name: string;
  /** Whether an agreement on a rare name is to count for more than on a common one. */
  readonly withFrequencies: boolean;
  /** The table that the model of the settings names; absent if it names none, or it is not at hand. */
  readonly frequenciesBefore?: NameFrequencies | undefined;
}

/** Pairs of a stratum below this many say too little of it. */
export const fewestCandidates = FEWEST_CANDIDATES;

/**
 * Estimates a model of `kin-1` from live records: the pairs that share a candidate key, pairs drawn at random, and how often
 * whole values occur. It depends on the set of records alone: neither their order nor the keys of their tokens change a byte.
 * Of how many pairs there are, the model says only about how many.
 * @param records live records of any kind, with each row key once; @param settings those of the strategy in force.
 */
export function estimateModel(
  records: readonly LinkageRecord[],
  settings: Kin1Settings,
  { name, withFrequencies, frequenciesBefore }: EstimateSettings,
): ModelEstimate {
  const before = modelIn(settings);
  const people = records
    .filter(({ kind }) => kind === 'person')
    .sort((one, other) => (one.rowKey < other.rowKey ? -1 : 1));
  const frequencies = withFrequencies ? nameFrequenciesOf(people) : undefined;
  const id = frequencies === undefined ? undefined : frequencyHash(frequencies);
  const evidenceUnder = (model: Model, table: NameFrequencies | undefined): Evidence[] => {
    const reader = new EvidenceReader(records, kin1({ ...settings, model: { document: model } }, table));
    return people.map((record) => reader.evidenceOf(record));
  };
  const scored = named(before, id);
  const shown = evidenceUnder(
    scored,
    frequencies === undefined || id === undefined ? undefined : new NameFrequencies(id, frequencies),
  );
  const isSameTable = before.frequencies === id;
  const lacksNamesBefore =
    before.frequencies !== undefined && !isSameTable && frequenciesBefore === undefined;
  const asBefore = isSameTable
    ? shown
    : evidenceUnder(lacksNamesBefore ? named(before, undefined) : before, frequenciesBefore);
  const comparison = new PairComparison();
  const { layout } = comparison;
  const strata = roles.map((stratum) => {
    const ofRole = (evidence: readonly Evidence[]) =>
      evidence.filter(({ child }) => child === (stratum === 'child'));
    return stratumShown(stratum, ofRole(shown), ofRole(asBefore), comparison);
  });
  const model = named(
    modelOf(
      name,
      layout,
      strata.map(({ evidence }) => {
        if (isEnough(evidence)) {
          const found = estimateStratum(layout, evidence);
          return { ...found, candidates: about(found.candidates), pairs: about(found.pairs) };
        }
        const { stratum, records: size } = evidence;
        // It says how many rows there are in its shares too.
        const shipped = coldStartOf(Math.max(2, about(size))).strata.find((each) => each.stratum === stratum);
        if (shipped === undefined) throw new Error(`the engine ships no stratum ${stratum}`);
        return { ...shipped, pairs: about(shipped.pairs) };
      }),
    ),
    id,
  );
  const tables = { before: new ScoreTable(layout, before), after: new ScoreTable(layout, model) };
  return {
    ...{ model, before, lacksNamesBefore, frequencies },
    strata: strata.map((found) => describe(found, layout, tables, settings)),
  };
}

const named = (model: Model, frequencies: string | undefined): Model => {
  const { frequencies: _, ...rest } = model;
  return frequencies === undefined ? rest : { ...rest, frequencies };
};

/** A count in two significant digits, and in tens: a model goes where counts of rows do not. */
function about(count: number): number {
  const step = 10 ** Math.max(1, String(Math.round(count)).length - 2);
  return Math.round(count / step) * step;
}

type RoleEvidence = StratumEvidence & { readonly stratum: RoleStratum };

const candidatesIn = ({ counts }: CountedPatterns): number => counts.reduce((all, count) => all + count, 0);
const isEnough = (evidence: RoleEvidence): boolean => candidatesIn(evidence) >= FEWEST_CANDIDATES;

/** A stratum, with the pattern that each candidate has before. */
interface StratumShown {
  readonly evidence: RoleEvidence;
  /** By pattern of the evidence: the patterns of its candidates under the model in force, and how many have each. */
  readonly before: readonly (readonly (readonly [low: number, high: number, pairs: number])[])[];
}

function stratumShown(
  stratum: RoleStratum,
  records: readonly Evidence[],
  asBefore: readonly Evidence[],
  comparison: PairComparison,
): StratumShown {
  const { drawn, levels } = drawnPairs(records, comparison);
  const [patterns, earlier] = [new PatternTable(), new PatternTable()];
  const pairs = new Map<number, number>();
  const ofEarlier = records === asBefore ? comparison : new PairComparison();
  forEachCandidate(records, (one, other) => {
    comparison.compare(records[one] as Evidence, records[other] as Evidence); // indices
    const after = patterns.count(comparison.low, comparison.high);
    ofEarlier.compare(asBefore[one] as Evidence, asBefore[other] as Evidence); // parallel
    const before = earlier.count(ofEarlier.low, ofEarlier.high);
    const key = after * MOST_PATTERNS + before;
    pairs.set(key, (pairs.get(key) ?? 0) + 1);
  });
  const sorted = sortedPatterns(patterns);
  const byPattern = new Map<number, [number, number, number][]>();
  for (const [key, count] of pairs) {
    const [after, before] = [Math.floor(key / MOST_PATTERNS), key % MOST_PATTERNS];
    const list = byPattern.get(after) ?? [];
    list.push([earlier.low[before] as number, earlier.high[before] as number, count]); // counted
    byPattern.set(after, list);
  }
  return {
    evidence: {
      ...{
        stratum,
        records: records.length,
        pairs: Math.max(1, (records.length * (records.length - 1)) / 2),
      },
      ...sorted,
      ...{ drawn, drawnLevels: levels },
      wholeAgreements: wholeAgreements(records, comparison),
      raritiesOfRecords: raritiesOfRecords(records, comparison),
    },
    before: [...sorted.low].map((low, at) => {
      const number = patterns.numberOf(low, sorted.high[at] as number); // parallel
      return byPattern.get(number) ?? [];
    }),
  };
}

const MOST_PATTERNS = 2 ** 26;

function describe(
  { evidence, before: earlier }: StratumShown,
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
    const score = after.score(number, ...words);
    expected += count * Math.round(after.probability(number, ...words) * MILLION);
    layout.levels(...words).forEach((level, field) => {
      const ofField = levels[field] as number[]; // one for each field
      ofField[level] = (ofField[level] as number) + count;
    });
    for (const [lowBefore, highBefore, pairsBefore] of earlier[pattern] ?? []) {
      const scoreBefore = before.score(number, lowBefore, highBefore);
      moves[bandOf(scoreBefore)][bandOf(score)] += pairsBefore;
      const move = score - scoreBefore;
      byMove.set(move, (byMove.get(move) ?? 0) + pairsBefore);
      if (Math.abs(move) > Math.abs(furthest) || (move === -furthest && move > 0)) furthest = move;
      const probability = before.probability(number, lowBefore, highBefore);
      expectedBefore += pairsBefore * Math.round(probability * MILLION);
    }
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
