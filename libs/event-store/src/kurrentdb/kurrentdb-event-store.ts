import { createPool } from '@kinledger/database';
import type pg from 'pg';
import { checkBeforeSending } from '../append-rules.js';
import type {
  AppendOptions,
  AppendResult,
  EventStore,
  EventToAppend,
  RecordBody,
  StoredEvent,
  SubscribeOptions,
} from '../event-store.js';
import { followStream } from '../follow-stream.js';
import { BesideTheLedger } from '../postgres/beside-the-ledger.js';
import { AppendHints } from './append-hints.js';
import { checkedConnectionString } from './connection-string.js';
import { KurrentAppender } from './kurrent-appender.js';
import { KurrentConnection } from './kurrent-connection.js';
import { isPassing } from './kurrent-errors.js';
import { KurrentStreams } from './kurrent-streams.js';

export interface KurrentDbEventStoreOptions {
  /** `kurrentdb://…`, TLS and credentials included. */
  readonly connectionString: string;
  /** Database `platform`, as the linker (appends and reads) or the projector (reads): bodies and payloads are there. */
  readonly platformUrl: string;
  /**
   * The same, as the eraser: for a store that appends records. Bodies whose events never came are swept before the
   * first append to a stream and after one that failed.
   */
  readonly eraserUrl?: string;
  /** Shown in pg_stat_activity. */
  readonly applicationName: string;
  /** Connections to PostgreSQL at most. Default 4. */
  readonly maxConnections?: number;
  /** A subscription looks again after this time even if it heard of no append. Default 2 s. */
  readonly lookAgainMs?: number;
  /** An append that is not answered in this time has an unknown outcome. Default 10 s. */
  readonly appendTimeoutMs?: number;
  /** Default 30 s: a page of large events over a slow line. */
  readonly readTimeoutMs?: number;
  /**
   * How long an append waits for a server that is away and looks into an unknown outcome before it fails. Default 15 s:
   * a service that is asked to stop meanwhile still stops in order.
   */
  readonly patienceMs?: number;
}

const READ_CONCURRENCY = 32;

/** Events in KurrentDB; bodies and payloads in the schema `ledger` of PostgreSQL, written before them. See ADR 0011. */
export class KurrentDbEventStore implements EventStore {
  readonly #pool: pg.Pool;
  readonly #eraser: pg.Pool | undefined;
  readonly #beside: BesideTheLedger;
  readonly #streams: KurrentStreams;
  readonly #appender: KurrentAppender;
  readonly #connections: readonly KurrentConnection[];
  readonly #hints: AppendHints;
  readonly #closing = new AbortController();
  readonly #lookAgainMs: number;

  /** Connects to nothing yet. @throws ConnectionStringWrong */
  constructor(options: KurrentDbEventStoreOptions) {
    const { applicationName, maxConnections: max = 4, appendTimeoutMs = 10_000 } = options;
    const { text: connectionString, credentials } = checkedConnectionString(options.connectionString);
    const connect = (concurrency: number) =>
      new KurrentConnection({ connectionString, concurrency, closing: this.#closing.signal });
    const [reads, appends, hints] = [connect(READ_CONCURRENCY), connect(1), connect(1)];
    this.#lookAgainMs = options.lookAgainMs ?? 2_000;
    this.#pool = createPool({ url: options.platformUrl, applicationName, max });
    this.#eraser =
      options.eraserUrl === undefined
        ? undefined
        : createPool({ url: options.eraserUrl, applicationName, max: 1 });
    this.#beside = new BesideTheLedger(this.#pool);
    this.#streams = new KurrentStreams({
      reads,
      appends,
      credentials,
      readTimeoutMs: options.readTimeoutMs ?? 30_000,
      appendTimeoutMs,
    });
    this.#appender = new KurrentAppender({
      streams: this.#streams,
      pool: this.#pool,
      eraser: this.#eraser,
      patience: { ms: options.patienceMs ?? 15_000, signal: this.#closing.signal },
      underwayMs: 2 * appendTimeoutMs,
    });
    this.#hints = new AppendHints(hints, this.#closing.signal);
    this.#connections = [reads, appends, hints];
  }

  async append(
    stream: string,
    events: readonly EventToAppend[],
    options: AppendOptions,
  ): Promise<AppendResult> {
    checkBeforeSending(stream, events, options);
    // The writer may use its buffers again, and an unanswered call goes on without us.
    const kept = events.map((event) => ({ ...event, bytes: new Uint8Array(event.bytes) }));
    return this.#appender.append(stream, kept, options);
  }

  head(stream: string): Promise<number> {
    return this.#streams.head(stream);
  }

  async readPage(stream: string, from: number, limit: number): Promise<StoredEvent[]> {
    const page = await this.#streams.page(stream, from, limit);
    // A writer that reads its ledger from the start need not have it read once more for its ids.
    if (this.#eraser !== undefined) this.#appender.learn(stream, page);
    return page.map(({ id, type, revision, bytes }) => ({ id, type, revision, bytes }));
  }

  readBodies(stream: string, from: number, to: number): Promise<RecordBody[]> {
    return this.#beside.readBodies(stream, from, to);
  }

  countBodies(stream: string, to: number): Promise<number> {
    return this.#beside.countBodies(stream, to);
  }

  readBodiesOf(stream: string, records: readonly string[]): Promise<RecordBody[]> {
    return this.#beside.readBodiesOf(stream, records);
  }

  readPayload(digest: string): Promise<Uint8Array | undefined> {
    return this.#beside.readPayload(digest);
  }

  subscribe(stream: string, options: SubscribeOptions): AsyncIterable<readonly StoredEvent[]> {
    const signal = AbortSignal.any([options.signal, this.#closing.signal]);
    return followStream({
      from: options.from,
      pageSize: options.pageSize ?? 1000,
      signal,
      readPage: (from, limit) => this.readPage(stream, from, limit),
      isPassing,
      wakeUps: this.#hints.of(stream),
      lookAgainMs: this.#lookAgainMs,
    });
  }

  async close(): Promise<void> {
    if (this.#closing.signal.aborted) return;
    this.#closing.abort();
    await Promise.all(this.#connections.map((connection) => connection.dispose()));
    await this.#hints.stopped();
    await Promise.all([this.#pool.end(), this.#eraser?.end()]);
  }
}
