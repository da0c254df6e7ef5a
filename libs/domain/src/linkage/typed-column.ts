import type { Archive, Archived } from './archive.js';
/** The null value of indices: no slot, no successor, no token. */
export const NONE = -1;

/** Storage for the values of a table. */
export interface Column extends Archived {
  /** The number of bytes allocated. */
  readonly bytes: number;
}

export const bytesOf = (columns: readonly Column[]): number =>
  columns.reduce((sum, { bytes }) => sum + bytes, 0);

/**
 * A growing column of numbers in a typed array. The index keeps no object per record, so millions of records do not
 * burden the garbage collector and take only the bytes of their values. A column grows by a quarter; `bytes` counts
 * what is allocated. Growing detaches the old array, which frees it at once; otherwise it would stay until the next
 * full collection, because the collector sees only a small object.
 */
export class Int32Column implements Column {
  #cells: Int32Array<ArrayBuffer>;
  #length = 0;

  constructor(capacity = 16) {
    this.#cells = new Int32Array(capacity);
  }

  get length(): number {
    return this.#length;
  }

  get bytes(): number {
    return this.#cells.byteLength;
  }

  /** The value at `index`, which must be below `length`. */
  get(index: number): number {
    return this.#cells[index] as number; // below length, by contract
  }

  /** Writes the value at `index`, which must be below `length`. Writing at NONE has no effect. */
  set(index: number, value: number): void {
    this.#cells[index] = value;
  }

  push(value: number): number {
    if (this.#length === this.#cells.length) this.#grow(this.#length + 1);
    this.#cells[this.#length] = value;
    return this.#length++;
  }

  /** Appends copies of `value` until the column has `length` values. */
  extendTo(length: number, value: number): void {
    if (length <= this.#length) return;
    if (length > this.#cells.length) this.#grow(length);
    this.#cells.fill(value, this.#length, length);
    this.#length = length;
  }

  /** The values in use. The view is invalid once the column grows. */
  view(): Int32Array {
    return this.#cells.subarray(0, this.#length);
  }

  clear(): void {
    this.#length = 0;
  }

  async passThrough(archive: Archive): Promise<void> {
    const cells = await archive.int32(this.view());
    if (cells === undefined) return;
    this.#cells = cells;
    this.#length = cells.length;
  }

  #grow(atLeast: number): void {
    const length = Math.max(atLeast, Math.ceil(this.#cells.length * 1.25), 16);
    this.#cells = new Int32Array(this.#cells.buffer.transfer(length * Int32Array.BYTES_PER_ELEMENT));
  }
}

/** Like {@link Int32Column}, with one byte per value. */
export class Uint8Column implements Column {
  #cells: Uint8Array<ArrayBuffer>;
  #length = 0;

  constructor(capacity = 16) {
    this.#cells = new Uint8Array(capacity);
  }

  get length(): number {
    return this.#length;
  }

  get bytes(): number {
    return this.#cells.byteLength;
  }

  get(index: number): number {
    return this.#cells[index] as number; // below length, by contract
  }

  set(index: number, value: number): void {
    this.#cells[index] = value;
  }

  has(index: number, bit: number): boolean {
    return ((this.#cells[index] as number) & bit) !== 0; // below length, by contract
  }

  raise(index: number, bit: number): void {
    this.#cells[index] = (this.#cells[index] as number) | bit; // below length, by contract
  }

  lower(index: number, bit: number): void {
    this.#cells[index] = (this.#cells[index] as number) & ~bit; // below length, by contract
  }

  push(value: number): number {
    if (this.#length === this.#cells.length) {
      const length = Math.max(Math.ceil(this.#cells.length * 1.25), 16);
      this.#cells = new Uint8Array(this.#cells.buffer.transfer(length));
    }
    this.#cells[this.#length] = value;
    return this.#length++;
  }

  /** The values in use. The view is invalid once the column grows. */
  view(): Uint8Array {
    return this.#cells.subarray(0, this.#length);
  }

  async passThrough(archive: Archive): Promise<void> {
    const cells = await archive.uint8(this.view());
    if (cells === undefined) return;
    this.#cells = cells;
    this.#length = cells.length;
  }
}
