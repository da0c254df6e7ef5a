import { crc32 } from './crc32.js';
import { workbookDamaged, workbookLocked, workbookTooLarge } from './workbook-refused.js';

/**
 * The parts of a zip archive (PKWARE APPNOTE 6.3) that is in memory as a whole. Its directory is at its end, so that it
 * cannot be read while it arrives.
 */
export class ZipArchive {
  readonly #bytes: Uint8Array<ArrayBuffer>;
  readonly #entries: ReadonlyMap<string, Entry>;
  #unpacked = 0;

  private constructor(
    bytes: Uint8Array<ArrayBuffer>,
    entries: ReadonlyMap<string, Entry>,
    readonly maxUnpacked: number,
  ) {
    this.#bytes = bytes;
    this.#entries = entries;
  }

  /** @throws FileRefused for bytes that are no complete archive. */
  static open(bytes: Uint8Array<ArrayBuffer>, maxUnpacked = MAX_UNPACKED): ZipArchive {
    return new ZipArchive(bytes, readDirectory(bytes), maxUnpacked);
  }

  get names(): readonly string[] {
    return [...this.#entries.keys()];
  }

  has(name: string): boolean {
    return this.#entries.has(name);
  }

  /**
   * Yields a part as it was before it was compressed, in pieces, and unpacks no further than the consumer reads.
   * @throws FileRefused if it is damaged, encrypted, or unpacks to more than the limit or than any document would; or if
   * all that was unpacked of the archive is too much.
   */
  async *part(name: string, maxBytes: number): AsyncGenerator<Uint8Array, undefined> {
    const entry = this.#entries.get(name);
    if (entry === undefined) throw workbookDamaged();
    if (entry.isEncrypted) throw workbookLocked();
    const packed = this.#packed(entry);
    let checksum = 0;
    let size = 0;
    for await (const piece of entry.method === STORED ? [packed] : inflated(packed)) {
      size += piece.length;
      this.#unpacked += piece.length;
      if (this.#unpacked > this.maxUnpacked) throw workbookTooLarge('would have to be read too many times');
      if (size > maxBytes || (size > GRACE && size > packed.length * MOST_EXPANSION))
        throw workbookTooLarge('unpacks to far more than it seems to hold');
      checksum = crc32(piece, checksum);
      yield piece;
    }
    if (checksum !== entry.crc32) throw workbookDamaged();
    return undefined;
  }

  #packed({ header, packedSize }: Entry): Uint8Array<ArrayBuffer> {
    const view = new DataView(this.#bytes.buffer, this.#bytes.byteOffset, this.#bytes.byteLength);
    if (header + LOCAL_HEADER > view.byteLength || view.getUint32(header, true) !== LOCAL_SIGNATURE)
      throw workbookDamaged();
    const start =
      header + LOCAL_HEADER + view.getUint16(header + 26, true) + view.getUint16(header + 28, true);
    if (start + packedSize > view.byteLength) throw workbookDamaged();
    return this.#bytes.subarray(start, start + packedSize);
  }
}

interface Entry {
  readonly header: number;
  readonly method: number;
  readonly isEncrypted: boolean;
  readonly packedSize: number;
  readonly crc32: number;
}

const STORED = 0;
const DEFLATED = 8;
/** Sheets shrink to a third or a thirtieth, and blank ones further: beyond this, an archive was made to burst. */
const MOST_EXPANSION = 300;
const GRACE = 4 * 1024 ** 2;
const MAX_PARTS = 4096;
/** All sheets of an .ods file are in one part, which is read again for each. */
const MAX_UNPACKED = 2 * 1024 ** 3;

const END_SIGNATURE = 0x06054b50;
const END_SIZE = 22;
const MAX_COMMENT = 0xffff;
const DIRECTORY_SIGNATURE = 0x02014b50;
const DIRECTORY_HEADER = 46;
const LOCAL_SIGNATURE = 0x04034b50;
const LOCAL_HEADER = 30;
/** In place of a size or an offset that stands in the extra field of zip64. */
const IN_EXTRA = 0xffffffff;
const ZIP64_EXTRA = 1;

const names = new TextDecoder();

function readDirectory(bytes: Uint8Array): Map<string, Entry> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = endOf(view);
  const count = view.getUint16(end + 10, true);
  if (count > MAX_PARTS) throw workbookTooLarge(`has more than ${MAX_PARTS} parts`);
  const entries = new Map<string, Entry>();
  let at = view.getUint32(end + 16, true);
  for (let index = 0; index < count; index += 1) {
    if (at + DIRECTORY_HEADER > end || view.getUint32(at, true) !== DIRECTORY_SIGNATURE)
      throw workbookDamaged();
    const nameLength = view.getUint16(at + 28, true);
    const extraLength = view.getUint16(at + 30, true);
    const nameAt = at + DIRECTORY_HEADER;
    const next = nameAt + nameLength + extraLength + view.getUint16(at + 32, true);
    if (next > end) throw workbookDamaged();
    const name = names.decode(bytes.subarray(nameAt, nameAt + nameLength));
    const method = view.getUint16(at + 10, true);
    const isFolder = name.endsWith('/');
    // Two parts of one name would be read differently by different programs.
    if (entries.has(name) || (!isFolder && method !== STORED && method !== DEFLATED)) throw workbookDamaged();
    const extra = new DataView(bytes.buffer, bytes.byteOffset + nameAt + nameLength, extraLength);
    if (!isFolder)
      entries.set(name, {
        method,
        isEncrypted: (view.getUint16(at + 8, true) & 1) === 1,
        crc32: view.getUint32(at + 16, true),
        ...placeOf(view, at, extra),
      });
    at = next;
  }
  return entries;
}

/** The end of the directory, which a comment may follow. */
function endOf(view: DataView): number {
  for (
    let at = view.byteLength - END_SIZE;
    at >= Math.max(0, view.byteLength - END_SIZE - MAX_COMMENT);
    at -= 1
  )
    if (view.getUint32(at, true) === END_SIGNATURE) return at;
  throw workbookDamaged();
}

function placeOf(view: DataView, at: number, extra: DataView): Pick<Entry, 'packedSize' | 'header'> {
  const sizes = { packedSize: view.getUint32(at + 20, true), header: view.getUint32(at + 42, true) };
  const unpackedIsInExtra = view.getUint32(at + 24, true) === IN_EXTRA;
  if (!unpackedIsInExtra && sizes.packedSize !== IN_EXTRA && sizes.header !== IN_EXTRA) return sizes;
  for (let field = 0; field + 4 <= extra.byteLength;) {
    const length = extra.getUint16(field + 2, true);
    if (extra.getUint16(field, true) === ZIP64_EXTRA) {
      // The field holds, in this order, only those of the numbers that are not in the header.
      let next = field + 4 + (unpackedIsInExtra ? 8 : 0);
      const taken = (number: number): number => {
        if (number !== IN_EXTRA) return number;
        if (next + 8 > Math.min(extra.byteLength, field + 4 + length)) throw workbookDamaged();
        next += 8;
        return Number(extra.getBigUint64(next - 8, true));
      };
      return { packedSize: taken(sizes.packedSize), header: taken(sizes.header) };
    }
    field += 4 + length;
  }
  throw workbookDamaged();
}

const PIECE = 64 * 1024;

/** Unpacks as far as the consumer reads, with the platform's own inflate. */
async function* inflated(packed: Uint8Array<ArrayBuffer>): AsyncGenerator<Uint8Array, undefined> {
  const stream = new DecompressionStream('deflate-raw');
  const writer = stream.writable.getWriter();
  const write = async () => {
    for (let at = 0; at < packed.length; at += PIECE) {
      await writer.ready;
      await writer.write(packed.subarray(at, at + PIECE));
    }
    await writer.close();
  };
  // What fails here fails the reader as well.
  const written = write().catch(() => undefined);
  const reader = stream.readable.getReader() as ReadableStreamDefaultReader<Uint8Array>;
  try {
    for (;;) {
      const next = await reader.read().catch(() => {
        throw workbookDamaged();
      });
      if (next.done) return undefined;
      yield next.value;
    }
  } finally {
    await reader.cancel().catch(() => undefined);
    await written;
  }
}
