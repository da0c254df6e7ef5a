import { MAX_MESSAGE_BYTES, MAX_ROWS_PER_CHUNK, type PseudonymisedRow } from '@kinledger/contracts';

/** Consecutive rows as the UTF-8 of a JSON array: what one message carries. */
export interface EncodedRows {
  readonly rows: number;
  readonly json: Uint8Array;
}

/** What a message has around its rows: ids, names, numbers. Names are bounded by their contracts. */
const ENVELOPE_BYTES = 1024;
export const MAX_ENCODED_BYTES = MAX_MESSAGE_BYTES - ENVELOPE_BYTES;

/** Packs rows, in order, into as few arrays as the limits of a message allow; no array for no row. */
export class RowEncoder {
  readonly #done: EncodedRows[] = [];
  #texts: string[] = [];
  #bytes = 0;

  add(row: PseudonymisedRow): void {
    const text = JSON.stringify(row);
    // One more for the comma or bracket before it.
    const bytes = Buffer.byteLength(text) + 1;
    if (this.#texts.length === MAX_ROWS_PER_CHUNK || this.#bytes + bytes >= MAX_ENCODED_BYTES) this.#flush();
    this.#texts.push(text);
    this.#bytes += bytes;
  }

  finish(): readonly EncodedRows[] {
    this.#flush();
    return this.#done;
  }

  #flush(): void {
    if (this.#texts.length === 0) return;
    const json = Buffer.from(`[${this.#texts.join(',')}]`);
    this.#done.push({ rows: this.#texts.length, json });
    this.#texts = [];
    this.#bytes = 0;
  }
}
