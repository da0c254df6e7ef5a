/**
 * Writes the state of linkage, or reads it back. Each table passes its parts through in a fixed order. One method lists
 * the parts for both directions, so writing and reading cannot diverge.
 */
export interface Archive {
  /**
   * A writer writes the cells and returns undefined; a reader returns the cells written at this place, in a new buffer.
   */
  int32(cells: Int32Array): Promise<Int32Array<ArrayBuffer> | undefined>;
  /** Like `int32`. */
  uint8(cells: Uint8Array): Promise<Uint8Array<ArrayBuffer> | undefined>;
  /** A writer writes the value and returns it; a reader returns the value written at this place. For small values. */
  json<Value>(value: Value): Promise<Value>;
}

/** State that can pass through an archive. */
export interface Archived {
  /** Do not use the object until this resolves. */
  passThrough(archive: Archive): Promise<void>;
}

export async function passThrough(archive: Archive, parts: readonly Archived[]): Promise<void> {
  for (const part of parts) await part.passThrough(archive);
}

/** Passes the entries of a map through an archive as JSON. */
export async function passMapThrough<Key, Value>(archive: Archive, map: Map<Key, Value>): Promise<void> {
  const entries = await archive.json([...map]);
  map.clear();
  for (const [key, value] of entries) map.set(key, value);
}

/** Each part has a header, with its kind and its length in bytes, followed by its bytes. */
const HEADER_BYTES = 16;
const LENGTH_AT = 8;
const MAX_PART_BYTES = 2 ** 32;
const partKinds = ['json', 'int32', 'uint8'] as const;
type PartKind = (typeof partKinds)[number];

const headerOf = (kind: PartKind, length: number): Uint8Array => {
  const header = new DataView(new ArrayBuffer(HEADER_BYTES));
  header.setUint8(0, partKinds.indexOf(kind));
  header.setFloat64(LENGTH_AT, length);
  return new Uint8Array(header.buffer);
};

const rawBytes = (cells: Int32Array | Uint8Array): Uint8Array =>
  new Uint8Array(cells.buffer, cells.byteOffset, cells.byteLength);

const PIECE_BYTES = 4 * 1024 * 1024;

/** Writes an archive in pieces of equal size, apart from the last. Numbers are in the byte order of the machine. */
export class ArchiveWriter implements Archive {
  readonly #sink: (piece: Uint8Array) => Promise<void>;
  readonly #piece: Uint8Array;
  #filled = 0;

  /** @param sink receives each piece, which is valid until the returned promise resolves. */
  constructor(sink: (piece: Uint8Array) => Promise<void>, pieceBytes = PIECE_BYTES) {
    this.#sink = sink;
    this.#piece = new Uint8Array(pieceBytes);
  }

  async int32(cells: Int32Array): Promise<undefined> {
    await this.#part('int32', rawBytes(cells));
  }

  async uint8(cells: Uint8Array): Promise<undefined> {
    await this.#part('uint8', cells);
  }

  async json<Value>(value: Value): Promise<Value> {
    await this.#part('json', new TextEncoder().encode(JSON.stringify(value)));
    return value;
  }

  /** Writes the last, partly filled piece. */
  async finish(): Promise<void> {
    if (this.#filled > 0) await this.#sink(this.#piece.subarray(0, this.#filled));
    this.#filled = 0;
  }

  async #part(kind: PartKind, bytes: Uint8Array): Promise<void> {
    await this.#write(headerOf(kind, bytes.byteLength));
    await this.#write(bytes);
  }

  async #write(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.byteLength;) {
      const taken = bytes.subarray(at, at + this.#piece.byteLength - this.#filled);
      this.#piece.set(taken, this.#filled);
      this.#filled += taken.byteLength;
      at += taken.byteLength;
      if (this.#filled === this.#piece.byteLength) await this.finish();
    }
  }
}

/** The archive is not what its reader expects: its layout differs, or it is truncated or damaged. */
export interface ArchiveUnreadable extends Error {
  readonly code: 'archive-unreadable';
}

export const archiveUnreadable = (why: string): ArchiveUnreadable =>
  Object.assign(new Error(`the archive cannot be read: ${why}`), { code: 'archive-unreadable' as const });

export const isArchiveUnreadable = (error: unknown): error is ArchiveUnreadable =>
  error instanceof Error && 'code' in error && error.code === 'archive-unreadable';

/** Reads what `ArchiveWriter` wrote, in pieces of any size. Every method can throw ArchiveUnreadable. */
export class ArchiveReader implements Archive {
  readonly #pieces: AsyncIterator<Uint8Array>;
  #piece: Uint8Array = new Uint8Array();

  constructor(pieces: AsyncIterable<Uint8Array>) {
    this.#pieces = pieces[Symbol.asyncIterator]();
  }

  async int32(): Promise<Int32Array<ArrayBuffer>> {
    const length = await this.#header('int32');
    if (length % Int32Array.BYTES_PER_ELEMENT !== 0)
      throw archiveUnreadable('the length of a part is not a multiple of 4 bytes');
    const cells = new Int32Array(length / Int32Array.BYTES_PER_ELEMENT);
    await this.#fill(rawBytes(cells));
    return cells;
  }

  async uint8(): Promise<Uint8Array<ArrayBuffer>> {
    const cells = new Uint8Array(await this.#header('uint8'));
    await this.#fill(cells);
    return cells;
  }

  async json<Value>(): Promise<Value> {
    const bytes = new Uint8Array(await this.#header('json'));
    await this.#fill(bytes);
    try {
      return JSON.parse(new TextDecoder().decode(bytes)) as Value; // what the writer was given in its place
    } catch {
      throw archiveUnreadable('a part is not JSON');
    }
  }

  /** Reads to the end of the source, which may still report an error there. */
  async finish(): Promise<void> {
    const { done = false } = await this.#pieces.next();
    if (!done || this.#piece.byteLength > 0) throw archiveUnreadable('it is longer than expected');
  }

  async #header(kind: PartKind): Promise<number> {
    const header = new DataView(new ArrayBuffer(HEADER_BYTES));
    await this.#fill(new Uint8Array(header.buffer));
    const found = partKinds[header.getUint8(0)];
    if (found !== kind) throw archiveUnreadable(`expected a part of kind ${kind}, found ${String(found)}`);
    const length = header.getFloat64(LENGTH_AT);
    if (!Number.isInteger(length) || length < 0 || length > MAX_PART_BYTES) {
      throw archiveUnreadable('the length of a part is invalid');
    }
    return length;
  }

  async #fill(target: Uint8Array): Promise<void> {
    for (let at = 0; at < target.byteLength;) {
      if (this.#piece.byteLength === 0) await this.#next();
      const taken = this.#piece.subarray(0, target.byteLength - at);
      target.set(taken, at);
      this.#piece = this.#piece.subarray(taken.byteLength);
      at += taken.byteLength;
    }
  }

  async #next(): Promise<void> {
    const next = await this.#pieces.next();
    if (next.done === true) throw archiveUnreadable('it ends too early');
    this.#piece = next.value;
  }
}
