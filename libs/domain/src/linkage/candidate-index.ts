import { archiveUnreadable, type Archive, type Archived } from './archive.js';
import { word } from './id-table.js';
import { bytesOf, Int32Column, NONE } from './typed-column.js';

const MIN_CELLS = 16;
const isCrowded = (count: number, cells: number): boolean => count * 4 > cells * 3;

/** The hex digits of a key that count. Two keys that agree on them are one key. */
export const KEY_DIGITS = 16;

/**
 * The records under each candidate key, and how many of them are live. A record's keys are those of its row and never
 * change. A distinct key takes 16 bytes and a cell of an open-addressing table; each key of a record takes 12 bytes,
 * and each record 4.
 */
export class CandidateIndex implements Archived {
  /** The first 64 bits of each key. */
  readonly #words = new Int32Column();
  #cells = new Int32Array(MIN_CELLS).fill(NONE);
  readonly #firstHolder = new Int32Column();
  readonly #live = new Int32Column();
  /** The place of a record's first key; its keys follow one another up to the place of the next record's. */
  readonly #firstPlace = new Int32Column();
  readonly #keyAt = new Int32Column();
  readonly #recordAt = new Int32Column();
  readonly #nextHolder = new Int32Column();

  /** The number of distinct keys. */
  get count(): number {
    return this.#live.length;
  }

  get bytes(): number {
    return bytesOf(this.#columns) + this.#cells.byteLength;
  }

  async passThrough(archive: Archive): Promise<void> {
    for (const column of this.#columns) await column.passThrough(archive);
    if (this.#words.length !== this.#live.length * 2)
      throw archiveUnreadable('the numbers of keys and of their words differ');
    let cells = MIN_CELLS;
    while (isCrowded(this.count, cells)) cells *= 2;
    if (cells !== this.#cells.length || this.count > 0) this.#fillCells(cells);
  }

  get #columns(): readonly Int32Column[] {
    return [
      this.#words,
      this.#firstHolder,
      this.#live,
      this.#firstPlace,
      this.#keyAt,
      this.#recordAt,
      this.#nextHolder,
    ];
  }

  /** Adds the next record, which is not live, with the keys of its row. */
  add(record: number, keys: readonly string[]): void {
    this.#firstPlace.push(this.#keyAt.length);
    for (const text of keys) {
      const key = this.#intern(word(text, 0), word(text, 8));
      this.#nextHolder.push(this.#firstHolder.get(key));
      this.#firstHolder.set(key, this.#recordAt.push(record));
      this.#keyAt.push(key);
    }
  }

  /** Counts a record among the live holders of its keys, or no longer. */
  setLive(record: number, live: boolean): void {
    const end = this.endOfPlaces(record);
    for (let place = this.firstPlace(record); place < end; place++) {
      const key = this.#keyAt.get(place);
      this.#live.set(key, this.#live.get(key) + (live ? 1 : -1));
    }
  }

  /** The number of live records under a key. */
  liveHolders(key: number): number {
    return this.#live.get(key);
  }

  firstPlace(record: number): number {
    return this.#firstPlace.get(record);
  }

  endOfPlaces(record: number): number {
    const next = record + 1;
    return next < this.#firstPlace.length ? this.#firstPlace.get(next) : this.#keyAt.length;
  }

  keyAt(place: number): number {
    return this.#keyAt.get(place);
  }

  keysOf(record: number): number[] {
    const keys: number[] = [];
    const end = this.endOfPlaces(record);
    for (let place = this.firstPlace(record); place < end; place++) keys.push(this.#keyAt.get(place));
    return keys;
  }

  /** The place of the first holder of a key, live or not. */
  firstHolder(key: number): number {
    return this.#firstHolder.get(key);
  }

  /** The place of the next holder of the same key, or NONE. */
  nextHolder(place: number): number {
    return this.#nextHolder.get(place);
  }

  holderAt(place: number): number {
    return this.#recordAt.get(place);
  }

  #intern(high: number, low: number): number {
    const cell = this.#cellOf(high, low);
    const known = this.#cells[cell] as number; // a cell
    if (known !== NONE) return known;
    const key = this.#live.push(0);
    this.#firstHolder.push(NONE);
    this.#words.push(high);
    this.#words.push(low);
    this.#cells[cell] = key;
    if (isCrowded(this.count, this.#cells.length)) this.#fillCells(this.#cells.length * 2);
    return key;
  }

  #cellOf(high: number, low: number): number {
    const mask = this.#cells.length - 1;
    let hash = Math.imul(high, 0x9e3779b1) ^ low;
    hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
    let cell = (hash ^ (hash >>> 13)) & mask;
    for (;;) {
      const key = this.#cells[cell] as number; // masked
      if (key === NONE || (this.#words.get(key * 2 + 1) === low && this.#words.get(key * 2) === high))
        return cell;
      cell = (cell + 1) & mask;
    }
  }

  #fillCells(length: number): void {
    this.#cells.buffer.transfer(0);
    this.#cells = new Int32Array(length).fill(NONE);
    for (let key = 0; key < this.count; key++)
      this.#cells[this.#cellOf(this.#words.get(key * 2), this.#words.get(key * 2 + 1))] = key;
  }
}
