import { createPool } from '@kinledger/database';
import type { KurrentDBClient } from '@kurrent/kurrentdb-client';
import type pg from 'pg';
import type { NameTable } from '../name-tables.js';
import { checkBeforeSending } from '../append-rules.js';
import type {
  AppendOptions,
  AppendResult,
  EventStore,
  EventToAppend,
  Segment,
  StoredEvent,
  StreamFinding,
  SubscribeOptions,
} from '../event-store.js';
import { followStream } from '../follow-stream.js';
import { BesideTheLedger } from '../postgres/beside-the-ledger.js';
import { isStoreUnreachable, type StoreStanding } from '../store-standing.js';
import { AppendHints } from './append-hints.js';
import { checkedConnectionString, type Credentials, type ServerAddress } from './connection-string.js';
import { KurrentAppender } from './kurrent-appender.js';
import { KurrentConnection } from './kurrent-connection.js';
import { isAccessDenied, isStreamNotFound } from './kurrent-errors.js';
import { KurrentStreams } from './kurrent-streams.js';
import { streamNaming } from './stream-naming.js';
import { findingsOf } from './stream-settings.js';
import { OutageWatch } from './outage-watch.js';

export interface KurrentDbEventStoreOptions {
  /** `kurrentdb://…`, including TLS options and credentials. */
  readonly connectionString: string;
  /**
   * Streams are called `<prefix>-<name>` in KurrentDB, so that several installations may share one server; everywhere
   * else they keep their name. Lower-case letters, digits and hyphens.
   */
  readonly prefix?: string;
  /**
   * URL of the database `platform`, as the linker (appends and reads) or the projector (reads), for segments and
   * payloads.
   */
  readonly platformUrl: string;
  /**
   * The same, as the eraser, for a store that appends records: it sweeps segments without events before the first
   * append to a stream and after one that failed.
   */
  readonly eraserUrl?: string;
  /** Shown in pg_stat_activity. */
  readonly applicationName: string;
  /** Maximum connections to PostgreSQL. Default 4. */
  readonly maxConnections?: number;
  /** A subscription reads again after this time even without a notification. Default 2 s. */
  readonly lookAgainMs?: number;
  /** An append that is not answered within this time has an unknown outcome. Default 10 s. */
  readonly appendTimeoutMs?: number;
  /** Timeout of a read. Default 30 s, for a page of large events over a slow line. */
  readonly readTimeoutMs?: number;
  /**
   * How long an append waits for an unavailable server, and checks an unknown outcome, before it fails. Default 15 s,
   * so that a service that is told to stop meanwhile still stops in order.
   */
  readonly patienceMs?: number;
  /** Called when the server becomes unreachable and when it answers again. */
  readonly onStanding?: (standing: StoreStanding) => void;
}

const READ_CONCURRENCY = 32;

/**
 * Events in KurrentDB; segments and payloads in the schema `ledger` of PostgreSQL, written before them. See ADR 0010.
 */
export class KurrentDbEventStore implements EventStore {
  readonly #pool: pg.Pool;
  readonly #eraser: pg.Pool | undefined;
  readonly #beside: BesideTheLedger;
  readonly #streams: KurrentStreams;
  readonly #appender: KurrentAppender;
  readonly #connections: readonly KurrentConnection[];
  readonly #hints: AppendHints;
  readonly #closing = new AbortController();
  readonly #outages: OutageWatch;
  readonly #address: ServerAddress;
  readonly #nameInKurrent: (stream: string) => string;
  readonly #lookAgainMs: number;

  /** Creates the store without connecting. @throws ConnectionStringWrong; Error for an invalid prefix */
  constructor(options: KurrentDbEventStoreOptions) {
    const { applicationName, maxConnections: max = 4, appendTimeoutMs = 10_000 } = options;
    const checked = checkedConnectionString(options.connectionString);
    const { text: connectionString, credentials, address } = checked;
    this.#address = address;
    this.#nameInKurrent = streamNaming(options.prefix);
    const connection = { connectionString, closing: this.#closing.signal };
    const reads = new KurrentConnection({
      ...connection,
      concurrency: READ_CONCURRENCY,
      firstCall: (client) => readOnce(client, credentials),
    });
    const appends = new KurrentConnection({ ...connection, concurrency: 1 });
    const hints = new KurrentConnection({ ...connection, concurrency: 1 });
    this.#outages = new OutageWatch(address, (standing) => {
      if (!this.#closing.signal.aborted) options.onStanding?.(standing);
    });
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
      nameInKurrent: this.#nameInKurrent,
      outages: this.#outages,
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
    // Copied, because the writer may reuse its buffers while an unanswered call is still in progress.
    const kept = events.map((event) => ({ ...event, bytes: new Uint8Array(event.bytes) }));
    return this.#told(this.#appender.append(stream, kept, options));
  }

  head(stream: string): Promise<number> {
    return this.#told(this.#streams.head(stream));
  }

  async readPage(stream: string, from: number, limit: number): Promise<StoredEvent[]> {
    const page = await this.#told(this.#streams.page(stream, from, limit));
    // The appender need not read the ids again of a ledger that its writer reads from the start.
    if (this.#eraser !== undefined) this.#appender.learn(stream, page);
    return page.map(({ id, type, revision, bytes }) => ({ id, type, revision, bytes }));
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

  findings(stream: string): Promise<readonly StreamFinding[]> {
    return this.#told(
      this.#streams
        .settings(stream)
        .then((settings) => findingsOf(this.#nameInKurrent(stream), settings, this.#address)),
    );
  }

  subscribe(stream: string, options: SubscribeOptions): AsyncIterable<readonly StoredEvent[]> {
    const signal = AbortSignal.any([options.signal, this.#closing.signal]);
    return followStream({
      from: options.from,
      pageSize: options.pageSize ?? 1000,
      signal,
      readPage: (from, limit) => this.readPage(stream, from, limit),
      isTransient: isStoreUnreachable,
      wakeUp: this.#hints.of(this.#nameInKurrent(stream)),
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

  /** Replaces errors of an unreachable server with one sentence; the client’s own messages say little and vary. */
  async #told<T>(work: Promise<T>): Promise<T> {
    try {
      return await work;
    } catch (error) {
      throw this.#closing.signal.aborted ? error : await this.#outages.told(error);
    }
  }
}

/** A stream that is never written: an answer that it is absent, or not readable, suffices. */
const NOBODYS_STREAM = 'kinledger-first-call';

async function readOnce(client: KurrentDBClient, credentials: Credentials | undefined): Promise<void> {
  const options = {
    maxCount: 1,
    requiresLeader: true,
    ...(credentials === undefined ? {} : { credentials }),
  };
  try {
    const nothing = client.readStream(NOBODYS_STREAM, options);
    while ((await nothing.next()).done !== true);
  } catch (error) {
    if (!isStreamNotFound(error) && !isAccessDenied(error)) throw error;
  }
}
