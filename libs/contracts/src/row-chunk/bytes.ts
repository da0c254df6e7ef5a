import { unreadableContract } from '../contract.js';

/** Version of the format, which equals that of the contract. */
export const ROW_CHUNK_FORMAT = 1;

export const ID_BYTES = 16;

/** The error for bytes that are not a row chunk. Says what is wrong, without quoting them. */
export const malformed = (why: string): Error =>
  unreadableContract('RowPseudonymised', ROW_CHUNK_FORMAT, why);

/**
 * Writes the kinds of value of which a row chunk consists: a byte; a whole number in LEB128 (seven bits per byte,
 * lowest first, as short as possible); an id of 16 bytes, which is 32 hex digits elsewhere; a double (IEEE 754, big
 * endian); a text, as its length in bytes and its UTF-8. Never throws UnreadableContract, because its input is not from
 * outside.
 */
export class ByteWriter {
  #bytes = new Uint8Array(1024);
  #view = new DataView(this.#bytes.buffer);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** Discards everything beyond this length. */
  cutTo(length: number): void {
    this.#length = length;
  }

  byte(value: number): void {
    this.#reserve(1);
    this.#bytes[this.#length++] = value;
  }

  /** @throws TypeError for anything but a whole number from 0 to 2^53 - 1. */
  number(value: number): void {
    if (!(Number.isSafeInteger(value) && value >= 0)) throw new TypeError('expected a whole number');
    this.#reserve(8);
    let rest = value;
    for (; rest >= 128; rest = Math.floor(rest / 128)) this.#bytes[this.#length++] = (rest % 128) + 128;
    this.#bytes[this.#length++] = rest;
  }

  /** @throws TypeError for anything but 32 lower-case hex digits. */
  id(hex: string): void {
    this.#reserve(ID_BYTES);
    let digits = hex.length === 32 ? 0 : NO_DIGIT;
    for (let at = 0; at < 32; at += 2) {
      const high = valueOfDigit[hex.charCodeAt(at)] ?? NO_DIGIT;
      const low = valueOfDigit[hex.charCodeAt(at + 1)] ?? NO_DIGIT;
      digits |= high | low;
      this.#bytes[this.#length++] = (high << 4) | low;
    }
    if (digits >= NO_DIGIT) throw new TypeError('expected 32 lower-case hex digits');
  }

  double(value: number): void {
    this.#reserve(8);
    this.#view.setFloat64(this.#length, value + 0); // -0 is 0, as in JSON
    this.#length += 8;
  }

  text(value: string): void {
    const start = this.#length;
    this.number(value.length);
    this.#reserve(value.length);
    // Nearly every text is ASCII.
    for (let at = 0; at < value.length; at += 1) {
      const unit = value.charCodeAt(at);
      if (unit > 127) {
        this.cutTo(start);
        const bytes = encoder.encode(value);
        this.number(bytes.length);
        this.bytes(bytes);
        return;
      }
      this.#bytes[this.#length++] = unit;
    }
  }

  bytes(bytes: Uint8Array): void {
    this.#reserve(bytes.length);
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  /** The written bytes: a view that is valid until the next write. */
  written(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  #reserve(more: number): void {
    if (this.#length + more <= this.#bytes.length) return;
    const larger = new Uint8Array(Math.max(this.#bytes.length * 2, this.#length + more));
    larger.set(this.#bytes);
    this.#bytes = larger;
    this.#view = new DataView(larger.buffer);
  }
}

/**
 * Reads what {@link ByteWriter} writes, and only in the form in which it writes it. All methods throw
 * UnreadableContract.
 */
export class ByteReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #end: number;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#end = bytes.length;
  }

  /** Continues with these bytes. */
  moveTo(from: number, end: number): this {
    this.#at = from;
    this.#end = end;
    return this;
  }

  get at(): number {
    return this.#at;
  }

  /** Number of bytes left. */
  get rest(): number {
    return this.#end - this.#at;
  }

  byte(): number {
    return this.#bytes[this.#take(1)] as number; // taken, so it is there
  }

  /** @param most the largest value allowed. */
  number(most = Number.MAX_SAFE_INTEGER): number {
    let value = 0;
    for (let scale = 1; scale <= 2 ** 49; scale *= 128) {
      const byte = this.byte();
      value += (byte & 127) * scale;
      if (byte >= 128) continue;
      if (byte === 0 && scale > 1) throw malformed('a number is longer than it has to be');
      if (value > most) throw malformed('a number is larger than it may be');
      return value;
    }
    throw malformed('a number is longer than it may be');
  }

  id(): string {
    return this.idAt(this.skip(ID_BYTES));
  }

  /** The id that stands at an offset that `skip` returned. */
  idAt(from: number): string {
    for (let at = 0; at < 16; at += 1) {
      const byte = this.#bytes[from + at] as number; // taken before
      digits[at * 2] = digitOf[byte >> 4] as number;
      digits[at * 2 + 1] = digitOf[byte & 15] as number;
    }
    return String.fromCharCode.apply(null, digits);
  }

  double(): number {
    const value = this.#view.getFloat64(this.#take(8));
    if (Object.is(value, -0)) throw malformed('a number is -0');
    return value;
  }

  text(): string {
    try {
      return decoder.decode(this.bytes(this.number()));
    } catch (error) {
      if (error instanceof TypeError) throw malformed('a text is not UTF-8');
      throw error;
    }
  }

  /** Skips bytes, and returns the offset of the first. */
  skip(length: number): number {
    return this.#take(length);
  }

  /** A view of the next bytes. */
  bytes(length: number): Uint8Array {
    const from = this.#take(length);
    return this.#bytes.subarray(from, from + length);
  }

  /** Reads a byte that is an index into a list, and returns that item. */
  oneOf<Item>(items: readonly Item[]): Item {
    const item = items[this.byte()];
    if (item === undefined) throw malformed('a word is not one of its list');
    return item;
  }

  /** Reads a count, and as many items. */
  list<Item>(most: number, item: () => Item): Item[] {
    const items: Item[] = [];
    for (let left = this.number(most); left > 0; left -= 1) items.push(item());
    return items;
  }

  #take(length: number): number {
    const from = this.#at;
    if (length > this.#end - from) throw malformed('it is cut short');
    this.#at = from + length;
    return from;
  }
}

const encoder = new TextEncoder();
// A byte order mark at the beginning belongs to the text.
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

const DIGITS = '0123456789abcdef';
const NO_DIGIT = 1 << 8;
const valueOfDigit = new Uint16Array(128).fill(NO_DIGIT);
for (let value = 0; value < 16; value += 1) valueOfDigit[DIGITS.charCodeAt(value)] = value;
const digitOf = Uint8Array.from(DIGITS, (digit) => digit.charCodeAt(0));
const digits = new Array<number>(32);
