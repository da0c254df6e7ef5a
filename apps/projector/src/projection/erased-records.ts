import { erasesBodies, isErasing } from '@kinledger/contracts';
import { ledgerEventOf } from '@kinledger/domain';
import type { EventStore } from '@kinledger/event-store';

const PAGE_EVENTS = 1_000;

/** The records that a ledger erases, from a revision on. Reads ahead only if a body is missing, which is rare. */
export class ErasedRecords {
  readonly #erased = new Set<string>();
  readonly #store: EventStore;
  readonly #stream: string;
  #next: number;

  constructor(store: EventStore, stream: string, next: number) {
    this.#store = store;
    this.#stream = stream;
    this.#next = next;
  }

  /** Whether an event up to the ledger's present end erases the record. */
  async has(record: string): Promise<boolean> {
    if (!this.#erased.has(record)) await this.#readOn();
    return this.#erased.has(record);
  }

  async #readOn(): Promise<void> {
    for (;;) {
      const page = await this.#store.readPage(this.#stream, this.#next, PAGE_EVENTS);
      const last = page.at(-1);
      if (last === undefined) return;
      for (const stored of page) {
        if (!erasesBodies(stored.type)) continue;
        const event = ledgerEventOf(stored, this.#stream);
        if (isErasing(event)) for (const record of event.data.records) this.#erased.add(record);
      }
      this.#next = last.revision + 1;
    }
  }
}
