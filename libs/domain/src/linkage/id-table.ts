import { archiveUnreadable, type Archive } from './archive.js';
import { NONE, type Column } from './typed-column.js';

const MIN_TABLE = 16;

/** The value of a hex digit by character code. Ids use lower-case digits only. */
const digitValues = new Uint8Array(128);
for (let digit = 0; digit < 16; digit++) digitValues[digit.toString(16).charCodeAt(0)] = digit;

const hexPairs = Array.from({ length: 65_536 }, (_, value) => value.toString(16).padStart(4, '0'));

/** The eight hex digits starting at `from`, as 32 bits. */
export function word(hex: string, from: number): number {
  let value = 0;
  for (let at = from; at < from + 8; at++) {
    value = (value << 4) | (digitValues[hex.charCodeAt(at)] as number); // hex digits are ASCII
  }
  return value;
}

const hexOfWord = (value: number): string =>
  (hexPairs[value >>> 16] as string) + (hexPairs[value & 0xffff] as string); // 16 bits each

/** Above a load of three quarters, probing becomes slow. */
const isCrowded = (count: number, cells: number): boolean => count * 4 > cells * 3;

function cellsFor(count: number): number {
  let cells = MIN_TABLE;
  while (isCrowded(count, cells)) cells *= 2;
  return cells;
}

/**
 * Interns 128-bit ids (32 lower-case hex digits), each with a small tag, as slots 0, 1, 2 …. An id takes 17 bytes and a
 * cell of an open-addressing table instead of a string in a Map. Ids are never removed.
 */
export class IdTable implements Column {
  #words = new Int32Array(MIN_TABLE * 4);
  #tags = new Uint8Array(MIN_TABLE);
  #cells = new Int32Array(MIN_TABLE).fill(NONE);
  #count = 0;

  get count(): number {
    return this.#count;
  }

  get bytes(): number {
    return this.#words.byteLength + this.#tags.byteLength + this.#cells.byteLength;
  }

  /** The slot of an id; allocates one if it has none. */
  intern(id: string, tag = 0): number {
    const a = word(id, 0);
    const b = word(id, 8);
    const c = word(id, 16);
    const d = word(id, 24);
    const cell = this.#cellOf(a, b, c, d, tag);
    const found = this.#cells[cell] as number; // a cell of the table
    if (found !== NONE) return found;
    return this.#add(cell, a, b, c, d, tag);
  }

  /** The slot of an id, or NONE. */
  find(id: string, tag = 0): number {
    return this.#cells[this.#cellOf(word(id, 0), word(id, 8), word(id, 16), word(id, 24), tag)] as number; // a cell
  }

  idOf(slot: number): string {
    const words = this.#words;
    const at = slot * 4;
    return (
      hexOfWord(words[at] as number) + // four words a slot
      hexOfWord(words[at + 1] as number) +
      hexOfWord(words[at + 2] as number) +
      hexOfWord(words[at + 3] as number)
    );
  }

  tagOf(slot: number): number {
    return this.#tags[slot] as number; // below count
  }

  /** Compares two slots by the text of their ids. */
  compare(left: number, right: number): number {
    for (let index = 0; index < 4; index++) {
      const one = (this.#words[left * 4 + index] as number) >>> 0; // four words a slot
      const other = (this.#words[right * 4 + index] as number) >>> 0;
      if (one !== other) return one < other ? -1 : 1;
    }
    return 0;
  }

  async passThrough(archive: Archive): Promise<void> {
    const words = await archive.int32(this.#words.subarray(0, this.#count * 4));
    const tags = await archive.uint8(this.#tags.subarray(0, this.#count));
    if (words === undefined || tags === undefined) return;
    if (words.length !== tags.length * 4) throw archiveUnreadable('the numbers of ids and tags differ');
    this.#words = words;
    this.#tags = tags;
    this.#count = tags.length;
    this.#fillCells(cellsFor(tags.length));
  }

  #cellOf(a: number, b: number, c: number, d: number, tag: number): number {
    const mask = this.#cells.length - 1;
    // Mix in all words: real ids are uniform, but ids in a test need not be.
    let hash = Math.imul(a, 0x9e3779b1) ^ Math.imul(b, 0x85ebca6b) ^ Math.imul(c, 0xc2b2ae35) ^ (d + tag);
    hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
    let cell = (hash ^ (hash >>> 13)) & mask;
    for (;;) {
      const slot = this.#cells[cell] as number; // masked
      if (slot === NONE || this.#is(slot, a, b, c, d, tag)) return cell;
      cell = (cell + 1) & mask;
    }
  }

  #is(slot: number, a: number, b: number, c: number, d: number, tag: number): boolean {
    const words = this.#words;
    const at = slot * 4;
    return (
      words[at + 3] === d &&
      words[at + 2] === c &&
      words[at + 1] === b &&
      words[at] === a &&
      this.#tags[slot] === tag
    );
  }

  #add(cell: number, a: number, b: number, c: number, d: number, tag: number): number {
    const slot = this.#count++;
    if (slot === this.#tags.length) this.#growSlots();
    this.#words.set([a, b, c, d], slot * 4);
    this.#tags[slot] = tag;
    this.#cells[cell] = slot;
    if (isCrowded(this.#count, this.#cells.length)) this.#fillCells(this.#cells.length * 2);
    return slot;
  }

  #growSlots(): void {
    const capacity = Math.max(MIN_TABLE, Math.ceil(this.#tags.length * 1.25));
    this.#words = new Int32Array(this.#words.buffer.transfer(capacity * 4 * Int32Array.BYTES_PER_ELEMENT));
    this.#tags = new Uint8Array(this.#tags.buffer.transfer(capacity));
  }

  #fillCells(length: number): void {
    // Free the old cells before allocating the new ones: nothing in them is needed.
    this.#cells.buffer.transfer(0);
    this.#cells = new Int32Array(length).fill(NONE);
    const words = this.#words;
    for (let slot = 0; slot < this.#count; slot++) {
      const at = slot * 4;
      const cell = this.#cellOf(
        words[at] as number, // four words a slot
        words[at + 1] as number,
        words[at + 2] as number,
        words[at + 3] as number,
        this.#tags[slot] as number,
      );
      this.#cells[cell] = slot;
    }
  }
}
