import { grownInts, sharedInts } from '../values/shared-arrays.js';
import type { Texts } from '../values/text-table.js';

/** Positions in the file are integers of 32 bits. */
const MOST_BYTES = 2 ** 31 - 1;

/**
 * The cells of a column in which few share a value, such as one of email addresses: each is a text of its own, and stays where
 * it stands in the file. To number distinct values here and once more among those of all files would take twice the time.
 */
export class CellTexts {
  #size = 0;
  #starts: Int32Array;
  #lengths: Int32Array;

  /** Whether the cells of a file can stay where they stand. */
  static fit(bytes: Uint8Array): boolean {
    return bytes.length <= MOST_BYTES;
  }

  constructor(expected: number) {
    this.#starts = sharedInts(expected + 1);
    this.#lengths = sharedInts(expected + 1);
  }

  /** @returns the number of the cell’s text, from 1. */
  add(from: number, until: number): number {
    const number = ++this.#size;
    if (number === this.#starts.length) {
      this.#starts = grownInts(this.#starts, number * 2);
      this.#lengths = grownInts(this.#lengths, number * 2);
    }
    this.#starts[number] = from;
    this.#lengths[number] = until - from;
    return number;
  }

  /** @param bytes those of the file. */
  texts(bytes: Uint8Array): Texts {
    const entries = this.#size + 1;
    return {
      ...{ size: this.#size, bytes },
      starts: this.#starts.subarray(0, entries),
      lengths: this.#lengths.subarray(0, entries),
    };
  }
}
