import type { UploadId } from '@kinledger/contracts';
import type pg from 'pg';
import {
  createCommitmentSeed,
  createDataKey,
  sealChunk,
  unwrapCommitmentSeed,
  unwrapDataKey,
  wrapCommitmentSeed,
  wrapDataKey,
  type ChunkKind,
  type CommitmentSeed,
  type DataKey,
  type Kek,
} from './envelope.js';
import { landingFileGone } from './errors.js';
import { encodeRows, type LandingRow } from './landing-row.js';

/** A pool, or a client within the caller's transaction. */
export type Queryable = Pick<pg.Pool | pg.ClientBase, 'query'>;

/** One file in the landing store, with its keys still wrapped. */
export interface LandingFile {
  readonly upload: UploadId;
  readonly wrappedDataKey: Uint8Array;
  readonly wrappedSeed: Uint8Array;
  /** Number of chunks of kind rows, numbered from 0. */
  readonly chunks: number;
  readonly rows: number;
}

export interface SealedChunk {
  readonly upload: UploadId;
  readonly kind: ChunkKind;
  /** From 0 within its kind. */
  readonly n: number;
  /** Number of rows, or of lines of the error report. */
  readonly rows: number;
  readonly sealed: Uint8Array;
}

export interface LandingWriter {
  readonly upload: UploadId;
  /**
   * Seals rows, and writes them once there are about 2 MiB. Holds at most twice as much: it waits while the previous
   * write is in progress. Numbers from 0; one call at a time.
   */
  writeChunk(n: number, rows: readonly LandingRow[]): Promise<void>;
  /** The same for a part of the error report: `lines` is any JSON array. */
  writeErrors(n: number, lines: readonly unknown[]): Promise<void>;
  /** Resolves when everything is written. */
  flush(): Promise<void>;
  /**
   * Writes nothing more, and resolves when the write in progress has ended, either way: deleting the file is complete
   * only after that.
   */
  abandon(): Promise<void>;
}

const UNWRITTEN_BYTES = 2 * 1024 * 1024;

/** Creates the file's key and seed, and stores them wrapped. With a pool, each statement commits on its own. */
export async function createFile(
  client: Queryable,
  options: { readonly upload: UploadId; readonly kek: Kek },
): Promise<LandingWriter> {
  const { upload, kek } = options;
  const dataKey = createDataKey();
  await client.query(
    'INSERT INTO landing.file (upload, wrapped_data_key, wrapped_seed) VALUES ($1, $2, $3)',
    [upload, wrapDataKey(kek, upload, dataKey), wrapCommitmentSeed(kek, upload, createCommitmentSeed())],
  );
  return writerOf(client, upload, dataKey);
}

function writerOf(client: Queryable, upload: UploadId, dataKey: DataKey): LandingWriter {
  let unwritten: SealedChunk[] = [];
  let bytes = 0;
  // One write is in progress while the next chunks are sealed.
  let writing: Promise<void> = Promise.resolve();
  let abandoned = false;
  const begin = async () => {
    await writing;
    const chunks = unwritten;
    unwritten = [];
    bytes = 0;
    if (chunks.length === 0 || abandoned) return;
    writing = insertChunks(client, upload, chunks);
    // The next await of it throws the error.
    writing.catch(() => undefined);
  };
  const flush = async () => {
    await begin();
    await writing;
  };
  const write = async (kind: ChunkKind, n: number, rows: number, plaintext: Uint8Array) => {
    const sealed = sealChunk(dataKey, upload, n, plaintext, kind);
    unwritten.push({ upload, kind, n, rows, sealed });
    bytes += sealed.byteLength;
    if (bytes >= UNWRITTEN_BYTES) await begin();
  };
  return {
    upload,
    writeChunk: (n, rows) => write('rows', n, rows.length, encodeRows(rows)),
    writeErrors: (n, lines) => write('errors', n, lines.length, Buffer.from(JSON.stringify(lines))),
    flush,
    abandon: async () => {
      abandoned = true;
      await writing.catch(() => undefined);
    },
  };
}

async function insertChunks(
  client: Queryable,
  upload: UploadId,
  chunks: readonly SealedChunk[],
): Promise<void> {
  await client.query(
    `INSERT INTO landing.chunk (upload, kind, n, rows, sealed)
     SELECT $1, kind, n, rows, substring($6::bytea FROM start::int FOR length)
     FROM (
       SELECT *, 1 + sum(length) OVER (ORDER BY place) - length AS start
       FROM unnest($2::text[], $3::int[], $4::int[], $5::int[])
         WITH ORDINALITY AS chunk (kind, n, rows, length, place)
     ) AS packed`,
    [
      upload,
      chunks.map((chunk) => chunk.kind),
      chunks.map((chunk) => chunk.n),
      chunks.map((chunk) => chunk.rows),
      chunks.map((chunk) => chunk.sealed.byteLength),
      // One value is sent in binary; an array would be sent as hexadecimal text, which is slow on both sides.
      Buffer.concat(chunks.map((chunk) => chunk.sealed)),
    ],
  );
}

/** @throws LandingFileGone for a file that never arrived or was deleted. */
export async function readFile(client: Queryable, upload: UploadId): Promise<LandingFile> {
  const { rows } = await client.query<{
    wrapped_data_key: Buffer;
    wrapped_seed: Buffer;
    chunks: number;
    rows: number;
  }>(
    `SELECT f.wrapped_data_key, f.wrapped_seed, count(c.n)::int AS chunks, coalesce(sum(c.rows), 0)::int AS rows
     FROM landing.file f LEFT JOIN landing.chunk c ON c.upload = f.upload AND c.kind = 'rows'
     WHERE f.upload = $1 GROUP BY f.upload`,
    [upload],
  );
  const row = rows[0];
  if (row === undefined) throw landingFileGone(upload);
  return {
    upload,
    wrappedDataKey: row.wrapped_data_key,
    wrappedSeed: row.wrapped_seed,
    chunks: row.chunks,
    rows: row.rows,
  };
}

/** @throws NotAuthentic with another KEK. */
export const unwrapFile = (
  kek: Kek,
  file: LandingFile,
): { readonly dataKey: DataKey; readonly seed: CommitmentSeed } => ({
  dataKey: unwrapDataKey(kek, file.upload, file.wrappedDataKey),
  seed: unwrapCommitmentSeed(kek, file.upload, file.wrappedSeed),
});

/** Reads one sealed chunk, for `openChunk` and `decodeRows`, possibly in a worker. @throws LandingFileGone */
export async function readChunk(
  client: Queryable,
  upload: UploadId,
  n: number,
  kind: ChunkKind = 'rows',
): Promise<SealedChunk> {
  const [chunk] = await readChunks(client, upload, { from: n, limit: 1, kind });
  if (chunk?.n !== n) throw landingFileGone(upload);
  return chunk;
}

/** Reads up to `limit` sealed chunks from number `from`, in order; empty after the last. */
export async function readChunks(
  client: Queryable,
  upload: UploadId,
  options: { readonly from: number; readonly limit: number; readonly kind?: ChunkKind },
): Promise<readonly SealedChunk[]> {
  const kind = options.kind ?? 'rows';
  const { rows } = await client.query<{ n: number; rows: number; sealed: Buffer }>(
    'SELECT n, rows, sealed FROM landing.chunk WHERE upload = $1 AND kind = $2 AND n >= $3 ORDER BY n LIMIT $4',
    [upload, kind, options.from, options.limit],
  );
  return rows.map((row) => ({ upload, kind, ...row }));
}

/** Number of chunks of rows that wait, of all files. */
export async function countChunks(client: Queryable): Promise<number> {
  const { rows } = await client.query<{ count: number }>(
    `SELECT count(*) AS count FROM landing.chunk WHERE kind = 'rows'`,
    [],
  );
  return rows[0]?.count ?? 0;
}

/** Why a file's content was deleted. */
export type DeletionReason = 'pseudonymised' | 'discarded' | 'expired' | 'refused' | 'interrupted';

/**
 * Deletes a file's chunks of every kind, its wrapped key and its wrapped seed, and records the deletion. Idempotent.
 * Call it in the transaction of the change that makes the file unneeded. Returns the number of chunks deleted.
 */
export async function deleteFile(
  client: Queryable,
  upload: UploadId,
  reason: DeletionReason,
): Promise<number> {
  const { rows } = await client.query<{ chunks: number }>(
    `WITH chunks AS (DELETE FROM landing.chunk WHERE upload = $1 RETURNING rows),
          file AS (DELETE FROM landing.file WHERE upload = $1 RETURNING upload)
     INSERT INTO landing.deletion (upload, reason, chunks)
     SELECT upload, $2, (SELECT count(*) FROM chunks) FROM file
     RETURNING chunks`,
    [upload, reason],
  );
  return rows[0]?.chunks ?? 0;
}

/** Deletes only the chunks of kind rows: a refused file keeps its error report until it is discarded or expires. */
export async function deleteRows(client: Queryable, upload: UploadId): Promise<number> {
  const { rowCount } = await client.query("DELETE FROM landing.chunk WHERE upload = $1 AND kind = 'rows'", [
    upload,
  ]);
  return rowCount ?? 0;
}
