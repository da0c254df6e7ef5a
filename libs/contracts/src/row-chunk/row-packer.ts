import { MAX_ROWS_PER_CHUNK, type PseudonymisedRow } from '../messages/pseudonymised-row.js';
import { ByteWriter, ROW_CHUNK_FORMAT } from './bytes.js';
import { NO_TEXT, writeBody, writeTokens, type PartWriter, type TokensOfRecord } from './row-layout.js';

/** Rows as the second part of a chunk: dictionary, lengths, slices. */
export interface PackedRows {
  readonly rows: number;
  readonly bytes: Uint8Array;
}

/** Packs rows, in order, with one dictionary. */
export class RowPacker {
  readonly #slices = new ByteWriter();
  readonly #lengths: number[] = [];
  readonly #texts = new ByteWriter();
  readonly #numbers = new Map<string, number>();
  readonly #part = new Part();
  readonly #maxBytes: number;

  /** @param maxBytes maximum bytes of the packed rows; a single row may exceed it. */
  constructor(maxBytes = Number.POSITIVE_INFINITY) {
    this.#maxBytes = maxBytes;
  }

  /**
   * Adds a row, unless it would exceed the maximum number or size.
   * @returns whether it was added. @throws TypeError for an invalid id or number.
   */
  add(row: PseudonymisedRow): boolean {
    const [slices, texts, numbers] = [this.#slices.length, this.#texts.length, this.#numbers.size];
    this.#slices.id(row.salt);
    this.#part.write(row, writeBody, this.#slices, this.#writeNumber);
    this.#part.write(row, writeTokens, this.#slices, this.#writeNumber);
    if (this.#lengths.length > 0 && (this.#lengths.length === MAX_ROWS_PER_CHUNK || this.#isTooLarge())) {
      this.#slices.cutTo(slices);
      this.#texts.cutTo(texts);
      for (const text of [...this.#numbers.keys()].slice(numbers)) this.#numbers.delete(text);
      return false;
    }
    this.#lengths.push(this.#slices.length - slices);
    return true;
  }

  finish(): PackedRows {
    const bytes = packed(this.#numbers.size, this.#texts, this.#lengths, this.#slices);
    return { rows: this.#lengths.length, bytes };
  }

  /** Three bytes suffice for each length, and for each of the two counts. */
  #isTooLarge(): boolean {
    return this.#slices.length + this.#texts.length + 3 * (this.#lengths.length + 3) > this.#maxBytes;
  }

  readonly #writeNumber = (text: string): void => {
    let number = text === NO_TEXT ? 0 : this.#numbers.get(text);
    if (number === undefined) {
      number = this.#numbers.size + 1;
      this.#numbers.set(text, number);
      this.#texts.text(text);
    }
    this.#slices.number(number);
  };
}

/** @param texts each preceded by its length. */
export function packed(
  count: number,
  texts: ByteWriter,
  lengths: readonly number[],
  slices: ByteWriter,
): Uint8Array {
  const out = new ByteWriter();
  out.number(count);
  out.bytes(texts.written());
  out.number(lengths.length);
  for (const length of lengths) out.number(length);
  out.bytes(slices.written());
  return out.written().slice();
}

/** The bytes that the two commitments of a row hash. */
export interface CommittedBytes {
  readonly body: Uint8Array;
  readonly tokens: Uint8Array;
}

/** Writes the tokens of a row as they stand in its slice. @param numberOf the number of a text in the dictionary. */
export function writeTokensPart(
  tokens: TokensOfRecord,
  out: ByteWriter,
  numberOf: (text: string) => number,
): void {
  committedPart.write(tokens, writeTokens, out, (text) => out.number(text === NO_TEXT ? 0 : numberOf(text)));
}

/** Distinguishes the two parts in the hashed bytes. */
export const COMMITTED_PART = { body: 1, tokens: 2 } as const;

/**
 * The bytes that the commitments of a row hash: its salt (16 bytes), the version of the format (1 byte), a byte for the
 * part (1: body, 2: tokens), and that part of its slice with each text in full. They follow from the row alone.
 */
export function committedBytesOf(row: PseudonymisedRow): CommittedBytes {
  const bytesOf = (which: 1 | 2, write: (row: PseudonymisedRow, out: PartWriter) => void): Uint8Array => {
    committed.cutTo(0);
    committed.id(row.salt);
    committed.byte(ROW_CHUNK_FORMAT);
    committed.byte(which);
    committedPart.write(row, write, committed, (text) => committed.text(text));
    return committed.written().slice();
  };
  return {
    body: bytesOf(COMMITTED_PART.body, writeBody),
    tokens: bytesOf(COMMITTED_PART.tokens, writeTokens),
  };
}

/** Writes parts one after the other: the texts of a part come before its raw bytes, but are complete only with them. */
class Part implements PartWriter {
  readonly raw = new ByteWriter();
  readonly #texts: string[] = [];

  readonly text = (value: string): void => {
    this.#texts.push(value);
  };

  write<Written>(
    row: Written,
    part: (row: Written, out: PartWriter) => void,
    out: ByteWriter,
    writeText: (text: string) => void,
  ): void {
    this.raw.cutTo(0);
    this.#texts.length = 0;
    part(row, this);
    out.number(this.#texts.length);
    for (const text of this.#texts) writeText(text);
    out.number(this.raw.length);
    out.bytes(this.raw.written());
  }
}

/** Reused, because no call is interleaved with another. */
const committed = new ByteWriter();
const committedPart = new Part();
