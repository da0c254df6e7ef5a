import { hash } from 'node:crypto';

const FIRST_SLOTS = 1 << 10;
/** Two numbers know the text, the third its holder. */
const WIDTH = 3;

/**
 * Who was the first to hold a text, in 24 to 48 bytes each: 64 bits of the SHA-256 of the text, 32 of the holder's. Two
 * holders are taken for one once in four thousand million times.
 */
export class FingerprintHolders {
  #slots = new Uint32Array(FIRST_SLOTS * WIDTH);
  #size = 0;

  /** Returns false where another has held the text before. */
  isFirstHolder(text: string, holder: string): boolean {
    const digest = hash('sha256', text, 'buffer');
    // Zeros mark a free slot.
    const high = digest.readUInt32LE(0) || 1;
    const low = digest.readUInt32LE(4);
    const by = hash('sha256', holder, 'buffer').readUInt32LE(0);
    const at = placeOf(this.#slots, high, low);
    if (this.#slots[at] !== 0) return this.#slots[at + 2] === by;
    this.#slots.set([high, low, by], at);
    this.#size += 1;
    if (this.#size * 2 * WIDTH > this.#slots.length) this.#grow();
    return true;
  }

  #grow(): void {
    const larger = new Uint32Array(this.#slots.length * 2);
    for (let at = 0; at < this.#slots.length; at += WIDTH) {
      const high = this.#slots[at] ?? 0;
      if (high === 0) continue;
      const slot = this.#slots.subarray(at, at + WIDTH);
      larger.set(slot, placeOf(larger, high, slot[1] ?? 0));
    }
    this.#slots = larger;
  }
}

/** Where a text stands, or would; at most half of the slots are taken. */
function placeOf(slots: Uint32Array, high: number, low: number): number {
  const mask = slots.length / WIDTH - 1;
  for (let slot = low & mask; ; slot = (slot + 1) & mask) {
    const at = slot * WIDTH;
    if (slots[at] === 0 || (slots[at] === high && slots[at + 1] === low)) return at;
  }
}
