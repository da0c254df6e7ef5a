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

/** Calls `pair` once for each two records that share a candidate key, the one that comes first in the list first. */
export function forEachCandidate(
  records: readonly Evidence[],
  pair: (record: number, other: number) => void,
): void {
  const holders = new Map<number, number[]>();
  records.forEach(({ keys }, record) => {
    for (const key of keys) {
      const known = holders.get(key);
      if (known === undefined) holders.set(key, [record]);
      else known.push(record);
    }
  });
  /** By record: one more than the last of the others with which it was compared. */
  const comparedWith = new Int32Array(records.length);
  records.forEach((one, record) => {
    for (const key of one.keys)
      for (const other of holders.get(key) ?? []) {
        if (other <= record || comparedWith[other] === record + 1) continue;
        comparedWith[other] = record + 1;
        pair(record, other);
      }
  });
}

/** The patterns of a table in their order. */
export function sortedPatterns({ size, low, high, counts }: PatternTable): CountedPatterns {
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
  const held = comparedFields.map(() => new Map<number, Held>());
  for (const record of records) {
    const values = comparison.wholesOf(record);
    const rarities = comparison.raritiesOf(record);
    values.forEach((value, field) => {
      if (value === 0) return;
      const ofField = held[field] as Map<number, Held>; // one for each field
      const known = ofField.get(value) ?? { rarity: rarities[field] as number, rows: 0, besideWhole: 0 };
      ofField.set(value, known);
      known.rows += 1;
      if (field === GIVEN_NAME_PART && values[GIVEN_NAME] !== 0) known.besideWhole += 1;
    });
  }
  return held.map((ofField, field) => {
    const { kind } = comparedFields[field] as (typeof comparedFields)[number]; // one for each
    const found = new Map<number, number>();
    for (const { rarity, rows, besideWhole } of ofField.values()) {
      const level = hasRarities(kind) ? rarity : 1;
      found.set(level, (found.get(level) ?? 0) + pairsOf(rows) - pairsOf(besideWhole));
    }
    return found;
  });
}

/** The rows that have one value. */
interface Held {
  readonly rarity: number;
  rows: number;
  /** Those of them whose letters stand beside a whole name. */
  besideWhole: number;
}

const pairsOf = (rows: number): number => (rows * (rows - 1)) / 2;

/** By field that has rarities: the share of records whose value has each. */
export function raritiesOfRecords(
  records: readonly Evidence[],
  comparison: PairComparison,
): readonly (Float64Array | undefined)[] {
  const counts = comparedFields.map(() => new Float64Array(RARITIES + 1));
  for (const record of records) {
    const rarities = comparison.raritiesOf(record);
    comparison.wholesOf(record).forEach((value, field) => {
      const ofField = counts[field] as Float64Array; // one for each field
      const rarity = rarities[field] as number; // one for each field
      if (value !== 0) ofField[rarity] = (ofField[rarity] as number) + 1;
    });
  }
  return comparedFields.map(({ kind }, field) => {
    if (!hasRarities(kind)) return undefined;
    const ofField = counts[field] as Float64Array; // one for each field
    const all = ofField.reduce((sum, count) => sum + count, 0);
    return all === 0 ? allAlike : ofField.map((count) => count / all);
  });
}

/** Where there are no values, each would count as one of the commonest. */
const allAlike = Float64Array.from({ length: RARITIES + 1 }, (_, rarity) => (rarity === RARITIES ? 1 : 0));
