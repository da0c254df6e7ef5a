import type { EventToAppend, StoredEvent } from '../event-store.js';

const FREE = 0;

/**
 * An index of the ids in a stream, in 20 to 40 bytes per event: KurrentDB has none, and the port promises to recognise
 * existing ids. It stores 64 bits of each id, so that a revision it returns is a hint that the caller must check.
 */
export class StreamIds {
  #next = 0;
  /** Three words per slot: 64 bits of the id, and the revision plus one (0: free). Open addressing, linear probing. */
  #table = new Uint32Array(3 * 1024);

  /** Revision of the first event that is not yet in the index. */
  get next(): number {
    return this.#next;
  }

  /** Adds events in order; skips those already known and those beyond a gap. */
  learn(events: readonly Pick<StoredEvent, 'id' | 'revision'>[]): void {
    for (const { id, revision } of events) {
      if (revision !== this.#next) continue;
      if ((this.#next + 1) * 3 * 1.6 > this.#table.length) this.#grow();
      const [high, low] = bitsOf(id);
      this.#put(high, low, revision + 1);
      this.#next += 1;
    }
  }

  /** Revisions that may hold one of these ids, ascending. */
  placesOf(events: readonly Pick<EventToAppend, 'id'>[]): number[] {
    const places = new Set<number>();
    const capacity = this.#table.length / 3;
    for (const { id } of events) {
      const [high, low] = bitsOf(id);
      for (let slot = slotOf(high, low, capacity); ; slot = (slot + 1) % capacity) {
        const mark = this.#table[3 * slot + 2] ?? FREE;
        if (mark === FREE) break;
        if (this.#table[3 * slot] === high && this.#table[3 * slot + 1] === low) places.add(mark - 1);
      }
    }
    return [...places].sort((a, b) => a - b);
  }

  #put(high: number, low: number, mark: number): void {
    const capacity = this.#table.length / 3;
    let slot = slotOf(high, low, capacity);
    while (this.#table[3 * slot + 2] !== FREE) slot = (slot + 1) % capacity;
    this.#table.set([high, low, mark], 3 * slot);
  }

  #grow(): void {
    const old = this.#table;
    this.#table = new Uint32Array(old.length * 2);
    for (let at = 0; at < old.length; at += 3) {
      const mark = old[at + 2] ?? FREE;
      if (mark !== FREE) this.#put(old[at] ?? 0, old[at + 1] ?? 0, mark);
    }
  }
}

/** The first and the last 32 bits of an id: between them are the version and, in some ids, a counter. */
const bitsOf = (id: string): readonly [number, number] => [
  Number.parseInt(id.slice(0, 8), 16),
  Number.parseInt(id.slice(-8), 16),
];

const slotOf = (high: number, low: number, capacity: number): number =>
  (Math.imul(high ^ Math.imul(low, 0x9e3779b1), 0x85ebca6b) >>> 0) % capacity;
