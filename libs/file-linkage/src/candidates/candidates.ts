import type { FieldKind, ValueTable } from '@kinledger/kin';
import { deletionsOf } from '@kinledger/derivations';
import type { LinkRecords } from '../reading/records.js';
import { numberOfDerived } from '../values/rungs-of-value.js';
import type { TextTable } from '../values/text-table.js';
import { blockCap, blocksOf } from './blocks.js';
import { equalEntries, keyEntries, type DeletionColumn } from './key-entries.js';
import { COARSE_UP_TO, keyLadder, type CandidateKey } from './key-ladder.js';
import { PairSet } from './pair-set.js';

/** Larger blocks say little about their members. */
const LARGEST_BLOCK = 200;
/** How many pairs a key may give: so many, and so many for each record. */
const PAIRS_OF_KEY = { all: 100_000, eachRecord: 3 };
/** When so many pairs were found, no further coarse key is taken. */
const PAIRS_OF_COARSE_KEYS = 2_000_000;

/** What a key contributed, for reports. */
export interface KeyUse {
  readonly key: string;
  readonly pairs: number;
  /** Blocks of more records were passed over. */
  readonly cap: number;
  /** How many blocks that was. */
  readonly passedOver: number;
}

export interface Candidates {
  readonly first: Int32Array;
  readonly second: Int32Array;
  readonly keys: readonly KeyUse[];
}

export interface CandidateRules {
  /** Whether two records could be one person: the same source may hold nobody twice. */
  readonly mayPair: (a: number, b: number) => boolean;
  /** An order of records that follows from their content. */
  readonly compareRecords: (a: number, b: number) => number;
}

/** The pairs of records that are compared: those that agree on a key of the ladder, and equal records. */
export function candidatesOf(
  records: LinkRecords,
  kinds: readonly FieldKind[],
  tables: readonly ValueTable[],
  texts: readonly TextTable[],
  { mayPair, compareRecords }: CandidateRules,
): Candidates {
  const ladder = keyLadder(kinds);
  const pairs = new PairSet(records.count * 2);
  const deletions = deletionsOfFields(kinds, texts);
  const keys: KeyUse[] = [];
  const take = (key: CandidateKey): void => {
    const blocks = blocksOf(keyEntries(key, records, tables, deletions));
    const budget = PAIRS_OF_KEY.all + PAIRS_OF_KEY.eachRecord * records.count;
    const { cap } = blockCap(blocks, budget, LARGEST_BLOCK);
    const before = pairs.size;
    let passedOver = 0;
    for (let block = 0; block < blocks.starts.length; block++) {
      const from = blocks.starts[block] as number;
      const until = blocks.ends[block] as number;
      if (until - from > cap) {
        passedOver += 1;
        continue;
      }
      for (let a = from; a < until; a++)
        for (let b = a + 1; b < until; b++) {
          const first = blocks.records[a] as number;
          const second = blocks.records[b] as number;
          if (first !== second && mayPair(first, second)) pairs.add(first, second);
        }
    }
    keys.push({ key: key.name, pairs: pairs.size - before, cap, passedOver });
  };
  ladder.fine.forEach(take);
  if (records.count <= COARSE_UP_TO)
    for (const key of ladder.coarse) {
      if (pairs.size > PAIRS_OF_COARSE_KEYS) break;
      take(key);
    }
  addEqual(pairs, records, { mayPair, compareRecords });
  return { first: pairs.first.subarray(0, pairs.size), second: pairs.second.subarray(0, pairs.size), keys };
}

/**
 * Adds the pairs of the first of equal records, which have the same values in all fields, with each other of them: where they
 * are many, no key that they share gives any.
 */
function addEqual(pairs: PairSet, records: LinkRecords, { mayPair, compareRecords }: CandidateRules): void {
  const blocks = blocksOf(equalEntries(records));
  for (let block = 0; block < blocks.starts.length; block++) {
    const equal = blocks.records.subarray(blocks.starts[block], blocks.ends[block]);
    const first = equal.reduce((least, record) => (compareRecords(record, least) < 0 ? record : least));
    for (const other of equal) if (other !== first && mayPair(first, other)) pairs.add(first, other);
  }
}

/** Deletions of the values of a field, made when a key first asks for them. */
function deletionsOfFields(
  kinds: readonly FieldKind[],
  texts: readonly TextTable[],
): (field: number) => DeletionColumn {
  const made = new Map<number, DeletionColumn>();
  return (field) => {
    let column = made.get(field);
    if (column === undefined) {
      column = deletionColumn(kinds[field] as FieldKind, texts[field] as TextTable);
      made.set(field, column);
    }
    return column;
  };
}

function deletionColumn(kind: FieldKind, texts: TextTable): DeletionColumn {
  const starts = new Int32Array(texts.size + 2);
  const found: number[] = [];
  for (let value = 1; value <= texts.size; value++) {
    starts[value] = found.length;
    const text = texts.text(value);
    const local = kind === 'email' ? text.slice(0, Math.max(0, text.indexOf('@'))) : text.replaceAll(' ', '');
    const rest = kind === 'email' ? text.slice(local.length) : '';
    for (const deletion of deletionsOf(local)) found.push(numberOfDerived(deletion + rest));
  }
  starts[texts.size + 1] = found.length;
  return { starts, deletions: Int32Array.from(found) };
}
