import type { LedgerEvent } from '@kinledger/contracts';
import type { EncodedLedgerEvent } from '@kinledger/domain';
import type { EventStore, Payload, Segment } from '@kinledger/event-store';
import type { DecisionWriter, WrittenEvent } from './decision-writer.js';
import { ledgerDiffers } from './errors.js';

/** Maximum size of one append. */
export interface AppendLimits {
  readonly events: number;
  readonly bytes: number;
}

export const defaultAppendLimits: AppendLimits = { events: 2_000, bytes: 2 * 1024 * 1024 };

export interface LedgerWriterOptions {
  readonly store: Pick<EventStore, 'append' | 'readPage'>;
  readonly stream: string;
  /** Revision of the first event to write. */
  readonly from: number;
  /** Revision of the stream's last event. Events up to it exist already: they are compared, not appended. */
  readonly head: number;
  readonly limits: AppendLimits;
  readonly onAppended?: (events: number) => void;
}

/**
 * Writes events in order, in appends with exact expected revisions. Events that are already in the ledger must be
 * identical, byte for byte. One append is in progress while the next one is being filled.
 */
export class LedgerWriter implements DecisionWriter {
  #batch: Batch;
  #underway: Promise<void> = Promise.resolve();
  readonly #options: LedgerWriterOptions;

  constructor(options: LedgerWriterOptions) {
    this.#options = options;
    this.#batch = emptyBatch(options.from);
  }

  take({ event, encoded, segment, payload }: WrittenEvent): LedgerEvent {
    const batch = this.#batch;
    batch.events.push(encoded);
    batch.bytes += encoded.bytes.length;
    if (segment !== undefined) {
      const made = segment();
      batch.segments.push(made);
      batch.bytes += made.bytes.length;
    }
    if (payload !== undefined) {
      batch.payloads.push(payload);
      batch.bytes += payload.bytes.length;
    }
    return event;
  }

  get isFull(): boolean {
    const { events, bytes } = this.#options.limits;
    return this.#batch.events.length >= events || this.#batch.bytes >= bytes;
  }

  /**
   * Sends the added events once the previous append is durable; does not wait for its own.
   * @throws the error of the previous append.
   */
  async flush(): Promise<void> {
    const batch = this.#batch;
    if (batch.events.length === 0) return;
    this.#batch = emptyBatch(batch.first + batch.events.length);
    await this.#underway;
    this.#underway = this.#write(batch);
    // The next flush or finish awaits it; until then a rejection would be unhandled.
    this.#underway.catch(() => undefined);
  }

  /**
   * Resolves when all added events are durable.
   * @throws LedgerDiffers; errors of the store's `append`.
   */
  async finish(): Promise<void> {
    await this.flush();
    await this.#underway;
  }

  async #write(batch: Batch): Promise<void> {
    const { store, stream, head, onAppended } = this.#options;
    const known = Math.min(batch.events.length, Math.max(0, head - batch.first + 1));
    if (known > 0) await this.#compare(batch, known);
    const events = batch.events.slice(known);
    if (events.length === 0) return;
    const first = batch.first + known;
    await store.append(stream, events, {
      expectedRevision: first === 0 ? 'no-stream' : first - 1,
      segments: known === 0 ? batch.segments : batch.segments.filter(({ revision }) => revision >= first),
      // Named by their content: one that is there already is the same.
      payloads: batch.payloads,
    });
    onAppended?.(events.length);
  }

  async #compare(batch: Batch, known: number): Promise<void> {
    const { store, stream } = this.#options;
    let at = 0;
    while (at < known) {
      const page = await store.readPage(stream, batch.first + at, known - at);
      if (page.length === 0) throw ledgerDiffers(stream, batch.first + at);
      for (const stored of page) {
        const ours = batch.events[at];
        if (ours === undefined || Buffer.compare(stored.bytes, ours.bytes) !== 0) {
          throw ledgerDiffers(stream, stored.revision);
        }
        at += 1;
      }
    }
  }
}

interface Batch {
  readonly first: number;
  readonly events: EncodedLedgerEvent[];
  readonly segments: Segment[];
  readonly payloads: Payload[];
  bytes: number;
}

const emptyBatch = (first: number): Batch => ({
  ...{ first, events: [], segments: [], payloads: [] },
  bytes: 0,
});
