import { hashOfBytes, mixed } from './hashes.js';
import { grownInts, sharedBytes, sharedInts } from './shared-arrays.js';

/** Distinct texts, numbered from 1, in arrays that all threads see. */
export interface Texts {
  readonly size: number;
  readonly bytes: Uint8Array;
  readonly starts: Int32Array;
  readonly lengths: Int32Array;
}

/** Positions are integers of 32 bits. */
const MOST_BYTES = 2 ** 31 - 1;

/** More distinct values than a table can hold. */
export class TooManyValues extends Error {
  readonly code = 'too-many-values';

  constructor() {
    super(
      'the distinct values of one column, or of both names, take more than 2 GiB: leave the column out of the schema, or link parts of the files',
    );
  }
}

/** What a slot of the table holds: the hash of a text, and its number. */
const SLOT = 2;

/**
 * Numbers distinct texts from 1, in the order in which they come. Flat arrays and bytes, not strings: a file of a million
 * rows asks it millions of times. The hash stands in the slot beside the number, so that most texts that differ are told apart
 * without a look at their bytes, which are far away in memory.
 */
export class TextTable implements Texts {
  size = 0;
  bytes: Uint8Array;
  starts: Int32Array;
  lengths: Int32Array;
  #slots: Int32Array;
  #mask: number;
  #end = 0;
  readonly #mostBytes: number;

  /** @throws TooManyValues, as what adds a text does, if its texts take more bytes than so many. */
  constructor(expected = 1024, mostBytes = MOST_BYTES) {
    this.#mostBytes = mostBytes;
    let slots = 256;
    while (slots < expected * 2) slots *= 2;
    this.#slots = new Int32Array(slots * SLOT);
    this.#mask = slots - 1;
    const entries = slots >> 1;
    this.starts = sharedInts(entries);
    this.lengths = sharedInts(entries);
    this.bytes = sharedBytes(entries * 16);
  }

  /** The number of the text in `source` from `from` until `until`. */
  numberOf(source: Uint8Array, from: number, until: number): number {
    const hash = mixed(hashOfBytes(source, from, until));
    const slots = this.#slots;
    const length = until - from;
    let slot = hash & this.#mask;
    for (;;) {
      const found = slots[slot * SLOT + 1] as number;
      if (found === 0) break;
      if (slots[slot * SLOT] === hash && this.#holds(found, source, from, length)) return found;
      slot = (slot + 1) & this.#mask;
    }
    return this.#add(slot, source, from, length, hash);
  }

  /** The number of a string. */
  numberOfText(text: string): number {
    const length = text.length;
    // Nearly all texts are short and ASCII: these need no encoder.
    if (length <= scratch.length) {
      let at = 0;
      for (; at < length; at++) {
        const code = text.charCodeAt(at);
        if (code > 127) break;
        scratch[at] = code;
      }
      if (at === length) return this.numberOf(scratch, 0, length);
    }
    const bytes = encoder.encode(text);
    return this.numberOf(bytes, 0, bytes.length);
  }

  /** What it holds, in arrays no longer than needed. */
  texts(): Texts {
    const entries = this.size + 1;
    return {
      size: this.size,
      bytes: this.bytes.subarray(0, this.#end),
      starts: this.starts.subarray(0, entries),
      lengths: this.lengths.subarray(0, entries),
    };
  }

  #holds(number: number, source: Uint8Array, from: number, length: number): boolean {
    if (this.lengths[number] !== length) return false;
    const start = this.starts[number] as number;
    const bytes = this.bytes;
    for (let at = 0; at < length; at++) if (bytes[start + at] !== source[from + at]) return false;
    return true;
  }

  #add(slot: number, source: Uint8Array, from: number, length: number, hash: number): number {
    if (this.#end + length > this.bytes.length) this.#makeRoom(this.#end + length);
    const number = ++this.size;
    const bytes = this.bytes;
    const end = this.#end;
    for (let at = 0; at < length; at++) bytes[end + at] = source[from + at] as number;
    this.starts[number] = end;
    this.lengths[number] = length;
    this.#end = end + length;
    this.#slots[slot * SLOT] = hash;
    this.#slots[slot * SLOT + 1] = number;
    if (number + 1 === this.starts.length) this.#grow();
    return number;
  }

  #makeRoom(needed: number): void {
    if (needed > this.#mostBytes) throw new TooManyValues();
    const larger = sharedBytes(Math.min(Math.max(this.bytes.length * 2, needed), this.#mostBytes));
    larger.set(this.bytes);
    this.bytes = larger;
  }

  #grow(): void {
    const entries = this.starts.length * 2;
    this.starts = grownInts(this.starts, entries);
    this.lengths = grownInts(this.lengths, entries);
    const before = this.#slots;
    const slots = new Int32Array(entries * 2 * SLOT);
    const mask = entries * 2 - 1;
    for (let from = 0; from < before.length; from += SLOT) {
      const number = before[from + 1] as number;
      if (number === 0) continue;
      const hash = before[from] as number;
      let slot = hash & mask;
      while (slots[slot * SLOT + 1] !== 0) slot = (slot + 1) & mask;
      slots[slot * SLOT] = hash;
      slots[slot * SLOT + 1] = number;
    }
    this.#slots = slots;
    this.#mask = mask;
  }
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();
const scratch = new Uint8Array(64);

/** The text of a number. */
export function textOf({ bytes, starts, lengths }: Texts, number: number): string {
  const start = starts[number] as number;
  return decode(bytes, start, start + (lengths[number] as number));
}

/** Short ASCII texts, which nearly all values are, decode faster by hand. */
export function decode(bytes: Uint8Array, from: number, until: number): string {
  if (until - from > 48) return decoder.decode(bytes.slice(from, until));
  let text = '';
  for (let at = from; at < until; at++) {
    const byte = bytes[at] as number;
    if (byte > 127) return decoder.decode(bytes.slice(from, until));
    text += String.fromCharCode(byte);
  }
  return text;
}
