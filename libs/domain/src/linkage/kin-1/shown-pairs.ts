import { PatternTable, RARITIES, hasRarities } from '@kinledger/kin';
import type { Evidence } from '../evidence.js';
import { comparedFields, fieldNumber } from './compared-fields.js';
import { PairComparison } from './pair-comparison.js';

/** Enough to see what strangers have in common (kin-study, "Hurts"). */
const DRAWN_PAIRS = 400_000;
const DRAWN_RECORDS = 40_000;
/** No field has more levels than a byte of a pattern could name. */
const MOST_LEVELS = 16;

const GIVEN_NAME = fieldNumber('given-name');
const GIVEN_NAME_PART = fieldNumber('given-name-part');

/** Patterns in an order that follows from what they are, and how many pairs have each. */
export interface CountedPatterns {
  readonly low: Int32Array;
  readonly high: Int32Array;
  readonly counts: Float64Array;
}

/** Compares the records that share a candidate key, each pair once, and counts the patterns. */
export function candidatePatterns(records: readonly Evidence[], comparison: PairComparison): CountedPatterns {
  const holders = new Map<number, number[]>();
  records.forEach(({ keys }, record) => {
    for (const key of keys) {
      const known = holders.get(key);
      if (known === undefined) holders.set(key, [record]);
      else known.push(record);
    }
  });
  const patterns = new PatternTable();
  /** By record: one more than the last of the others with which it was compared. */
  const comparedWith = new Int32Array(records.length);
  records.forEach((one, record) => {
    for (const key of one.keys)
      for (const other of holders.get(key) ?? []) {
        if (other <= record || comparedWith[other] === record + 1) continue;
        comparedWith[other] = record + 1;
        comparison.compare(one, records[other] as Evidence); // of `holders`
        patterns.count(comparison.low, comparison.high);
      }
  });
  return sorted(patterns);
}

function sorted({ size, low, high, counts }: PatternTable): CountedPatterns {
  const order = Int32Array.from({ length: size }, (_, pattern) => pattern).sort(
    (a, b) => (high[a] as number) - (high[b] as number) || (low[a] as number) - (low[b] as number),
  );
  return {
    low: order.map((pattern) => low[pattern] as number),
    high: order.map((pattern) => high[pattern] as number),
    counts: Float64Array.from(order, (pattern) => counts[pattern] as number),
  };
}

/** What pairs drawn at random show: by field and level, how many. */
export interface DrawnPairs {
  readonly drawn: number;
  readonly levels: readonly Float64Array[];
}

/**
 * Compares each of the first records with those that follow it, around a circle. Row keys are keyed hashes, so that records in
 * the order of their row keys are in no order that means anything, and the same records are drawn whatever the order in which they came.
 * @param records in the order of their row keys.
 */
export function drawnPairs(records: readonly Evidence[], comparison: PairComparison): DrawnPairs {
  const { layout } = comparison;
  const levels = layout.fields.map(() => new Float64Array(MOST_LEVELS));
  const from = records.slice(0, DRAWN_RECORDS);
  const size = from.length;
  const shifts = Math.min(Math.floor((size - 1) / 2), Math.ceil(DRAWN_PAIRS / Math.max(1, size)));
  for (let at = 0; at < size; at++)
    for (let shift = 1; shift <= shifts; shift++) {
      comparison.compare(from[at] as Evidence, from[(at + shift) % size] as Evidence); // below size
      levels.forEach((ofField, field) => {
        const level = layout.level(field, comparison.low, comparison.high);
        ofField[level] = (ofField[level] as number) + 1;
      });
    }
  return { drawn: Math.max(0, shifts) * size, levels };
}

/**
 * By field: how many of all pairs agree on the whole value, by level. Counted, not estimated: agreement on a rare value is
 * too rare for pairs drawn at random. The first letters of a name are compared only where one of two names is not whole.
 */
export function wholeAgreements(
  records: readonly Evidence[],
  comparison: PairComparison,
): readonly ReadonlyMap<number, number>[] {
  const holders = comparedFields.map(() => new Map<number, number>());
  /** Letters at the beginning of names that are whole. */
  const beside = new Map<number, number>();
  for (const record of records) {
    const values = comparison.wholesOf(record);
    values.forEach((value, field) => {
      if (value !== 0) addOne(holders[field] as Map<number, number>, value); // one for each field
    });
    const part = values[GIVEN_NAME_PART] ?? 0;
    if (part !== 0 && values[GIVEN_NAME] !== 0) addOne(beside, part);
  }
  return holders.map((ofField, field) => {
    let pairs = pairsIn(ofField);
    if (field === GIVEN_NAME_PART) pairs -= pairsIn(beside);
    const { kind } = comparedFields[field] as (typeof comparedFields)[number]; // one for each
    return new Map([[hasRarities(kind) ? RARITIES : 1, pairs]]);
  });
}

function addOne(counts: Map<number, number>, value: number): void {
  counts.set(value, (counts.get(value) ?? 0) + 1);
}

const pairsIn = (counts: ReadonlyMap<number, number>): number =>
  [...counts.values()].reduce((sum, count) => sum + (count * (count - 1)) / 2, 0);
