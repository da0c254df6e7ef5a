import {
  readLedgerEvent,
  rekeysTokens,
  restatesTokens,
  type Commitment,
  type LedgerEvent,
} from '@kinledger/contracts';
import type { EventStore, StoredEvent } from '@kinledger/event-store';

const PAGE = 1_000;

/**
 * What the ledger states of the tokens of records of which some were erased: the commitment to a record's tokens is the last
 * one that the ledger states for it. A record that is not here has that of its placement, or of the last rotation of keys.
 */
export class StatedTokens {
  readonly #stated = new Map<string, Commitment>();
  readonly #lacking = new Set<string>();

  /**
   * Reads all of a ledger, up to its present end.
   * @param read reads an event; undefined for one that is passed over. @throws what the store and `read` throw
   */
  static async of(
    store: Pick<EventStore, 'readPage'>,
    stream: string,
    signal?: AbortSignal,
    read: (stored: StoredEvent) => LedgerEvent | undefined = ({ bytes }) => readLedgerEvent(bytes),
  ): Promise<StatedTokens> {
    const stated = new StatedTokens();
    for (let from = 0; ;) {
      signal?.throwIfAborted();
      const page = await store.readPage(stream, from, PAGE);
      if (page.length === 0) return stated;
      for (const event of page) {
        const its = stated.needs(event.type) ? read(event) : undefined;
        if (its !== undefined) stated.take(its);
      }
      from += page.length;
    }
  }

  /** Whether an event of this type may state something new of the records that are here. */
  needs(type: string): boolean {
    return restatesTokens(type) || (rekeysTokens(type) && this.#stated.size > 0);
  }

  /** Takes a later event. */
  take(event: LedgerEvent): void {
    if (event.type === 'RecordsRekeyed') {
      // Of all other records it is the event itself that says so: there are as many as the ledger has.
      for (const { record, tokens } of event.data.records)
        if (this.#stated.has(record)) this.#stated.set(record, tokens);
    }
    if (event.type !== 'CarerTokensErased') return;
    for (const { record, tokens } of event.data.records) {
      this.#stated.set(record, tokens);
      this.#lacking.add(record);
    }
  }

  /** The last commitment to a record's tokens; undefined if only its placement states one. */
  of(record: string): Commitment | undefined {
    return this.#stated.get(record);
  }

  /** Whether tokens of the record were erased. */
  lacksTokens(record: string): boolean {
    return this.#lacking.has(record);
  }
}
