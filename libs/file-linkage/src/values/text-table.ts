/** What a table of texts holds, in arrays no longer than it needs. */
export interface TextTableParts {
  readonly size: number;
  readonly bytes: Uint8Array;
  readonly starts: Int32Array;
  readonly lengths: Int32Array;
  readonly hashes: Int32Array;
}

/**
 * Numbers distinct texts from 1, in the order in which they come. Flat arrays and bytes, not strings: a file of a million
 * rows asks it millions of times.
 */
export class TextTable {
  size = 0;
  bytes: Uint8Array;
  starts: Int32Array;
  lengths: Int32Array;
  hashes: Int32Array;
  #slots: Int32Array;
  #mask: number;
  #end = 0;

  constructor(expected = 1024) {
    let slots = 256;
    while (slots < expected * 2) slots *= 2;
    this.#slots = new Int32Array(slots);
    this.#mask = slots - 1;
    const entries = slots >> 1;
    this.starts = new Int32Array(entries);
    this.lengths = new Int32Array(entries);
    this.hashes = new Int32Array(entries);
    this.bytes = new Uint8Array(entries * 16);
  }

  /** The number of the text in `source` from `from` until `until`. */
  numberOf(source: Uint8Array, from: number, until: number): number {
    let hash = 0x811c9dc5;
    for (let at = from; at < until; at++) hash = Math.imul(hash ^ (source[at] as number), 0x01000193);
    return this.numberOfHashed(source, from, until, mixed(hash));
  }

  /** The same, if the hash is known. */
  numberOfHashed(source: Uint8Array, from: number, until: number, hash: number): number {
    const slots = this.#slots;
    const length = until - from;
    let slot = (hash >>> 3) & this.#mask;
    for (;;) {
      const found = slots[slot] as number;
      if (found === 0) break;
      if (this.hashes[found] === hash && this.lengths[found] === length && this.#holds(found, source, from))
        return found;
      slot = (slot + 1) & this.#mask;
    }
    return this.#add(slot, source, from, length, hash);
  }

  text(number: number): string {
    const start = this.starts[number] as number;
    return decode(this.bytes, start, start + (this.lengths[number] as number));
  }

  /** The number of a string. */
  numberOfText(text: string): number {
    const bytes = encoder.encode(text);
    return this.numberOf(bytes, 0, bytes.length);
  }

  parts(): TextTableParts {
    const entries = this.size + 1;
    return {
      size: this.size,
      bytes: this.bytes.subarray(0, this.#end),
      starts: this.starts.subarray(0, entries),
      lengths: this.lengths.subarray(0, entries),
      hashes: this.hashes.subarray(0, entries),
    };
  }

  /** Adds the texts of another table. @returns by number there: the number here; 0 for 0. */
  addAll({ size, bytes, starts, lengths, hashes }: TextTableParts): Int32Array {
    const numbers = new Int32Array(size + 1);
    for (let number = 1; number <= size; number++) {
      const from = starts[number] as number;
      const until = from + (lengths[number] as number);
      numbers[number] = this.numberOfHashed(bytes, from, until, hashes[number] as number);
    }
    return numbers;
  }

  #holds(number: number, source: Uint8Array, from: number): boolean {
    const start = this.starts[number] as number;
    const length = this.lengths[number] as number;
    const bytes = this.bytes;
    for (let at = 0; at < length; at++) if (bytes[start + at] !== source[from + at]) return false;
    return true;
  }

  #add(slot: number, source: Uint8Array, from: number, length: number, hash: number): number {
    if (this.#end + length > this.bytes.length) this.bytes = enlarged(this.bytes, this.#end + length);
    const number = ++this.size;
    const bytes = this.bytes;
    const end = this.#end;
    for (let at = 0; at < length; at++) bytes[end + at] = source[from + at] as number;
    this.starts[number] = end;
    this.lengths[number] = length;
    this.hashes[number] = hash;
    this.#end = end + length;
    this.#slots[slot] = number;
    if (number + 1 === this.starts.length) this.#grow();
    return number;
  }

  #grow(): void {
    const entries = this.starts.length * 2;
    this.starts = grown(this.starts, entries);
    this.lengths = grown(this.lengths, entries);
    this.hashes = grown(this.hashes, entries);
    this.#slots = new Int32Array(entries * 2);
    this.#mask = entries * 2 - 1;
    for (let number = 1; number <= this.size; number++) {
      let slot = ((this.hashes[number] as number) >>> 3) & this.#mask;
      while (this.#slots[slot] !== 0) slot = (slot + 1) & this.#mask;
      this.#slots[slot] = number;
    }
  }
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

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

/** Spreads a hash over all bits. */
export function mixed(hash: number): number {
  let mixing = hash;
  mixing = Math.imul(mixing ^ (mixing >>> 16), 0x85ebca6b);
  mixing = Math.imul(mixing ^ (mixing >>> 13), 0xc2b2ae35);
  return mixing ^ (mixing >>> 16);
}

function grown(array: Int32Array, length: number): Int32Array {
  const larger = new Int32Array(length);
  larger.set(array);
  return larger;
}

function enlarged(bytes: Uint8Array, needed: number): Uint8Array {
  const larger = new Uint8Array(Math.max(bytes.length * 2, needed));
  larger.set(bytes);
  return larger;
}
