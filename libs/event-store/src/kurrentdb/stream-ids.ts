import type { EventToAppend, StoredEvent } from '../event-store.js';

const FREE = 0;

/**
 * Where the ids of a stream are, in 20 to 40 bytes an event: KurrentDB has no index by id, and whether an id is in a
 * stream already is part of what the port promises. It knows ids by 64 of their bits, so a place that it names is a
 * hint: look there.
 */
export class StreamIds {
  #next = 0;
  /** Three words a place: 64 bits of the id, and the revision plus one (0: free). Open addressing, linear probing. */
  #table = new Uint32Array(3 * 1024);

  /** Revision of the first event that it does not know. */
  get next(): number {
    return this.#next;
  }

  /** Takes events in order; those that it knows and those beyond a gap are left out. */
  learn(events: readonly Pick<StoredEvent, 'id' | 'revision'>[]): void {
    for (const { id, revision } of events) {
      if (revision !== this.#next) continue;
      if ((this.#next + 1) * 3 * 1.6 > this.#table.length) this.#grow();
      const [high, low] = bitsOf(id);
      this.#put(high, low, revision + 1);
      this.#next += 1;
    }
  }

  /** Revisions at which one of these ids may be, ascending. */
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

/** The first and the last 32 bits: between them lie the version and, in some ids, a counter. */
const bitsOf = (id: string): readonly [number, number] => [
  Number.parseInt(id.slice(0, 8), 16),
  Number.parseInt(id.slice(-8), 16),
];

const slotOf = (high: number, low: number, capacity: number): number =>
  (Math.imul(high ^ Math.imul(low, 0x9e3779b1), 0x85ebca6b) >>> 0) % capacity;
