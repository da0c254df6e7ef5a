/** Pairs of records, each once. Open addressing in flat arrays. */
export class PairSet {
  size = 0;
  first: Int32Array;
  second: Int32Array;
  #slots: Int32Array;
  #mask: number;

  constructor(expected: number) {
    let slots = 1024;
    while (slots < expected * 2) slots *= 2;
    this.#slots = new Int32Array(slots);
    this.#mask = slots - 1;
    this.first = new Int32Array(slots >> 1);
    this.second = new Int32Array(slots >> 1);
  }

  /** Adds the pair of two records, in either order, unless it is there. */
  add(a: number, b: number): void {
    const low = a < b ? a : b;
    const high = a < b ? b : a;
    let slot = hashOf(low, high) & this.#mask;
    for (;;) {
      const found = this.#slots[slot] as number;
      if (found === 0) break;
      if (this.first[found - 1] === low && this.second[found - 1] === high) return;
      slot = (slot + 1) & this.#mask;
    }
    this.first[this.size] = low;
    this.second[this.size] = high;
    this.size += 1;
    this.#slots[slot] = this.size;
    if (this.size === this.first.length) this.#grow();
  }

  #grow(): void {
    const length = this.first.length * 2;
    const [first, second] = [new Int32Array(length), new Int32Array(length)];
    first.set(this.first);
    second.set(this.second);
    [this.first, this.second] = [first, second];
    this.#slots = new Int32Array(length * 2);
    this.#mask = length * 2 - 1;
    for (let pair = 0; pair < this.size; pair++) {
      let slot = hashOf(first[pair] as number, second[pair] as number) & this.#mask;
      while (this.#slots[slot] !== 0) slot = (slot + 1) & this.#mask;
      this.#slots[slot] = pair + 1;
    }
  }
}

/** Pairs of one record lie near one another, and pairs are made record by record. */
const hashOf = (low: number, high: number): number => {
  const hash = Math.imul(low, 0x9e3779b1) ^ Math.imul(high, 0x85ebca6b);
  return (hash ^ (hash >>> 15)) >>> 0;
};
