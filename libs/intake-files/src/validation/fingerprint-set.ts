import type { Sha256Hex } from '@kinledger/domain/identifiers';

const FIRST_SLOTS = 1 << 12;

/**
 * A set of texts in 8 to 16 bytes each: it keeps the first 64 bits of their SHA-256. Among five million texts, the
 * chance of any collision is below one in a million.
 */
export class FingerprintSet {
  readonly #sha256: Sha256Hex;
  #slots = new Uint32Array(FIRST_SLOTS * 2);
  #size = 0;

  constructor(sha256: Sha256Hex) {
    this.#sha256 = sha256;
  }

  get size(): number {
    return this.#size;
  }

  /** Returns false for a text that was added before. */
  add(text: string): boolean {
    const [high, low] = this.#fingerprintOf(text);
    if (!insert(this.#slots, high, low)) return false;
    this.#size += 1;
    if (this.#size * 4 > this.#slots.length) this.#grow();
    return true;
  }

  /** Removes a text, so that it may be added again. */
  delete(text: string): void {
    const [high, low] = this.#fingerprintOf(text);
    if (remove(this.#slots, high, low)) this.#size -= 1;
  }

  #fingerprintOf(text: string): readonly [high: number, low: number] {
    const digest = this.#sha256(text);
    // A slot of two zeros is free.
    return [parseInt(digest.slice(0, 8), 16) || 1, parseInt(digest.slice(8, 16), 16)];
  }

  #grow(): void {
    const larger = new Uint32Array(this.#slots.length * 2);
    for (let at = 0; at < this.#slots.length; at += 2) {
      const high = this.#slots[at] ?? 0;
      if (high !== 0) insert(larger, high, this.#slots[at + 1] ?? 0);
    }
    this.#slots = larger;
  }
}

/** Open addressing; `slots` has a power of two of pairs, at most half of them taken. */
function insert(slots: Uint32Array, high: number, low: number): boolean {
  const mask = slots.length / 2 - 1;
  for (let slot = low & mask; ; slot = (slot + 1) & mask) {
    const at = slot * 2;
    if (slots[at] === 0) {
      slots[at] = high;
      slots[at + 1] = low;
      return true;
    }
    if (slots[at] === high && slots[at + 1] === low) return false;
  }
}

/**
 * Removes a pair, and moves back later pairs that would no longer be found: there must be no free slot between a pair's
 * home slot and the pair. Returns false if the pair is absent.
 */
function remove(slots: Uint32Array, high: number, low: number): boolean {
  const mask = slots.length / 2 - 1;
  let free = low & mask;
  while (slots[free * 2] !== high || slots[free * 2 + 1] !== low) {
    if (slots[free * 2] === 0) return false;
    free = (free + 1) & mask;
  }
  for (let slot = (free + 1) & mask; slots[slot * 2] !== 0; slot = (slot + 1) & mask) {
    const home = (slots[slot * 2 + 1] ?? 0) & mask;
    // Both distances wrap around the end of the table.
    if (((slot - home) & mask) < ((slot - free) & mask)) continue;
    slots.copyWithin(free * 2, slot * 2, slot * 2 + 2);
    free = slot;
  }
  slots.fill(0, free * 2, free * 2 + 2);
  return true;
}
