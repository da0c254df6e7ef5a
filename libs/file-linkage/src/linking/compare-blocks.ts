import { PatternTable, strata } from '@kinledger/kin';
import { placeOfBlock, sharesBlock, type BlocksOfRecords } from '../candidates/blocks-of-records.js';
import type { Blocks } from '../candidates/blocks.js';
import { sharedInts } from '../values/shared-arrays.js';
import { comparisonOf, pairRule, stratumOf, type ComparedRecords } from './compared-records.js';

/** Blocks whose pairs threads compare. Each takes some at a time, by a counter that all of them see. */
export interface BlocksToCompare {
  readonly compared: ComparedRecords;
  /** By key, in the order in which blocks are numbered. */
  readonly keys: readonly Blocks[];
  /** Equal records: the first of them is compared with each other one, unless they share a block of a key. */
  readonly equal: Blocks;
  readonly ofRecords: BlocksOfRecords;
  /** Of one number: how many portions are taken. */
  readonly taken: Int32Array;
}

/** Some pairs that were compared. */
export interface ComparedPairs {
  readonly count: number;
  readonly first: Int32Array;
  readonly second: Int32Array;
  /** By pair: its pattern, as {@link patternKey} writes it. */
  readonly patterns: Int32Array;
}

/** The patterns that a thread found in a stratum, by number. */
export interface PatternsFound {
  readonly size: number;
  readonly low: Int32Array;
  readonly high: Int32Array;
  readonly counts: Float64Array;
}

export interface BlocksCompared {
  readonly pairs: readonly ComparedPairs[];
  /** By stratum. */
  readonly patterns: readonly PatternsFound[];
}

/** The stratum and the number of a pattern in it, in one number. */
export const patternKey = {
  of: (stratum: number, pattern: number): number => pattern * strata.length + stratum,
  stratum: (key: number): number => key % strata.length,
  pattern: (key: number): number => Math.floor(key / strata.length),
};

/** So many blocks are taken at a time. */
const PORTION = 1024;

/**
 * Compares each pair of records of these blocks once: in the first block that both stand in. That needs no set of pairs, and
 * any thread may take any block.
 */
export function compareBlocks({ compared, keys, equal, ofRecords, taken }: BlocksToCompare): BlocksCompared {
  const { records } = compared;
  const comparison = comparisonOf(compared);
  const mayPair = pairRule(compared);
  const patterns = strata.map(() => new PatternTable());
  const pairs = new PairsOfThread();
  const { data, stride } = records;
  const compare = (a: number, b: number): void => {
    comparison.compare(data, a * stride, b * stride);
    const stratum = stratumOf(records, a, b);
    const pattern = (patterns[stratum] as PatternTable).count(comparison.low, comparison.high);
    pairs.add(a, b, patternKey.of(stratum, pattern));
  };
  let next = Atomics.add(taken, 0, 1);
  let portion = 0;
  let number = 0;
  for (const { count, records: members, starts } of keys) {
    for (let begin = 0; begin < count; begin += PORTION, portion++) {
      if (portion !== next) continue;
      next = Atomics.add(taken, 0, 1);
      for (let block = begin; block < Math.min(count, begin + PORTION); block++) {
        const until = starts[block + 1] as number;
        for (let at = starts[block] as number; at < until; at++) {
          const a = members[at] as number;
          const before = placeOfBlock(ofRecords, a, number + block);
          for (let other = at + 1; other < until; other++) {
            const b = members[other] as number;
            if (mayPair(a, b) && !sharesBlock(ofRecords, a, before, b)) compare(a, b);
          }
        }
      }
    }
    number += count;
  }
  for (let begin = 0; begin < equal.count; begin += PORTION, portion++) {
    if (portion !== next) continue;
    next = Atomics.add(taken, 0, 1);
    for (let block = begin; block < Math.min(equal.count, begin + PORTION); block++) {
      const first = equal.records[equal.starts[block] as number] as number;
      const end = ofRecords.starts[first + 1] as number;
      for (let at = (equal.starts[block] as number) + 1; at < (equal.starts[block + 1] as number); at++) {
        const other = equal.records[at] as number;
        if (mayPair(first, other) && !sharesBlock(ofRecords, first, end, other)) compare(first, other);
      }
    }
  }
  return {
    pairs: pairs.all(),
    patterns: patterns.map(({ size, low, high, counts }) => ({ size, low, high, counts })),
  };
}

/** Pairs are kept in runs of this many, so that none is ever copied to make room. */
const RUN = 1 << 17;

class PairsOfThread {
  readonly #full: ComparedPairs[] = [];
  #count = 0;
  #first = sharedInts(RUN);
  #second = sharedInts(RUN);
  #patterns = sharedInts(RUN);

  add(a: number, b: number, pattern: number): void {
    const at = this.#count;
    this.#first[at] = a;
    this.#second[at] = b;
    this.#patterns[at] = pattern;
    this.#count = at + 1;
    if (at + 1 < RUN) return;
    this.#full.push(this.#run());
    this.#count = 0;
    this.#first = sharedInts(RUN);
    this.#second = sharedInts(RUN);
    this.#patterns = sharedInts(RUN);
  }

  all(): readonly ComparedPairs[] {
    return [...this.#full, this.#run()];
  }

  #run(): ComparedPairs {
    return { count: this.#count, first: this.#first, second: this.#second, patterns: this.#patterns };
  }
}
