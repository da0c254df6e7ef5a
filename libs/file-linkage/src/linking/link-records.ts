import {
  borrowed,
  clusterPairs,
  Comparison,
  estimateStratum,
  FEWEST_CANDIDATES,
  hasRarities,
  log2,
  MILLIBITS,
  modelOf,
  PatternTable,
  RARITIES,
  rarityShares,
  ScoreTable,
  strata,
  type ComparedField,
  type FieldKind,
  type Model,
  type StratumEvidence,
  type StratumModel,
} from '@kinledger/kin';
import { candidatesOf, type KeyUse } from '../candidates/candidates.js';
import { AFTER_VALUES, type LinkRecords } from '../reading/records.js';
import { raritiesOf, valueTableOf, type ComparedValues } from '../values/value-table.js';
import { randomPairs } from './random-pairs.js';
import { wholeAgreements } from './whole-agreements.js';

/** A field to compare. */
export interface FieldToCompare {
  readonly name: string;
  readonly kind: FieldKind;
  /** Index of its vocabulary among those of the records. */
  readonly vocabulary: number;
}

export interface LinkOptions {
  /** By source: whether it holds nobody twice. */
  readonly unique: readonly boolean[];
  /** A model to use; estimated from the records if absent. */
  readonly model?: Model | undefined;
  readonly compareIds: (a: number, b: number) => number;
  readonly progress: (step: string) => void;
}

/** Records, linked: what was compared, with which model, and who is whom. */
export interface Linked {
  readonly records: LinkRecords;
  readonly comparison: Comparison;
  readonly model: Model;
  readonly table: ScoreTable;
  readonly keys: readonly KeyUse[];
  /** How many values of keys too many records share for their pairs to be compared. */
  readonly passedOver: number;
  /** The pairs that were compared, and their scores. */
  readonly first: Int32Array;
  readonly second: Int32Array;
  readonly scores: Int32Array;
  /** By record: the first record of its individual. */
  readonly clusterOf: Int32Array;
  /** What one-to-one linkage added to each score. */
  readonly bonus: number;
  readonly stratumOf: (a: number, b: number) => number;
  readonly scoreOf: (a: number, b: number) => number;
}

const CHILD = 1;
const ADULT = 2;

/** Links records: candidates, comparison, model, scores, clusters. */
export function linkRecords(
  records: LinkRecords,
  fields: readonly FieldToCompare[],
  options: LinkOptions,
): Linked {
  const { progress } = options;
  progress('derive');
  const kinds = fields.map(({ kind }) => kind);
  const tables = records.vocabularies.map((texts, vocabulary) => {
    const field = fields.find((each) => each.vocabulary === vocabulary);
    return valueTableOf(field?.kind ?? 'attribute', texts);
  });
  const tableOf = fields.map(({ vocabulary }) => tables[vocabulary] as ComparedValues);
  const rarities = fields.map((_, field) => {
    const values = tableOf[field] as ComparedValues;
    const counts = new Int32Array(values.whole.length);
    for (let record = 0; record < records.count; record++) {
      const value = records.data[record * records.stride + field] as number;
      counts[value] = (counts[value] as number) + 1;
    }
    counts[0] = 0;
    return raritiesOf(values, counts, rarityShares).rarity;
  });
  const comparison = new Comparison(
    fields.map(({ name, kind }, field): ComparedField => ({
      ...{ name, kind, slot: field, values: tableOf[field] as ComparedValues },
      rarity: rarities[field] as Uint8Array,
    })),
  );
  const sourceOf = (record: number) =>
    records.data[record * records.stride + records.fields + AFTER_VALUES.origin] as number;
  const alone = options.unique.map((unique, source) => (unique ? source : -1));
  const mayPair = (a: number, b: number): boolean => {
    const [roleOfA, roleOfB] = [records.strata[a] as number, records.strata[b] as number];
    if (roleOfA !== roleOfB && roleOfA !== 0 && roleOfB !== 0) return false;
    const source = sourceOf(a);
    return source !== sourceOf(b) || alone[source] !== source;
  };
  const compareRecords = orderOf(records, options.compareIds);
  progress('candidates');
  const texts = fields.map(
    ({ vocabulary }) => records.vocabularies[vocabulary] as (typeof records.vocabularies)[number],
  );
  const { first, second, keys } = candidatesOf(records, kinds, tableOf, texts, { mayPair, compareRecords });
  progress('compare');
  const stratumOf = (a: number, b: number): number => {
    const role = records.strata[a] as number;
    return role === records.strata[b] ? role : 0;
  };
  const patterns = strata.map(() => new PatternTable());
  const patternOf = new Int32Array(first.length);
  for (let pair = 0; pair < first.length; pair++) {
    const [a, b] = [first[pair] as number, second[pair] as number];
    comparison.compare(records.data, a * records.stride, b * records.stride);
    const table = patterns[stratumOf(a, b)] as PatternTable;
    patternOf[pair] = table.count(comparison.low, comparison.high);
  }
  progress('estimate');
  const across = options.unique.length > 1 && options.unique.every(Boolean);
  const model =
    options.model ??
    modelOf(
      'estimated',
      comparison.layout,
      estimateStrata(
        comparison,
        patterns.map((table, stratum) =>
          evidenceOf({
            records,
            comparison,
            table,
            stratum,
            kinds,
            tables: tableOf,
            rarities,
            unique: options.unique,
            mayPair,
            compareRecords,
          }),
        ),
      ),
    );
  progress('score');
  const table = new ScoreTable(comparison.layout, model);
  const scoresOf = patterns.map((found, stratum) => {
    const scores = new Int32Array(found.size);
    for (let pattern = 0; pattern < found.size; pattern++)
      scores[pattern] = table.score(stratum, found.low[pattern] as number, found.high[pattern] as number);
    return scores;
  });
  const bonus = across ? leftOverBonus(expectedMatches(table, patterns), smallerSource(records)) : 0;
  const scores = new Int32Array(first.length);
  for (let pair = 0; pair < first.length; pair++)
    scores[pair] =
      ((scoresOf[stratumOf(first[pair] as number, second[pair] as number)] as Int32Array)[
        patternOf[pair] as number
      ] as number) + bonus;
  const scoreOf = (a: number, b: number): number => {
    comparison.compare(records.data, a * records.stride, b * records.stride);
    return table.score(stratumOf(a, b), comparison.low, comparison.high) + bonus;
  };
  progress('cluster');
  const uniqueSource = options.unique.some(Boolean)
    ? Uint8Array.from({ length: records.count }, (_, record) =>
        options.unique[sourceOf(record)] === true ? sourceOf(record) + 1 : 0,
      )
    : undefined;
  const clusterOf = clusterPairs(
    records.count,
    { first, second, scores },
    { compareRecords, scoreOf, ...(uniqueSource === undefined ? {} : { uniqueSource }) },
  );
  return {
    records,
    comparison,
    model,
    table,
    keys,
    passedOver: keys.reduce((all, key) => all + key.passedOver, 0),
    first,
    second,
    scores,
    clusterOf,
    bonus,
    stratumOf,
    scoreOf,
  };
}

/** At most 64 to 1: that a record is left over is never impossible. */
const MOST_BONUS = 6 * MILLIBITS;

/** How many of these pairs are of one person: the sum of their probabilities, in whole millionths, so that no order matters. */
function expectedMatches(scores: ScoreTable, patterns: readonly PatternTable[]): number {
  let millionths = 0;
  patterns.forEach(({ size, low, high, counts }, stratum) => {
    for (let pattern = 0; pattern < size; pattern++) {
      const probability = scores.probability(stratum, low[pattern] as number, high[pattern] as number);
      millionths += (counts[pattern] as number) * Math.round(probability * MILLION);
    }
  });
  return millionths / MILLION;
}

const MILLION = 1_000_000;

/**
 * What one-to-one linkage adds to every score: where neither file holds anybody twice and most records have a counterpart, it is
 * unlikely that a record is left over beside its best candidate.
 */
function leftOverBonus(matches: number, smaller: number): number {
  const leftOver = Math.max(2 ** -(MOST_BONUS / MILLIBITS), 1 - matches / smaller);
  return -Math.round(MILLIBITS * log2(leftOver));
}

/** Records in an order that follows from their ids and sources. */
function orderOf(
  { data, stride, fields }: LinkRecords,
  compareIds: (a: number, b: number) => number,
): (a: number, b: number) => number {
  return (a, b) => {
    const [atA, atB] = [a * stride + fields, b * stride + fields];
    return (
      (data[atA + AFTER_VALUES.hashHigh] as number) - (data[atB + AFTER_VALUES.hashHigh] as number) ||
      (data[atA + AFTER_VALUES.hashLow] as number) - (data[atB + AFTER_VALUES.hashLow] as number) ||
      (data[atA + AFTER_VALUES.origin] as number) - (data[atB + AFTER_VALUES.origin] as number) ||
      compareIds(a, b)
    );
  };
}

interface EvidenceInput {
  readonly records: LinkRecords;
  readonly comparison: Comparison;
  readonly table: PatternTable;
  readonly stratum: number;
  readonly kinds: readonly FieldKind[];
  readonly tables: readonly ComparedValues[];
  readonly rarities: readonly Uint8Array[];
  readonly unique: readonly boolean[];
  readonly mayPair: (a: number, b: number) => boolean;
  readonly compareRecords: (a: number, b: number) => number;
}

function evidenceOf(input: EvidenceInput): StratumEvidence {
  const { records, comparison, table, stratum, kinds, tables, rarities, unique } = input;
  const counts = roleCounts(records);
  const ofStratum = (record: number) => (records.strata[record] as number) === stratum;
  const chosen = Int32Array.from({ length: records.count }, (_, record) => record).filter(
    // Pairs of unknown role have one record of any role.
    (record) => stratum === 0 || ofStratum(record),
  );
  const { drawn, levels } = randomPairs(
    comparison,
    records,
    chosen,
    stratum === 0 ? (a, b) => (ofStratum(a) || ofStratum(b)) && input.mayPair(a, b) : input.mayPair,
    input.compareRecords,
  );
  const order = Int32Array.from({ length: table.size }, (_, pattern) => pattern).sort(
    (a, b) =>
      (table.high[a] as number) - (table.high[b] as number) ||
      (table.low[a] as number) - (table.low[b] as number),
  );
  const exact = stratum !== 0 || counts.every((source) => source[CHILD] === 0 && source[ADULT] === 0);
  return {
    stratum: strata[stratum] ?? 'unknown',
    records: recordsOfStratum(counts, stratum, unique),
    pairs: pairsOfStratum(counts, stratum, unique),
    low: order.map((pattern) => table.low[pattern] as number),
    high: order.map((pattern) => table.high[pattern] as number),
    counts: Float64Array.from(order, (pattern) => table.counts[pattern] as number),
    drawnLevels: levels,
    drawn,
    wholeAgreements: kinds.map((kind, field) =>
      exact
        ? wholeAgreements(
            records,
            chosen,
            field,
            kind,
            { whole: (tables[field] as ComparedValues).whole, rarity: rarities[field] as Uint8Array },
            unique,
          )
        : undefined,
    ),
    raritiesOfRecords: kinds.map((kind, field) =>
      hasRarities(kind)
        ? raritiesOfRecords(records, chosen, field, rarities[field] as Uint8Array)
        : undefined,
    ),
  };
}

/** By rarity: the share of records whose value has it. */
function raritiesOfRecords(
  { data, stride }: LinkRecords,
  chosen: Int32Array,
  field: number,
  rarity: Uint8Array,
): Float64Array {
  const counts = new Float64Array(RARITIES + 1);
  let present = 0;
  for (const record of chosen) {
    const value = data[record * stride + field] as number;
    if (value === 0) continue;
    present += 1;
    const found = rarity[value] as number;
    counts[found] = (counts[found] as number) + 1;
  }
  return counts.map((count) => count / Math.max(1, present));
}

const smallerSource = ({ sourceStarts }: LinkRecords): number =>
  Math.min(...sourceStarts.slice(1).map((end, source) => end - (sourceStarts[source] ?? 0)));

/** By source and role: how many records. */
function roleCounts({ sourceStarts, strata: roles }: LinkRecords): readonly (readonly number[])[] {
  return sourceStarts.slice(1).map((end, source) => {
    const counts = [0, 0, 0];
    for (let record = sourceStarts[source] ?? 0; record < end; record++) {
      const role = roles[record] as number;
      counts[role] = (counts[role] ?? 0) + 1;
    }
    return counts;
  });
}

const sum = (numbers: readonly number[]): number => numbers.reduce((all, number) => all + number, 0);

/** How many records of a stratum could have a match in it. */
export function recordsOfStratum(
  counts: readonly (readonly number[])[],
  stratum: number,
  unique: readonly boolean[],
): number {
  const ofStratum = counts.map((roles) => roles[stratum] ?? 0);
  if (unique.length < 2 || !unique.every(Boolean)) return sum(ofStratum);
  // Each has its match in the other file, where one of unknown role may be of any.
  if (stratum === 0) return Math.min(sum(ofStratum), ...counts.map(sum));
  return Math.min(...ofStratum);
}

/** All pairs of a stratum that could be of one person, compared or not: none within a source that holds nobody twice. */
export function pairsOfStratum(
  counts: readonly (readonly number[])[],
  stratum: number,
  unique: readonly boolean[],
): number {
  const within = (roles: readonly number[]): number => {
    const some = roles[stratum] ?? 0;
    const pairs = (some * (some - 1)) / 2;
    return stratum === 0 ? pairs + some * (sum(roles) - some) : pairs;
  };
  const all = [0, CHILD, ADULT].map((role) => sum(counts.map((roles) => roles[role] ?? 0)));
  const left = counts.filter((_, source) => unique[source] === true).map(within);
  return Math.max(1, within(all) - sum(left));
}

/** A stratum that shows too little takes its probabilities from the one with most candidates, at shares of its own size. */
function estimateStrata(
  comparison: Comparison,
  evidence: readonly StratumEvidence[],
): readonly StratumModel[] {
  const candidatesIn = ({ counts }: StratumEvidence) => counts.reduce((all, count) => all + count, 0);
  const used = evidence.filter((each) => candidatesIn(each) > 0);
  const [largest] = [...used].sort((a, b) => candidatesIn(b) - candidatesIn(a));
  if (largest === undefined) return [estimateStratum(comparison.layout, evidence[0] as StratumEvidence)];
  const ofLargest = estimateStratum(comparison.layout, largest);
  return used.map((each) => {
    if (each === largest) return ofLargest;
    const candidates = candidatesIn(each);
    if (candidates >= FEWEST_CANDIDATES) return estimateStratum(comparison.layout, each);
    const { stratum, records, pairs } = each;
    return borrowed(ofLargest, largest, { stratum, records, pairs, candidates });
  });
}
