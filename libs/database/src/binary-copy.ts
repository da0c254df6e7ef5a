import { once } from 'node:events';
import type pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';

const CHUNK_BYTES = 256 * 1024;
const DAY_MS = 86_400_000;
/** PostgreSQL counts days from 2000-01-01. */
const FIRST_DAY = Date.UTC(2000, 0, 1) / DAY_MS;

/** What a binary COPY begins with: signature, flags, length of an extension. PostgreSQL sends the very same. */
export const COPY_HEAD: Buffer = Buffer.concat([
  Buffer.from('PGCOPY\n\xff\r\n\0', 'latin1'),
  Buffer.alloc(8),
]);
/** What it ends with. */
export const COPY_END: Buffer = Buffer.from([0xff, 0xff]);

/** Encodes one row after the other in PostgreSQL's binary COPY format: half the bytes of its text format. */
export class BinaryRows {
  #bytes = Buffer.allocUnsafe(CHUNK_BYTES + 64 * 1024);
  #length = 0;

  /** Bytes that were encoded since they were last taken. */
  get length(): number {
    return this.#length;
  }

  get isFull(): boolean {
    return this.#length >= CHUNK_BYTES;
  }

  row(columns: number): this {
    this.#reserve(2);
    this.#length = this.#bytes.writeInt16BE(columns, this.#length);
    return this;
  }

  nothing(): this {
    this.#reserve(4);
    this.#length = this.#bytes.writeInt32BE(-1, this.#length);
    return this;
  }

  smallint(value: number): this {
    this.#reserve(6);
    this.#length = this.#bytes.writeInt32BE(2, this.#length);
    this.#length = this.#bytes.writeInt16BE(value, this.#length);
    return this;
  }

  integer(value: number): this {
    this.#reserve(8);
    this.#length = this.#bytes.writeInt32BE(4, this.#length);
    this.#length = this.#bytes.writeInt32BE(value, this.#length);
    return this;
  }

  bigint(value: number): this {
    this.#reserve(12);
    this.#length = this.#bytes.writeInt32BE(8, this.#length);
    this.#length = this.#bytes.writeInt32BE(Math.floor(value / 2 ** 32), this.#length);
    this.#length = this.#bytes.writeUInt32BE(value % 2 ** 32, this.#length);
    return this;
  }

  /** A bigint by its 16 hexadecimal digits, the sign as its first bit. */
  bigintOfHex(digits: string): this {
    return this.#hex(digits, 8);
  }

  double(value: number): this {
    this.#reserve(12);
    this.#length = this.#bytes.writeInt32BE(8, this.#length);
    this.#length = this.#bytes.writeDoubleBE(value, this.#length);
    return this;
  }

  boolean(value: boolean): this {
    this.#reserve(5);
    this.#length = this.#bytes.writeInt32BE(1, this.#length);
    this.#length = this.#bytes.writeUInt8(value ? 1 : 0, this.#length);
    return this;
  }

  /** A day, yyyy-mm-dd. */
  date(day: string): this {
    return this.integer(dayNumber(day) - FIRST_DAY);
  }

  /** With hyphens or without. */
  uuid(value: string): this {
    return this.#hex(value.length === 32 ? value : value.replaceAll('-', ''), 16);
  }

  text(value: string): this {
    this.#reserve(value.length * 3 + 4);
    const written = this.#bytes.write(value, this.#length + 4, 'utf8');
    this.#length = this.#bytes.writeInt32BE(written, this.#length) + written;
    return this;
  }

  bytes(value: Uint8Array): this {
    this.#reserve(value.length + 4);
    this.#length = this.#bytes.writeInt32BE(value.length, this.#length);
    this.#bytes.set(value, this.#length);
    this.#length += value.length;
    return this;
  }

  /** What was encoded since the last time. */
  take(): Buffer {
    const taken = this.#bytes.subarray(0, this.#length);
    this.#bytes = Buffer.allocUnsafe(this.#bytes.length);
    this.#length = 0;
    return taken;
  }

  #hex(digits: string, bytes: number): this {
    this.#reserve(bytes + 4);
    const at = this.#bytes.writeInt32BE(bytes, this.#length);
    if (digits.length !== 2 * bytes || this.#bytes.write(digits, at, 'hex') !== bytes)
      throw new TypeError(`"${digits}" is not ${2 * bytes} hexadecimal digits`);
    this.#length = at + bytes;
    return this;
  }

  #reserve(more: number): void {
    if (this.#length + more <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafe(this.#length + more + CHUNK_BYTES);
    this.#bytes.copy(larger, 0, 0, this.#length);
    this.#bytes = larger;
  }
}

/** Days are few and come again and again: more than these would be an error of somebody's. */
const KNOWN_DAYS = 50_000;
const dayNumbers = new Map<string, number>();

/** Days since 1970-01-01 of a day, yyyy-mm-dd. */
export function dayNumber(day: string): number {
  const known = dayNumbers.get(day);
  if (known !== undefined) return known;
  if (dayNumbers.size === KNOWN_DAYS) dayNumbers.clear();
  const number = Date.parse(day) / DAY_MS;
  dayNumbers.set(day, number);
  return number;
}

/**
 * Writes rows with one COPY in the transaction that the client is in; `encode` writes one row's columns in the order of
 * `columns`, which like `table` are trusted identifiers. Rows are encoded as the socket takes them.
 */
export async function copyRows<Row>(
  client: pg.ClientBase,
  table: string,
  columns: readonly string[],
  rows: Iterable<Row>,
  encode: (out: BinaryRows, row: Row, index: number) => void,
): Promise<void> {
  const stream = client.query(copyFrom(`COPY ${table} (${columns.join(', ')}) FROM STDIN (FORMAT binary)`));
  const failed = new Promise<never>((_resolve, reject) => stream.once('error', reject));
  failed.catch(() => undefined);
  const finished = once(stream, 'finish');
  finished.catch(() => undefined);
  stream.write(COPY_HEAD);
  const out = new BinaryRows();
  let index = 0;
  try {
    for (const row of rows) {
      encode(out.row(columns.length), row, index);
      index += 1;
      if (out.isFull && !stream.write(out.take())) await Promise.race([once(stream, 'drain'), failed]);
    }
  } catch (error) {
    // Half a COPY must not stay open on the connection: the caller rolls back next.
    stream.destroy(error instanceof Error ? error : new Error(String(error)));
    throw error;
  }
  stream.write(out.take());
  stream.end(COPY_END);
  await Promise.race([finished, failed]);
}
