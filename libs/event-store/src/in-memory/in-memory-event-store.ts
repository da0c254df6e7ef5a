import { createHash } from 'node:crypto';
import type { NameTable, NameTables } from '../name-tables.js';
import { WakeUp } from '@kinledger/waiting';
import { checkBeforeSending, earlierResult, isAsExpected } from '../append-rules.js';
import {
  bodiesChanged,
  SEGMENTS_PER_PAGE,
  type BodiesToRekey,
  type MarkedSegment,
} from '../bodies-to-rekey.js';
import { revisionConflict, segmentDiffers } from '../errors.js';
import type {
  AppendOptions,
  AppendResult,
  EventStore,
  EventToAppend,
  Payload,
  Segment,
  StoredEvent,
  StreamFinding,
  SubscribeOptions,
} from '../event-store.js';
import { followStream } from '../follow-stream.js';
import { pageLength } from '../page-end.js';
import {
  byRevision,
  cutsByRevision,
  withoutRecords,
  withoutTokens,
  type EnteredRecord,
  type TokenCuts,
} from '../segments.js';

class InMemoryStream {
  readonly events: StoredEvent[] = [];
  readonly byId = new Map<string, StoredEvent>();
  readonly segments = new Map<number, Segment>();
}

/** The data that several in-memory stores share, as several processes share a database. */
export class InMemoryLedger {
  readonly streams = new Map<string, InMemoryStream>();
  readonly payloads = new Map<string, Uint8Array>();
  /** By stream and id. */
  readonly nameTables = new Map<string, Map<string, NameTable>>();
  readonly wakeUp = new WakeUp();

  /** Erases bodies as the eraser does. Returns the number of bodies erased. */
  eraseBodies(stream: string, records: readonly EnteredRecord[]): number {
    const segments = this.streams.get(stream)?.segments;
    let erased = 0;
    for (const [revision, its] of byRevision(records)) {
      const segment = segments?.get(revision);
      const cut = segment === undefined ? undefined : withoutRecords(segment.bytes, its);
      if (cut === undefined) continue;
      if (cut.bodies === 0) segments?.delete(revision);
      else segments?.set(revision, { revision, bodies: cut.bodies, bytes: cut.bytes });
      erased += cut.erased;
    }
    return erased;
  }

  /** Erases tokens as the eraser does. Returns the number of rows that lost tokens. */
  eraseTokens(stream: string, records: readonly TokenCuts[]): number {
    const segments = this.streams.get(stream)?.segments;
    let erased = 0;
    for (const [revision, its] of cutsByRevision(records)) {
      const segment = segments?.get(revision);
      const cut = segment === undefined ? undefined : withoutTokens(segment, its);
      if (segment === undefined || cut === undefined) continue;
      segments?.set(revision, { ...segment, bytes: cut.bytes });
      erased += cut.erased;
    }
    return erased;
  }
}

const markOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** Keeps tables of name frequencies as the linker does. */
export class InMemoryNameTables implements NameTables {
  readonly #ledger: InMemoryLedger;

  constructor(ledger: InMemoryLedger) {
    this.#ledger = ledger;
  }

  async all(stream: string): Promise<readonly NameTable[]> {
    return [...(this.#ledger.nameTables.get(stream)?.values() ?? [])].sort((one, other) =>
      one.id < other.id ? -1 : 1,
    );
  }

  async keep(stream: string, table: NameTable): Promise<void> {
    const tables = this.#ledger.nameTables.get(stream) ?? new Map<string, NameTable>();
    this.#ledger.nameTables.set(stream, tables);
    if ((tables.get(table.id)?.keyVersion ?? 0) <= table.keyVersion) tables.set(table.id, table);
  }

  async erase(stream: string, id: string): Promise<boolean> {
    return this.#ledger.nameTables.get(stream)?.delete(id) === true;
  }
}

/** Re-keys bodies as the eraser does. */
export class InMemoryBodiesToRekey implements BodiesToRekey {
  readonly #ledger: InMemoryLedger;

  constructor(ledger: InMemoryLedger) {
    this.#ledger = ledger;
  }

  async page(stream: string, after: number, upTo: number): Promise<MarkedSegment[]> {
    return [...(this.#ledger.streams.get(stream)?.segments.values() ?? [])]
      .filter(({ revision }) => revision > after && revision <= upTo)
      .sort((one, other) => one.revision - other.revision)
      .slice(0, SEGMENTS_PER_PAGE)
      .map(({ revision, bytes }) => ({ revision, bytes, mark: markOf(bytes) }));
  }

  async replace(stream: string, changed: readonly MarkedSegment[]): Promise<void> {
    const segments = this.#ledger.streams.get(stream)?.segments;
    const held = changed.map((segment) => ({ segment, there: segments?.get(segment.revision) }));
    for (const { segment, there } of held)
      if (there === undefined || markOf(there.bytes) !== segment.mark) throw bodiesChanged(stream);
    for (const { segment, there } of held)
      if (there !== undefined) segments?.set(segment.revision, { ...there, bytes: segment.bytes });
  }
}

/** An event store in memory only, for tests and for `kinledger link`, which needs no database. */
export class InMemoryEventStore implements EventStore {
  readonly #closing = new AbortController();
  readonly #ledger: InMemoryLedger;

  constructor(ledger = new InMemoryLedger()) {
    this.#ledger = ledger;
  }

  async append(
    stream: string,
    events: readonly EventToAppend[],
    options: AppendOptions,
  ): Promise<AppendResult> {
    checkBeforeSending(stream, events, options);
    const held = this.#ledger.streams.get(stream) ?? new InMemoryStream();
    const head = held.events.length - 1;
    const known = new Map<string, StoredEvent>();
    for (const { id } of events) {
      const event = held.byId.get(id);
      if (event !== undefined) known.set(id, event);
    }
    const earlier = earlierResult(stream, events, options.expectedRevision, head, known);
    if (earlier !== undefined) return earlier;
    if (!isAsExpected(options.expectedRevision, head)) {
      throw revisionConflict(stream, options.expectedRevision, head);
    }
    const segments = newSegments(stream, held, options.segments ?? []);

    // Nothing below fails, so the append is atomic. Bytes are copied, because a writer may reuse its buffer.
    for (const [index, { id, type, bytes }] of events.entries()) {
      const event = { id, type, bytes: new Uint8Array(bytes), revision: head + 1 + index };
      held.events.push(event);
      held.byId.set(id, event);
    }
    for (const segment of segments)
      held.segments.set(segment.revision, { ...segment, bytes: new Uint8Array(segment.bytes) });
    this.#keepPayloads(options.payloads ?? []);
    this.#ledger.streams.set(stream, held);
    this.#ledger.wakeUp.call();
    return { firstRevision: head + 1, lastRevision: head + events.length, repeated: false };
  }

  async head(stream: string): Promise<number> {
    return (this.#ledger.streams.get(stream)?.events.length ?? 0) - 1;
  }

  async readPage(stream: string, from: number, limit: number): Promise<StoredEvent[]> {
    const events = this.#ledger.streams.get(stream)?.events.slice(from, from + limit) ?? [];
    return events.slice(0, pageLength(events));
  }

  async readSegments(stream: string, from: number, to: number): Promise<Segment[]> {
    return [...(this.#ledger.streams.get(stream)?.segments.values() ?? [])]
      .filter(({ revision }) => revision >= from && revision <= to)
      .sort((one, other) => one.revision - other.revision);
  }

  async countBodies(stream: string, to: number): Promise<number> {
    const segments = await this.readSegments(stream, 0, to);
    return segments.reduce((sum, { bodies }) => sum + bodies, 0);
  }

  async readPayload(digest: string): Promise<Uint8Array | undefined> {
    return this.#ledger.payloads.get(digest);
  }

  async readNameTable(stream: string, id: string): Promise<NameTable | undefined> {
    return this.#ledger.nameTables.get(stream)?.get(id);
  }

  async keyVersionOfNameTable(stream: string, id: string): Promise<number | undefined> {
    return this.#ledger.nameTables.get(stream)?.get(id)?.keyVersion;
  }

  /** An in-memory store has no settings. */
  async findings(): Promise<readonly StreamFinding[]> {
    return [];
  }

  subscribe(stream: string, options: SubscribeOptions): AsyncIterable<readonly StoredEvent[]> {
    return followStream({
      from: options.from,
      pageSize: options.pageSize ?? 1000,
      signal: AbortSignal.any([options.signal, this.#closing.signal]),
      readPage: (from, limit) => this.readPage(stream, from, limit),
      wakeUp: this.#ledger.wakeUp,
    });
  }

  async close(): Promise<void> {
    this.#closing.abort();
  }

  #keepPayloads(payloads: readonly Payload[]): void {
    for (const { digest, bytes } of payloads) {
      if (!this.#ledger.payloads.has(digest)) this.#ledger.payloads.set(digest, new Uint8Array(bytes));
    }
  }
}

/** Returns the segments that the stream does not have yet. @throws SegmentDiffers */
function newSegments(stream: string, held: InMemoryStream, segments: readonly Segment[]): Segment[] {
  const fresh = new Map<number, Segment>();
  for (const segment of segments) {
    const { revision } = segment;
    const there = held.segments.get(revision) ?? fresh.get(revision);
    if (there === undefined) fresh.set(revision, segment);
    else if (Buffer.compare(there.bytes, segment.bytes) !== 0) throw segmentDiffers(stream, revision);
  }
  return [...fresh.values()];
}
