import { TreeRoot } from '@kinledger/domain';
import { readAhead, type EventStore } from '@kinledger/event-store';

const PAGE_EVENTS = 1_000;

/** The tree over a stream's events, as far as they were read. */
export class LedgerTree {
  readonly #tree = new TreeRoot();
  #next = 0;
  readonly #store: EventStore;
  readonly #stream: string;

  constructor(store: EventStore, stream: string) {
    this.#store = store;
    this.#stream = stream;
  }

  /** Revision of the last event in the tree; -1 if there is none. */
  get position(): number {
    return this.#next - 1;
  }

  get root(): string {
    return this.#tree.hex();
  }

  /** Adds events up to `position`, but at most `atMost`. @throws StreamGap; the signal's reason when it aborts. */
  async takeUp(
    position: number,
    signal: AbortSignal,
    atMost: number = Number.POSITIVE_INFINITY,
  ): Promise<void> {
    const end = Math.min(position, this.position + atMost);
    const pages = readAhead({
      ...{ from: this.#next, to: end, signal },
      read: (from) => this.#store.readPage(this.#stream, from, Math.min(PAGE_EVENTS, end - from + 1)),
      lengthOf: (page) => page.length,
    });
    for await (const page of pages) {
      for (const { bytes } of page) this.#tree.add(bytes);
      this.#next += page.length;
    }
    if (this.position < end) throw new Error(`${this.#stream} became shorter while it was read`);
  }
}
