const SIZE = 1 << 20;
/** So much is left free for a row, whose ids are short; a longer id makes room for itself. */
const LONGEST_ROW = 1 << 18;
const QUOTE = 34;
const COMMA = 44;
const LINE_FEED = 10;
const CARRIAGE_RETURN = 13;
const HEX = Buffer.from('0123456789abcdef');

/** Rows of a CSV file as bytes, a mebibyte at a time: a million rows are written without making a string of each. */
export class RowBytes {
  #bytes = new Uint8Array(SIZE);
  #end = 0;

  /** Text of ASCII characters, as it is. */
  text(text: string): this {
    for (let at = 0; at < text.length; at++) this.#bytes[this.#end++] = text.charCodeAt(at);
    return this;
  }

  /** A cell, in quotation marks if it needs them. */
  cell(source: Uint8Array, from: number, length: number): this {
    this.#makeRoom(length * 2 + 2);
    let quoted = false;
    for (let at = from; at < from + length; at++) {
      const byte = source[at];
      if (byte === QUOTE || byte === COMMA || byte === LINE_FEED || byte === CARRIAGE_RETURN) quoted = true;
    }
    if (quoted) this.#bytes[this.#end++] = QUOTE;
    for (let at = from; at < from + length; at++) {
      const byte = source[at] as number;
      if (byte === QUOTE) this.#bytes[this.#end++] = QUOTE;
      this.#bytes[this.#end++] = byte;
    }
    if (quoted) this.#bytes[this.#end++] = QUOTE;
    return this;
  }

  /** A word of 32 bits as eight hexadecimal digits. */
  word(word: number): this {
    for (let shift = 28; shift >= 0; shift -= 4)
      this.#bytes[this.#end++] = HEX[(word >>> shift) & 15] as number;
    return this;
  }

  /** Ends a row. @returns whether it is time to take what was written. */
  endRow(): boolean {
    this.#bytes[this.#end++] = LINE_FEED;
    return this.#end > SIZE - LONGEST_ROW;
  }

  /** What was written since the last time; it is to be used before more is written. */
  take(): Uint8Array {
    const taken = this.#bytes.subarray(0, this.#end);
    this.#end = 0;
    return taken;
  }

  #makeRoom(length: number): void {
    if (this.#end + length + LONGEST_ROW / 2 <= this.#bytes.length) return;
    const larger = new Uint8Array(this.#bytes.length + length + LONGEST_ROW);
    larger.set(this.#bytes);
    this.#bytes = larger;
  }
}
