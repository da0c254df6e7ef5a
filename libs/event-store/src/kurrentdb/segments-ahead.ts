import { setTimeout as pause } from 'node:timers/promises';
import type pg from 'pg';
import type { Payload, Segment } from '../event-store.js';
import { insertPayloads, insertSegments, newSegments } from '../postgres/write-beside.js';

/** A stream of which this process is currently the only writer. */
export interface HeldStream {
  readonly name: string;
  /** Number in `ledger.stream`. */
  readonly number: number;
  readonly client: pg.PoolClient;
}

/** First key of our advisory locks; the second is the stream's number. */
const LOCK_CLASS = 0x6b6c6467;

/** A writer that hangs while it holds a stream must not block the others for ever. */
const LOCK_TIMEOUT_SECONDS = 30;

/**
 * Runs work as the stream's only writer across all processes: no other append comes between the check of the stream,
 * the segments and the events. The lock belongs to the database session, and ends with it.
 */
export async function asOnlyWriter<T>(
  pool: pg.Pool,
  name: string,
  work: (stream: HeldStream) => Promise<T>,
): Promise<T> {
  const client = await pool.connect();
  let broken = false;
  try {
    const { rows } = await client.query<{ stream: number }>('SELECT stream FROM ledger.take_stream($1)', [
      name,
    ]);
    const number = rows[0]?.stream;
    if (number === undefined) throw new Error('ledger.take_stream returned no row');
    await client.query(
      `SET lock_timeout = '${LOCK_TIMEOUT_SECONDS}s'; SELECT pg_advisory_lock(${LOCK_CLASS}, ${number})`,
    );
    try {
      return await work({ name, number, client });
    } finally {
      await client.query(`SELECT pg_advisory_unlock(${LOCK_CLASS}, ${number})`).catch(() => (broken = true));
    }
  } finally {
    client.release(broken);
  }
}

/** What is written to PostgreSQL before events with revisions `first` to `last` are written to KurrentDB. */
export interface Ahead {
  readonly first: number;
  readonly last: number;
  readonly segments: readonly Segment[];
  readonly payloads: readonly Payload[];
}

/**
 * Writes segments and payloads in one transaction, and with segments a note of the revisions that they belong to.
 * @throws SegmentDiffers
 */
export async function writeAhead({ name, number, client }: HeldStream, ahead: Ahead): Promise<void> {
  if (ahead.segments.length === 0 && ahead.payloads.length === 0) return;
  await client.query('BEGIN');
  try {
    const segments = await newSegments(client, name, number, ahead.segments);
    if (segments.length > 0) {
      await client.query(
        `INSERT INTO ledger.segments_ahead AS ahead (stream, first_revision, last_revision) VALUES ($1, $2, $3)
         ON CONFLICT (stream) DO UPDATE
           SET first_revision = excluded.first_revision, last_revision = excluded.last_revision,
               begun_at = excluded.begun_at`,
        [number, ahead.first, ahead.last],
      );
    }
    await insertSegments(client, number, segments);
    await insertPayloads(client, ahead.payloads);
    await client.query('COMMIT');
  } catch (error) {
    await client.query('ROLLBACK').catch(() => undefined);
    throw error;
  }
}

/** The events before these segments are missing: this is another ledger, or an old copy of it. */
export interface LedgerTooShort extends Error {
  readonly code: 'ledger-too-short';
}

export interface SweepOptions {
  /** In the role of the eraser. */
  readonly eraser: pg.Pool;
  /** Reads the revision of the stream's last event; called again after a wait. */
  readonly head: () => Promise<number>;
  /** An append that began longer ago than this can no longer be in progress: the server enforces its deadline. */
  readonly underwayMs: number;
  readonly signal: AbortSignal;
}

/**
 * Deletes segments whose events were never written, left by an append that did not complete. The caller must be the
 * stream's only writer. Returns the number deleted.
 * @throws LedgerTooShort if the stream ends before the place at which that append began.
 */
export async function sweepOrphans(stream: HeldStream, options: SweepOptions): Promise<number> {
  const { eraser, head, underwayMs, signal } = options;
  const begun = await lastBegun(eraser, stream.number);
  if (begun === undefined) return 0;
  const headNow = await head();
  if (begun.first > headNow + 1) throw ledgerTooShort(stream.name, headNow, begun.first);
  if (headNow >= begun.last || !(await hasSegmentsBeyond(eraser, stream.number, headNow))) return 0;
  // The writer may have lost only its database session, with its events still in transit.
  if (begun.ageMs < underwayMs) await pause(underwayMs - begun.ageMs, undefined, { signal });
  const headThen = await head();
  const { rowCount } = await eraser.query(
    'DELETE FROM ledger.segment WHERE stream = $1 AND revision > $2 AND revision <= $3',
    [stream.number, headThen, begun.last],
  );
  return rowCount ?? 0;
}

async function lastBegun(eraser: pg.Pool, stream: number) {
  const { rows } = await eraser.query<{ first: number; last: number; ageMs: number }>(
    `SELECT first_revision AS first, last_revision AS last,
            (extract(epoch FROM clock_timestamp() - begun_at) * 1000)::float8 AS "ageMs"
       FROM ledger.segments_ahead WHERE stream = $1`,
    [stream],
  );
  return rows[0];
}

async function hasSegmentsBeyond(eraser: pg.Pool, stream: number, head: number): Promise<boolean> {
  const { rows } = await eraser.query<{ some: boolean }>(
    'SELECT EXISTS (SELECT FROM ledger.segment WHERE stream = $1 AND revision > $2) AS some',
    [stream, head],
  );
  return rows[0]?.some === true;
}

const ledgerTooShort = (name: string, head: number, first: number): LedgerTooShort =>
  Object.assign(
    new Error(
      `stream ${name} ends at revision ${head} in KurrentDB, but events were appended at ${first} before: this is another ledger, or an older copy of it`,
    ),
    { code: 'ledger-too-short' as const },
  );
