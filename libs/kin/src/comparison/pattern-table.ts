/**
 * Numbers patterns in the order in which they come, and counts the pairs of each. A hash table in flat arrays: it is
 * asked once for each pair.
 */
export class PatternTable {
  size = 0;
  low: Int32Array;
  high: Int32Array;
  counts: Float64Array;
  #slots: Int32Array;
  #mask: number;

  constructor(expected = 4096) {
    let slots = 64;
    while (slots < expected * 2) slots *= 2;
    this.#slots = new Int32Array(slots);
    this.#mask = slots - 1;
    this.low = new Int32Array(slots >> 1);
    this.high = new Int32Array(slots >> 1);
    this.counts = new Float64Array(slots >> 1);
  }

  /** The number of a pattern, which is new the first time. */
  numberOf(low: number, high: number): number {
    let slot = (Math.imul(low ^ Math.imul(high, 0x9e3779b1), 0x85ebca6b) >>> 7) & this.#mask;
    for (;;) {
      const found = this.#slots[slot] as number;
      if (found === 0) break;
      if (this.low[found - 1] === low && this.high[found - 1] === high) return found - 1;
      slot = (slot + 1) & this.#mask;
    }
    const number = this.size++;
    this.low[number] = low;
    this.high[number] = high;
    this.#slots[slot] = number + 1;
    if (this.size === this.low.length) this.#grow();
    return number;
  }

  /** Counts pairs of a pattern. @returns its number. */
  count(low: number, high: number, pairs = 1): number {
    const number = this.numberOf(low, high);
    this.counts[number] = (this.counts[number] ?? 0) + pairs;
    return number;
  }

  #grow(): void {
    const larger = new PatternTable(this.low.length * 2);
    for (let number = 0; number < this.size; number++)
      larger.numberOf(this.low[number] as number, this.high[number] as number);
    larger.counts.set(this.counts);
    this.low = larger.low;
    this.high = larger.high;
    this.counts = larger.counts;
    this.#slots = larger.#slots;
    this.#mask = larger.#mask;
  }
}
