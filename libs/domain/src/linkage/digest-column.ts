import type { Archive } from './archive.js';
import { word } from './id-table.js';
import { Int32Column, type Column } from './typed-column.js';

/**
 * A column of 128-bit digests, given as 32 hex digits and stored in 16 bytes each. They can be compared but not read.
 */
export class DigestColumn implements Column {
  readonly #words = new Int32Column(64);

  get bytes(): number {
    return this.#words.bytes;
  }

  passThrough(archive: Archive): Promise<void> {
    return this.#words.passThrough(archive);
  }

  push(digest: string): void {
    for (let from = 0; from < 32; from += 8) this.#words.push(word(digest, from));
  }

  set(index: number, digest: string): void {
    for (let part = 0; part < 4; part++) this.#words.set(index * 4 + part, word(digest, part * 8));
  }

  is(index: number, digest: string): boolean {
    for (let part = 0; part < 4; part++) {
      if (this.#words.get(index * 4 + part) !== word(digest, part * 8)) return false;
    }
    return true;
  }

  same(one: number, other: number): boolean {
    for (let part = 0; part < 4; part++) {
      if (this.#words.get(one * 4 + part) !== this.#words.get(other * 4 + part)) return false;
    }
    return true;
  }
}
