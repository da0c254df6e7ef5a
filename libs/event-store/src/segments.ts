import { hash } from 'node:crypto';
import {
  committedBytesOf,
  RowChunk,
  tokensWithout,
  type PseudonymisedRow,
  type RecordId,
  type TokensOfRecord,
} from '@kinledger/contracts';
import { tokensDiffer } from './errors.js';
import type { Segment } from './event-store.js';

/** Returns the rows of segments by record, without those that were cut out. @throws UnreadableContract */
export function bodiesIn(segments: readonly Pick<Segment, 'bytes'>[]): Map<RecordId, PseudonymisedRow> {
  const bodies = new Map<RecordId, PseudonymisedRow>();
  for (const { bytes } of segments) {
    const chunk = new RowChunk(bytes);
    for (let ordinal = 0; ordinal < chunk.count; ordinal += 1) {
      const row = chunk.row(ordinal);
      if (row !== undefined) bodies.set(row.record, row);
    }
  }
  return bodies;
}

/** A record and the revision of the event that brought it into the ledger. */
export interface EnteredRecord {
  readonly record: string;
  readonly revision: number;
}

/** Tokens that are cut out of a record's row. */
export interface TokenCuts extends EnteredRecord {
  /** One cut for each event that states it, in the order of the ledger. */
  readonly cuts: readonly TokenCut[];
}

export interface TokenCut {
  /** Places in the row's list of tokens as it is before this cut, from 0. */
  readonly places: readonly number[];
  /** The ledger's commitment to the tokens that remain, as 64 hex digits. */
  readonly tokens: string;
  /** Version of the token keys when it was stated. A row under a later key lost its tokens before it was re-keyed. */
  readonly keyVersion: number;
}

/** What remains of a segment after rows are cut out. */
export interface Cut {
  /** Number of rows that were cut out. */
  readonly erased: number;
  readonly bodies: number;
  readonly bytes: Uint8Array;
}

/**
 * Cuts the rows of records out of a segment, with the texts that only they used. Returns undefined if the segment has
 * none of them. @throws UnreadableContract
 */
export function withoutRecords(bytes: Uint8Array, records: ReadonlySet<string>): Cut | undefined {
  const chunk = new RowChunk(bytes);
  const cut: number[] = [];
  let bodies = 0;
  for (let ordinal = 0; ordinal < chunk.count; ordinal += 1) {
    const record = chunk.recordOf(ordinal);
    if (record === undefined) continue;
    if (records.has(record)) cut.push(ordinal);
    else bodies += 1;
  }
  return cut.length === 0 ? undefined : { erased: cut.length, bodies, bytes: chunk.withoutRows(cut) };
}

/**
 * Cuts tokens out of rows of a segment, with the texts that only they used. Whether a cut was made already shows in the
 * commitment to what the row has. Returns undefined if the segment has nothing to cut, else the bytes and the number of
 * rows that lost tokens.
 * @throws TokensDiffer if what remains of a row is not what the ledger states; UnreadableContract
 */
export function withoutTokens(
  { revision, bytes }: Pick<Segment, 'revision' | 'bytes'>,
  records: readonly TokenCuts[],
): { readonly erased: number; readonly bytes: Uint8Array } | undefined {
  const cutsOf = new Map(records.map(({ record, cuts }) => [record, cuts]));
  const chunk = new RowChunk(bytes);
  const changed = new Map<number, TokensOfRecord>();
  for (let ordinal = 0; ordinal < chunk.count; ordinal += 1) {
    const all = cutsOf.get(chunk.recordOf(ordinal) ?? '');
    const row = all === undefined ? undefined : chunk.row(ordinal);
    if (all === undefined || row === undefined) continue;
    const cuts = all.filter((cut) => cut.keyVersion >= row.keyVersion);
    const now = commitmentToTokens(row);
    const left = cuts.slice(cuts.findLastIndex(({ tokens }) => tokens === now) + 1);
    if (left.length === 0) continue;
    const remaining = left.reduce<TokensOfRecord>((tokens, { places }) => tokensWithout(tokens, places), row);
    if (commitmentToTokens({ ...row, ...remaining }) !== left.at(-1)?.tokens)
      throw tokensDiffer(row.record, revision);
    changed.set(ordinal, remaining);
  }
  return changed.size === 0 ? undefined : { erased: changed.size, bytes: chunk.withTokens(changed) };
}

const commitmentToTokens = (row: PseudonymisedRow): string =>
  hash('sha256', committedBytesOf(row).tokens, 'hex');

/** Groups cuts by the revision at which their records entered the ledger. */
export const cutsByRevision = (records: readonly TokenCuts[]): Map<number, TokenCuts[]> =>
  Map.groupBy(records, ({ revision }) => revision);

/** Groups records by the revision at which they entered the ledger. */
export function byRevision(records: readonly EnteredRecord[]): Map<number, ReadonlySet<string>> {
  const found = new Map<number, Set<string>>();
  for (const { record, revision } of records) {
    const there = found.get(revision);
    if (there === undefined) found.set(revision, new Set([record]));
    else there.add(record);
  }
  return found;
}
