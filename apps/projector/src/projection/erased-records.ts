import { erasesBodies, isErasing } from '@kinledger/contracts';
import { ledgerEventOf } from '@kinledger/domain';
import type { EventStore } from '@kinledger/event-store';

const PAGE_EVENTS = 5_000;

/** What a ledger erases, from a revision on. Read on only when a body is missing, which is seldom. */
export class ErasedRecords {
  private readonly erased = new Set<string>();

  constructor(
    private readonly store: EventStore,
    private readonly stream: string,
    private next: number,
  ) {}

  /** Whether an event of the ledger, as far as it goes now, erases the record. */
  async has(record: string): Promise<boolean> {
    if (!this.erased.has(record)) await this.readOn();
    return this.erased.has(record);
  }

  private async readOn(): Promise<void> {
    for (;;) {
      const page = await this.store.readPage(this.stream, this.next, PAGE_EVENTS);
      const last = page.at(-1);
      if (last === undefined) return;
      for (const stored of page) {
        if (!erasesBodies(stored.type)) continue;
        const event = ledgerEventOf(stored, this.stream);
        if (isErasing(event)) for (const record of event.data.records) this.erased.add(record);
      }
      this.next = last.revision + 1;
    }
  }
}
