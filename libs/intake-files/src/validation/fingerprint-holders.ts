const FIRST_SLOTS = 1 << 10;
/** Words per slot: two identify the text, the third its holder. */
const WIDTH = 3;

/**
 * Remembers the first holder of each text, in 24 to 48 bytes each: 64 bits identify the text, 32 its holder. The hash
 * is cheap, not cryptographic: only a warning depends on it, which a sender could only forge against itself.
 */
export class FingerprintHolders {
  #slots = new Uint32Array(FIRST_SLOTS * WIDTH);
  #size = 0;

  /** Returns false if another holder had the text before. */
  isFirstHolder(text: string, holder: string): boolean {
    // A slot of zeros is free.
    const high = mixed(text, 0x9e3779b9) || 1;
    const low = mixed(text, 0x85ebca6b);
    const by = mixed(holder, 0xc2b2ae35);
    const at = placeOf(this.#slots, high, low);
    if (this.#slots[at] !== 0) return this.#slots[at + 2] === by;
    this.#slots[at] = high;
    this.#slots[at + 1] = low;
    this.#slots[at + 2] = by;
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

/** The slot of a text, or the free slot for it; at most half of the slots are taken. */
function placeOf(slots: Uint32Array, high: number, low: number): number {
  const mask = slots.length / WIDTH - 1;
  for (let slot = low & mask; ; slot = (slot + 1) & mask) {
    const at = slot * WIDTH;
    if (slots[at] === 0 || (slots[at] === high && slots[at + 1] === low)) return at;
  }
}

/** A 32-bit hash of a text (MurmurHash3’s mixing, character by character). */
function mixed(text: string, seed: number): number {
  let hash = seed;
  for (let index = 0; index < text.length; index++) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0xcc9e2d51);
    hash = (hash << 15) | (hash >>> 17);
    hash = Math.imul(hash, 5) + 0xe6546b64;
  }
  hash ^= text.length;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
