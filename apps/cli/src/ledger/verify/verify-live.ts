import { erasesBodies, isForeignEvent, isUnreadableContract, type LedgerEvent } from '@kinledger/contracts';
import { checkedLedgerEventOf, originOf, sha256Hex } from '@kinledger/domain';
import {
  isStreamGap,
  type Checkpoints,
  type EventStore,
  type Segment,
  type StoredEvent,
} from '@kinledger/event-store';
import { pagesOf } from '../export/signed-leaves.js';
import { bodiesOf, isCommitted, recordsBroughtBy, type BodyThere } from './brought-commitments.js';
import { Faults } from './faults.js';
import { LedgerProof } from './ledger-proof.js';
import { RekeyedBodies } from './rekeyed-bodies.js';
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
  const proof = new LedgerProof({ origin: originOf(stream), first: 0, before: [], faults });
  // Asked for before the end: what is signed meanwhile may be about events that are not looked at.
  const notes = await claimAll(proof, checkpoints, stream);
  const end = (await endOf(store, stream, faults)) + 1;
  if (outside !== undefined) proof.claim(outside.bytes, `the checkpoint ${outside.name}`);
  const bodies = new BodyCheck(store, stream, faults);
  const takeUpTo = async (limit: number) => {
    for await (const page of pagesOf(store, checkpoints, stream, proof.size, limit, signal)) {
      const events = page.events.map((stored, index) => {
        proof.take(stored.revision, stored.bytes, page.signed[index]);
        return readOurs(stored, stream, faults);
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
  await checkDefinitions(proof, store, faults);
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
  readonly #store: EventStore;
  readonly #stream: string;
  readonly #faults: Faults;
  readonly #rekeyed: RekeyedBodies;

  constructor(store: EventStore, stream: string, faults: Faults) {
    this.#rekeyed = new RekeyedBodies(faults);
    this.#store = store;
    this.#stream = stream;
    this.#faults = faults;
  }

  async check(from: number, to: number, events: readonly (LedgerEvent | undefined)[]): Promise<void> {
    const bodies = new Map<string, BodyThere & { readonly revision: number }>();
    const unreadable = new Set<number>();
    const beside = new Map<number, readonly BodyThere[]>();
    for (const segment of await this.#store.readSegments(this.#stream, from, to)) {
      const { revision } = segment;
      const its = this.#bodiesOf(segment, unreadable);
      beside.set(revision, its);
      for (const body of its) bodies.set(body.record, { ...body, revision });
    }
    for (const event of events) {
      if (event === undefined) continue;
      this.#rekeyed.brought(event.revision, beside.get(event.revision) ?? []);
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
        if (isCommitted(body, brought, this.#rekeyed.keyVersion)) this.checked += 1;
        else {
          this.#faults.add(
            event.revision,
            `the body of record ${brought.record} is not what the event at position ${event.revision} is committed to: it was changed`,
          );
        }
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
    return segments.flatMap((segment) => this.#bodiesOf(segment, new Set()));
  }

  #bodiesOf(segment: Segment, unreadable: Set<number>): readonly BodyThere[] {
    try {
      return bodiesOf(segment);
    } catch (error) {
      if (!isUnreadableContract(error)) throw error;
      const { revision } = segment;
      unreadable.add(revision);
      this.#faults.add(revision, `the bodies beside position ${revision} cannot be read: they were changed`);
      return [];
    }
  }

  /** @param end position of the first event that was not checked. */
  async finish(end: number): Promise<void> {
    await this.#finishKeys(end);
    // Who was erased while this ran is named by an event that came meanwhile.
    for (let next = end; this.#missing.size > 0;) {
      const page = await this.#pageFrom(next);
      if (page.length === 0) break;
      for (const stored of page) {
        const event = erasesBodies(stored.type) ? readOurs(stored, this.#stream, this.#faults) : undefined;
        if (event?.type === 'RecordErased') this.#erase(event.data.records);
      }
      next += page.length;
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
      const page = await this.#pageFrom(next);
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

  /** Where events are missing, that was told. */
  #pageFrom(next: number): Promise<readonly StoredEvent[]> {
    return this.#store.readPage(this.#stream, next, PAGE).catch((error: unknown) => {
      if (!isStreamGap(error) && !isForeignEvent(error)) throw error;
      return [];
    });
  }

  #erase(records: readonly string[]): void {
    for (const record of records) if (this.#missing.delete(record)) this.erased += 1;
  }
}

/** The definitions that events name must lie beside the ledger, unchanged. */
async function checkDefinitions(proof: LedgerProof, store: EventStore, faults: Faults): Promise<void> {
  for (const { position, named } of proof.named) {
    if (named.type !== 'ProgrammeDefined') continue;
    const bytes = await store.readPayload(named.data.definition);
    if (bytes === undefined || sha256Hex(bytes) !== named.data.definition) {
      faults.add(
        position,
        `the definition that the event at position ${position} names is missing or was changed`,
      );
    }
  }
}
