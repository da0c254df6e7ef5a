import { hash } from 'node:crypto';

/** SHA-256 as 64 lower-case hex digits; text is hashed as UTF-8. */
export const sha256Hex = (input: string | Uint8Array): string => hash('sha256', input, 'hex');

/**
 * Builds the input of a hash in one reused buffer: ids and commitments are made a hundred thousand times a second. Each
 * use begins with `start` and ends with `sha256Hex` or `sha256Hex128`, without an await in between.
 */
class HashInput {
  #bytes = Buffer.alloc(64 * 1024);
  #length = 0;

  start(): this {
    this.#length = 0;
    return this;
  }

  /** Appends the text's UTF-8 length as 4 bytes big endian, then the text: "1"+"23" differs from "12"+"3". */
  lengthPrefixed(text: string): this {
    const at = this.#length;
    this.#length += 4;
    this.text(text);
    this.#bytes.writeUInt32BE(this.#length - at - 4, at);
    return this;
  }

  text(text: string): this {
    // A UTF-16 code unit becomes at most three bytes.
    this.#reserve(text.length * 3 + 4);
    this.#length += this.#bytes.write(text, this.#length, 'utf8');
    return this;
  }

  /** Appends the bytes that the hex digits represent. */
  hex(digits: string): this {
    this.#reserve(digits.length);
    const written = this.#bytes.write(digits, this.#length, 'hex');
    if (written * 2 !== digits.length) throw new TypeError('expected hex digits');
    this.#length += written;
    return this;
  }

  /** Appends a position as 8 bytes big endian. */
  revision(revision: number): this {
    if (!Number.isSafeInteger(revision) || revision < 0)
      throw new RangeError(`${revision} is not a valid revision`);
    this.#reserve(8);
    this.#bytes.writeUInt32BE(Math.floor(revision / 2 ** 32), this.#length);
    this.#bytes.writeUInt32BE(revision % 2 ** 32, this.#length + 4);
    this.#length += 8;
    return this;
  }

  sha256Hex(): string {
    return sha256Hex(this.#bytes.subarray(0, this.#length));
  }

  /** The first 128 bits of the hash, as 32 hex digits. */
  sha256Hex128(): string {
    return this.sha256Hex().slice(0, 32);
  }

  #reserve(more: number): void {
    if (this.#length + more + 4 <= this.#bytes.length) return;
    const larger = Buffer.alloc(Math.max(this.#bytes.length * 2, this.#length + more + 4));
    this.#bytes.copy(larger, 0, 0, this.#length);
    this.#bytes = larger;
  }
}

export const hashInput = new HashInput();
