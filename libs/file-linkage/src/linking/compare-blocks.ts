import { PatternTable, strata } from '@kinledger/kin';
import { MatesOfRecords, sharesBlock, type BlocksOfRecords } from '../candidates/blocks-of-records.js';
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

/** So many blocks, or records, are taken at a time. */
const PORTION = 1024;
/** Where records stand in so many blocks each, two of them often share several: then it is better to go by record. */
const MANY_BLOCKS = 12;

/**
 * Compares each pair of records of these blocks once: in the first block that both stand in, or by record. Neither needs a
 * set of pairs, and any thread may take any block or record.
 */
export function compareBlocks({ compared, keys, equal, ofRecords, taken }: BlocksToCompare): BlocksCompared {
  const { records } = compared;
  const comparison = comparisonOf(compared);
  const mayPair = pairRule(compared);
  const patterns = strata.map(() => new PatternTable());
  const pairs = new PairsOfThread();
  const { data, stride } = records;
  const compare = (a: number, b: number): void => {
    if (!mayPair(a, b)) return;
    comparison.compare(data, a * stride, b * stride);
    const stratum = stratumOf(records, a, b);
    const pattern = (patterns[stratum] as PatternTable).count(comparison.low, comparison.high);
    pairs.add(a, b, patternKey.of(stratum, pattern));
  };
  const portions = new Portions(taken);
  if (ofRecords.blocks.length > records.count * MANY_BLOCKS)
    byRecord(records.count, keys, ofRecords, portions, compare);
  else byBlock(keys, ofRecords, portions, compare);
  portions.of(equal.count, (block) => {
    const first = equal.records[equal.starts[block] as number] as number;
    const blocks = (ofRecords.starts[first + 1] as number) - (ofRecords.starts[first] as number);
    for (let at = (equal.starts[block] as number) + 1; at < (equal.starts[block + 1] as number); at++) {
      const other = equal.records[at] as number;
      if (!sharesBlock(ofRecords, first, blocks, other)) compare(first, other);
    }
  });
  return {
    pairs: pairs.all(),
    patterns: patterns.map(({ size, low, high, counts }) => ({ size, low, high, counts })),
  };
}

/** Memory is read block after block. */
function byBlock(
  keys: readonly Blocks[],
  ofRecords: BlocksOfRecords,
  portions: Portions,
  compare: (a: number, b: number) => void,
): void {
  keys.forEach(({ count, records: members, starts }, key) => {
    const before = ofRecords.before[key] as Uint16Array;
    portions.of(count, (block) => {
      const until = starts[block + 1] as number;
      for (let at = starts[block] as number; at < until; at++) {
        const a = members[at] as number;
        const blocks = before[at] as number;
        for (let other = at + 1; other < until; other++) {
          const b = members[other] as number;
          if (!sharesBlock(ofRecords, a, blocks, b)) compare(a, b);
        }
      }
    });
  });
}

/** A mark at a record says that another has met it: lists of blocks are not compared. */
function byRecord(
  records: number,
  keys: readonly Blocks[],
  ofRecords: BlocksOfRecords,
  portions: Portions,
  compare: (a: number, b: number) => void,
): void {
  const mates = new MatesOfRecords(records, keys, ofRecords);
  portions.of(records, (record) => {
    const found = mates.after(record);
    for (let mate = 0; mate < found; mate++) compare(record, mates.found[mate] as number);
  });
}

/** Divides what is to be done among threads, by a counter that all of them see. */
class Portions {
  readonly #taken: Int32Array;
  #next: number;
  #passed = 0;

  constructor(taken: Int32Array) {
    this.#taken = taken;
    this.#next = Atomics.add(taken, 0, 1);
  }

  /** Does what this thread takes of so many. All threads ask for the same, in the same order. */
  of(count: number, work: (number: number) => void): void {
    for (let begin = 0; begin < count; begin += PORTION, this.#passed++) {
      if (this.#passed !== this.#next) continue;
      this.#next = Atomics.add(this.#taken, 0, 1);
      for (let number = begin; number < Math.min(count, begin + PORTION); number++) work(number);
    }
  }
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
