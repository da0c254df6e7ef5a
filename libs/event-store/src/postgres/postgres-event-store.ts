import { createPool, inTransaction } from '@kinledger/database';
import { WakeUp } from '@kinledger/waiting';
import type pg from 'pg';
import type { NameTable } from '../name-tables.js';
import { checkBeforeSending } from '../append-rules.js';
import { streamGap } from '../errors.js';
import {
  MAX_PAGE_BYTES,
  type AppendOptions,
  type AppendResult,
  type EventStore,
  type EventToAppend,
  type Segment,
  type StoredEvent,
  type StreamFinding,
  type SubscribeOptions,
} from '../event-store.js';
import { followStream } from '../follow-stream.js';
import { passOnNotifications } from './append-notifications.js';
import { appendAfterCheck, appendOptimistically } from './append-transaction.js';
import { isConnectionLoss } from './connection-loss.js';
import { BesideTheLedger } from './beside-the-ledger.js';
import { copiedRows, wholeNumber } from './copied-rows.js';
import { copiedEvent, copiedEventColumns } from './rows.js';

export interface PostgresEventStoreOptions {
  /** URL of the database `platform`, as the linker (appends and reads) or the projector (reads). */
  readonly url: string;
  /** Shown in pg_stat_activity. */
  readonly applicationName: string;
  /** Maximum connections; one of them listens while there are subscriptions. Default 4. */
  readonly maxConnections?: number;
  /** A subscription reads again after this time even without a notification. Default 2 s. */
  readonly lookAgainMs?: number;
}

/** Events, segments and payloads in the schema `ledger` (migration platform/0002), written in one transaction. */
export class PostgresEventStore implements EventStore {
  readonly #pool: pg.Pool;
  readonly #lookAgainMs: number;
  readonly #beside: BesideTheLedger;
  readonly #wakeUp = new WakeUp();
  readonly #closing = new AbortController();
  #listening: Promise<void> | undefined;

  constructor(options: PostgresEventStoreOptions) {
    this.#pool = createPool({
      url: options.url,
      applicationName: options.applicationName,
      max: options.maxConnections ?? 4,
    });
    this.#beside = new BesideTheLedger(this.#pool);
    this.#lookAgainMs = options.lookAgainMs ?? 2_000;
  }

  async append(
    stream: string,
    events: readonly EventToAppend[],
    options: AppendOptions,
  ): Promise<AppendResult> {
    checkBeforeSending(stream, events, options);
    const append = { ...options, stream, events };
    try {
      return await inTransaction(this.#pool, (client) => appendOptimistically(client, append));
    } catch (error) {
      if (!isUniqueViolation(error)) throw error;
      return inTransaction(this.#pool, (client) => appendAfterCheck(client, append));
    }
  }

  async head(stream: string): Promise<number> {
    const number = await this.#beside.streamNumber(stream);
    if (number === undefined) return -1;
    const { rows } = await this.#pool.query<{ head: number | null }>(
      'SELECT max(revision) AS head FROM ledger.event WHERE stream = $1',
      [number],
    );
    return rows[0]?.head ?? -1;
  }

  async readPage(stream: string, from: number, limit: number): Promise<StoredEvent[]> {
    const number = await this.#beside.streamNumber(stream);
    if (number === undefined) return [];
    const page = await copiedRows(
      this.#pool,
      // Bounded by revision, not LIMIT: without fresh statistics PostgreSQL would sort the whole rest of the stream.
      // PostgreSQL knows the length of large values without reading them.
      `SELECT ${copiedEventColumns} FROM (
         SELECT *, sum(octet_length(bytes)) OVER (ORDER BY revision ROWS UNBOUNDED PRECEDING) - octet_length(bytes) AS before
         FROM ledger.event
         WHERE stream = ${wholeNumber(number)} AND revision >= ${wholeNumber(from)} AND revision < ${wholeNumber(from + limit)}
       ) event WHERE before < ${wholeNumber(MAX_PAGE_BYTES)} ORDER BY revision`,
      copiedEvent,
    );
    const gap = page.findIndex((event, index) => event.revision !== from + index);
    if (gap !== -1) throw streamGap(stream, from + gap);
    if (page.length < limit && !isCut(page)) await this.#requireEnd(stream, number, from + page.length);
    return page;
  }

  readSegments(stream: string, from: number, to: number): Promise<Segment[]> {
    return this.#beside.readSegments(stream, from, to);
  }

  countBodies(stream: string, to: number): Promise<number> {
    return this.#beside.countBodies(stream, to);
  }

  readPayload(digest: string): Promise<Uint8Array | undefined> {
    return this.#beside.readPayload(digest);
  }

  readNameTable(stream: string, id: string): Promise<NameTable | undefined> {
    return this.#beside.readNameTable(stream, id);
  }

  keyVersionOfNameTable(stream: string, id: string): Promise<number | undefined> {
    return this.#beside.keyVersionOfNameTable(stream, id);
  }

  /** A table has no such settings: roles decide who may write it, and nothing expires. */
  async findings(): Promise<readonly StreamFinding[]> {
    return [];
  }

  subscribe(stream: string, options: SubscribeOptions): AsyncIterable<readonly StoredEvent[]> {
    this.#listening ??= passOnNotifications(this.#pool, this.#wakeUp, this.#closing.signal);
    const signal = AbortSignal.any([options.signal, this.#closing.signal]);
    return followStream({
      from: options.from,
      pageSize: options.pageSize ?? 1000,
      signal,
      readPage: (from, limit) => this.readPage(stream, from, limit),
      isTransient: isConnectionLoss,
      wakeUp: this.#wakeUp,
      lookAgainMs: this.#lookAgainMs,
    });
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#listening;
    if (!this.#pool.ended) await this.#pool.end();
  }

  /** A short page must be the end of the stream; otherwise somebody deleted the next event. @throws StreamGap */
  async #requireEnd(stream: string, number: number, next: number): Promise<void> {
    // One statement is one snapshot: an append between two would look like a gap. ORDER BY makes it one step in the
    // index: for a mere EXISTS PostgreSQL would read the whole table, in which most revisions are lower.
    const { rows } = await this.#pool.query<[number]>({
      name: 'ledger-is-end',
      text: 'SELECT revision FROM ledger.event WHERE stream = $1 AND revision >= $2 ORDER BY revision LIMIT 1',
      values: [number, next],
      rowMode: 'array',
    });
    const following = rows[0]?.[0];
    if (following !== undefined && following > next) throw streamGap(stream, next);
  }
}

/** Whether the page ends because of its bytes, not because the stream ends. */
const isCut = (page: readonly StoredEvent[]): boolean =>
  page.reduce((sum, { bytes }) => sum + bytes.length, 0) >= MAX_PAGE_BYTES;

/** Compares the SQLSTATE, not the constraint's name: a migration may change the name. */
const isUniqueViolation = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === '23505';
