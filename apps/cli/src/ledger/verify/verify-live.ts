import {
  erasesBodies,
  isForeignEvent,
  isUnreadableContract,
  restatesTokens,
  type LedgerEvent,
} from '@kinledger/contracts';
import { StatedTokens } from '@kinledger/decisions';
import { checkedLedgerEventOf, originOf, sha256Hex } from '@kinledger/domain';
import {
  isStreamGap,
  type Checkpoints,
  type EventStore,
  type Segment,
  type StoredEvent,
} from '@kinledger/event-store';
import { pagesOf } from '../export/signed-leaves.js';
import { readSegment, recordsBroughtBy, type BodyThere, type SegmentThere } from './brought-commitments.js';
import { Faults } from './faults.js';
import { LedgerProof } from './ledger-proof.js';
import { RekeyedBodies } from './rekeyed-bodies.js';
import { SegmentHeads } from './segment-heads.js';
import { verificationOf, type OutsideCheckpoint, type Verification } from './verification.js';

export interface VerifyLiveOptions {
  readonly store: EventStore;
  readonly checkpoints: Checkpoints;
  readonly stream: string;
  readonly outside?: OutsideCheckpoint | undefined;
  readonly signal?: AbortSignal;
  readonly onProgress?: (done: number, total: number) => void;
}

const NOTES_AT_A_TIME = 500;
const PAGE = 1_000;

/** Checks a ledger where it is kept: every event, every checkpoint, and every body beside it that still exists. */
export async function verifyLive(options: VerifyLiveOptions): Promise<Verification> {
  const { store, checkpoints, stream, outside, signal, onProgress } = options;
  const faults = new Faults();
  const proof = new LedgerProof({ stream, origin: originOf(stream), first: 0, before: [], faults });
  // Asked for before the end: what is signed meanwhile may be about events that are not looked at.
  const notes = await claimAll(proof, checkpoints, stream);
  const end = (await endOf(store, stream, faults)) + 1;
  if (outside !== undefined) proof.claim(outside.bytes, `the checkpoint ${outside.name}`);
  const stated = await statedTokens(store, stream, signal);
  const bodies = new BodyCheck(store, stream, stated, faults);
  const published: NamedPayload[] = [];
  const takeUpTo = async (limit: number) => {
    for await (const page of pagesOf(store, checkpoints, stream, proof.size, limit, signal)) {
      const events = page.events.map((stored, index) => {
        proof.take(stored.revision, stored.bytes, page.signed[index]);
        const event = readOurs(stored, stream, faults);
        if (event?.type === 'FiguresPublished')
          published.push({
            ...{ position: stored.revision, what: 'published form of the figures' },
            digest: event.data.published,
          });
        return event;
      });
      await bodies.check(page.from, page.from + page.events.length - 1, events);
      onProgress?.(page.from + page.events.length, end);
    }
  };
  await takeUpTo(end).catch(async (error: unknown) => {
    if (!isStreamGap(error) && !isForeignEvent(error)) throw error;
    // A page that cannot be read whole is read up to where it breaks off.
    await takeUpTo(error.revision);
    faults.add(
      error.revision,
      `the event at position ${error.revision} is missing, or is not one that Kinledger wrote`,
    );
  });
  proof.finish();
  await bodies.finish(end);
  if (notes === 0 && end > 0)
    faults.add(0, 'no checkpoint is kept: nothing shows that the events from position 0 on were not changed');
  const definitions = proof.named.flatMap(({ position, named: { type, data } }): NamedPayload[] =>
    type === 'ProgrammeDefined' ? [{ position, what: 'definition', digest: data.definition }] : [],
  );
  await checkPayloads([...definitions, ...published], store, faults);
  const { checked, erased } = bodies;
  return verificationOf(proof, faults, {
    ...{ stream, first: 0, events: proof.size, checkpoints: notes },
    ...{ outsideCheckpoint: outside !== undefined, bodies: { checked, erased } },
  });
}

async function endOf(store: EventStore, stream: string, faults: Faults): Promise<number> {
  try {
    return await store.head(stream);
  } catch (error) {
    if (!isStreamGap(error)) throw error;
    faults.add(error.revision, `the event at position ${error.revision} is missing`);
    return -1;
  }
}

/** Takes every checkpoint that is kept now. @returns how many there are. */
async function claimAll(proof: LedgerProof, checkpoints: Checkpoints, stream: string): Promise<number> {
  const last = (await checkpoints.last(stream))?.size ?? 0;
  let count = 0;
  for (let size = 0; size < last;) {
    const notes = await checkpoints.notesAfter(stream, size, NOTES_AT_A_TIME);
    for (const note of notes.filter((each) => each.size <= last)) {
      proof.claim(note.note, `checkpoint ${note.size}`, note.size);
      count += 1;
    }
    size = notes.at(-1)?.size ?? last;
  }
  return count;
}

/**
 * What the ledger states of tokens after the placements. An event that cannot be read, or is missing, is passed over: it is
 * a fault of its own.
 */
function statedTokens(
  store: EventStore,
  stream: string,
  signal: AbortSignal | undefined,
): Promise<StatedTokens> {
  const untold = new Faults();
  const readPage: EventStore['readPage'] = (_, from, limit) => pageUpToGap(store, stream, from, limit);
  return StatedTokens.of({ readPage }, stream, signal, (stored) => readOurs(stored, stream, untold));
}

/** A page of events, which ends where one is missing: that is told elsewhere. */
function pageUpToGap(store: EventStore, stream: string, from: number, limit: number): Promise<StoredEvent[]> {
  return store.readPage(stream, from, limit).catch((error: unknown) => {
    if (!isStreamGap(error) && !isForeignEvent(error)) throw error;
    return [];
  });
}

/** An event of ours with what its store says of it; undefined, and a fault, for any other. */
function readOurs(stored: StoredEvent, stream: string, faults: Faults): LedgerEvent | undefined {
  try {
    return checkedLedgerEventOf(stored, stream);
  } catch (error) {
    if (isForeignEvent(error)) {
      faults.add(stored.revision, `the event at position ${stored.revision} is not one that Kinledger wrote`);
    } else if (isUnreadableContract(error)) {
      faults.add(
        stored.revision,
        `the event at position ${stored.revision} cannot be read by this version: ${error.message}`,
      );
    } else throw error;
    return undefined;
  }
}

/** Compares the bodies beside a ledger with what its events are committed to. Holds the records whose body is missing. */
class BodyCheck {
  checked = 0;
  erased = 0;
  /** Positions of records without a body, until an erasure names them. */
  readonly #missing = new Map<string, number>();
  /** Bodies whose tokens are not those that the ledger states, until a later event states them. */
  readonly #otherTokens = new Map<string, { readonly position: number; readonly tokens: string }>();
  readonly #stated: StatedTokens;
  readonly #heads = new SegmentHeads();
  readonly #store: EventStore;
  readonly #stream: string;
  readonly #faults: Faults;
  readonly #rekeyed: RekeyedBodies;

  constructor(store: EventStore, stream: string, stated: StatedTokens, faults: Faults) {
    this.#stated = stated;
    this.#rekeyed = new RekeyedBodies(stated, faults);
    this.#store = store;
    this.#stream = stream;
    this.#faults = faults;
  }

  async check(from: number, to: number, events: readonly (LedgerEvent | undefined)[]): Promise<void> {
    const bodies = new Map<string, BodyThere & { readonly revision: number }>();
    const unreadable = new Set<number>();
    const beside = new Map<number, SegmentThere>();
    for (const segment of await this.#store.readSegments(this.#stream, from, to)) {
      const { revision } = segment;
      const read = this.#read(segment, unreadable);
      if (read === undefined) continue;
      beside.set(revision, read);
      for (const body of read.bodies) bodies.set(body.record, { ...body, revision });
    }
    for (const event of events) {
      if (event === undefined) continue;
      this.#heads.follow(event);
      const there = beside.get(event.revision);
      const difference = there && this.#heads.differenceOf(there.head, event);
      if (difference !== undefined)
        this.#faults.add(
          event.revision,
          `what stands before the bodies beside position ${event.revision} names another ${difference} than the ledger: it was changed`,
          'beside',
        );
      this.#rekeyed.brought(event.revision, there?.bodies ?? []);
      await this.#rekeyed.take(event, (revision) => this.#bodiesAt(revision));
      // What lies beside it was told already.
      const brings = unreadable.has(event.revision) ? [] : recordsBroughtBy(event);
      for (const brought of brings) {
        const body = bodies.get(brought.record);
        if (body?.revision !== event.revision) {
          this.#missing.set(brought.record, event.revision);
          continue;
        }
        bodies.delete(brought.record);
        const { record, commitments } = brought;
        if (body.commitments.body !== commitments.body) this.#changed(record, event.revision);
        // Of tokens that were re-keyed since, a later event says what they are. Else the commitment to a record's tokens is
        // the last one that the ledger states for it.
        else if (
          body.keyVersion > this.#rekeyed.keyVersion ||
          body.commitments.tokens === (this.#stated.of(record) ?? commitments.tokens)
        )
          this.checked += 1;
        else this.#otherTokens.set(record, { position: event.revision, tokens: body.commitments.tokens });
      }
      if (event.type === 'RecordErased') this.#erase(event.data.records);
    }
    for (const { record, revision } of bodies.values()) {
      this.#faults.add(
        revision,
        `a body of record ${record} lies beside position ${revision}, where no event brings that record`,
      );
    }
  }

  async #bodiesAt(revision: number): Promise<readonly BodyThere[]> {
    const segments = await this.#store.readSegments(this.#stream, revision, revision);
    return segments.flatMap((segment) => this.#read(segment, new Set())?.bodies ?? []);
  }

  #changed(record: string, position: number, where?: 'beside'): void {
    this.#faults.add(
      position,
      `the body of record ${record} is not what the event at position ${position} is committed to: it was changed`,
      where,
    );
  }

  #read(segment: Segment, unreadable: Set<number>): SegmentThere | undefined {
    try {
      return readSegment(segment);
    } catch (error) {
      if (!isUnreadableContract(error)) throw error;
      const { revision } = segment;
      unreadable.add(revision);
      this.#faults.add(revision, `the bodies beside position ${revision} cannot be read: they were changed`);
      return undefined;
    }
  }

  /** @param end position of the first event that was not checked. */
  async finish(end: number): Promise<void> {
    await this.#finishKeys(end);
    // What was erased while this ran is named by an event that came meanwhile.
    for (let next = end; this.#missing.size + this.#otherTokens.size > 0;) {
      const page = await pageUpToGap(this.#store, this.#stream, next, PAGE);
      if (page.length === 0) break;
      for (const stored of page) {
        const isOfBodies = erasesBodies(stored.type) || restatesTokens(stored.type);
        const event = isOfBodies ? readOurs(stored, this.#stream, this.#faults) : undefined;
        if (event?.type === 'RecordErased') this.#erase(event.data.records);
        if (event?.type === 'CarerTokensErased')
          for (const { record, tokens } of event.data.records) this.#restate(record, tokens);
      }
      next += page.length;
    }
    for (const [record, { position }] of this.#otherTokens) {
      if (this.#stated.of(record) === undefined) this.#changed(record, position, 'beside');
      else
        this.#faults.add(
          position,
          `the tokens of record ${record}, which lies beside position ${position}, are not those that the ledger states last: they were changed, or tokens that are erased were never cut out`,
          'beside',
        );
    }
    for (const [record, position] of this.#missing) {
      this.#faults.add(
        position,
        `the body of record ${record}, which the event at position ${position} brought, is missing, and no erasure names it`,
        'beside',
      );
    }
  }

  /** A rotation that began while this ran is told by an event that came meanwhile. */
  async #finishKeys(end: number): Promise<void> {
    for (let next = end; this.#rekeyed.isAhead;) {
      const page = await pageUpToGap(this.#store, this.#stream, next, PAGE);
      if (page.length === 0) break;
      const begun = page.find(({ type }) => type === 'KeyRotationBegun');
      const event = begun && readOurs(begun, this.#stream, this.#faults);
      if (event !== undefined) {
        await this.#rekeyed.take(event, () => Promise.resolve([]));
        break;
      }
      next += page.length;
    }
    this.#rekeyed.finish();
  }

  #restate(record: string, tokens: string): void {
    if (this.#otherTokens.get(record)?.tokens !== tokens) return;
    this.#otherTokens.delete(record);
    this.checked += 1;
  }

  #erase(records: readonly string[]): void {
    for (const record of records) if (this.#missing.delete(record)) this.erased += 1;
  }
}

/** What an event names by its digest. */
interface NamedPayload {
  readonly position: number;
  readonly what: 'definition' | 'published form of the figures';
  readonly digest: string;
}

/** Whatever events name by a digest must lie beside the ledger, unchanged. */
async function checkPayloads(
  named: readonly NamedPayload[],
  store: EventStore,
  faults: Faults,
): Promise<void> {
  for (const { position, what, digest } of named) {
    const bytes = await store.readPayload(digest);
    if (bytes === undefined || sha256Hex(bytes) !== digest)
      faults.add(
        position,
        `the ${what} that the event at position ${position} names is missing or was changed`,
      );
  }
}
