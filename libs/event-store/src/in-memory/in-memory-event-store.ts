import { WakeUp } from '@kinledger/waiting';
import { checkBeforeSending, earlierResult, isAsExpected } from '../append-rules.js';
import { recordBodyDiffers, revisionConflict } from '../errors.js';
import type {
  AppendOptions,
  AppendResult,
  EventStore,
  EventToAppend,
  Payload,
  RecordBody,
  StoredEvent,
  StreamFinding,
  SubscribeOptions,
} from '../event-store.js';
import { followStream } from '../follow-stream.js';
import { pageLength } from '../page-end.js';

class InMemoryStream {
  readonly events: StoredEvent[] = [];
  readonly byId = new Map<string, StoredEvent>();
  readonly bodies = new Map<string, RecordBody>();
}

/** What several in-memory stores share, as several processes share a database. */
export class InMemoryLedger {
  readonly streams = new Map<string, InMemoryStream>();
  readonly payloads = new Map<string, Uint8Array>();
  readonly wakeUp = new WakeUp();

  /** What the eraser does. Returns the number of bodies that went. */
  eraseBodies(stream: string, records: readonly string[]): number {
    const bodies = this.streams.get(stream)?.bodies;
    return records.filter((record) => bodies?.delete(record)).length;
  }
}

/** The event store of a process that keeps nothing: for tests, and for `kinledger link`, which needs no database. */
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
    const bodies = newBodies(stream, held, options.bodies ?? []);

    // From here on nothing fails: all or none. Bytes are copied, since a writer may use its buffer again.
    for (const [index, { id, type, bytes }] of events.entries()) {
      const event = { id, type, bytes: new Uint8Array(bytes), revision: head + 1 + index };
      held.events.push(event);
      held.byId.set(id, event);
    }
    for (const body of bodies) held.bodies.set(body.record, { ...body, bytes: new Uint8Array(body.bytes) });
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

  async readBodies(stream: string, from: number, to: number): Promise<RecordBody[]> {
    return [...(this.#ledger.streams.get(stream)?.bodies.values() ?? [])]
      .filter(({ revision }) => revision >= from && revision <= to)
      .sort((a, b) => a.revision - b.revision || (a.record < b.record ? -1 : 1));
  }

  async countBodies(stream: string, to: number): Promise<number> {
    return (await this.readBodies(stream, 0, to)).length;
  }

  async readBodiesOf(stream: string, records: readonly string[]): Promise<RecordBody[]> {
    const bodies = this.#ledger.streams.get(stream)?.bodies;
    return [...new Set(records)].flatMap((record) => bodies?.get(record) ?? []);
  }

  async readPayload(digest: string): Promise<Uint8Array | undefined> {
    return this.#ledger.payloads.get(digest);
  }

  /** Memory has no settings. */
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

/** The bodies that are not there yet. @throws RecordBodyDiffers */
function newBodies(stream: string, held: InMemoryStream, bodies: readonly RecordBody[]): RecordBody[] {
  const fresh = new Map<string, RecordBody>();
  for (const body of bodies) {
    const there = held.bodies.get(body.record) ?? fresh.get(body.record);
    if (there === undefined) fresh.set(body.record, body);
    else if (Buffer.compare(there.bytes, body.bytes) !== 0) throw recordBodyDiffers(stream, body.record);
  }
  return [...fresh.values()];
}
