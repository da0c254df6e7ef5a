import { concatenated } from '../reading/concatenated.js';
import { crc32 } from '../reading/workbook/crc32.js';

/** One part of an archive, with what may be wrong about it. */
export interface Part {
  readonly name: string;
  readonly content: string | Uint8Array;
  readonly isEncrypted?: boolean;
  /** In place of the right one. */
  readonly checksum?: number;
}

const encoder = new TextEncoder();
const STORED = 0;
const DEFLATED = 8;

/** A zip archive of these parts, packed by the given function, else not packed. */
export function archiveOf(
  parts: readonly Part[],
  pack?: (bytes: Uint8Array) => Uint8Array,
): Uint8Array<ArrayBuffer> {
  const bodies: Uint8Array[] = [];
  const directory: Uint8Array[] = [];
  let at = 0;
  for (const { name, content, isEncrypted = false, checksum } of parts) {
    const bytes = typeof content === 'string' ? encoder.encode(content) : content;
    const packed = pack?.(bytes) ?? bytes;
    const title = encoder.encode(name);
    const method = pack === undefined ? STORED : DEFLATED;
    const header = numbers(30, [[0, 0x04034b50, 4], [8, method, 2], [26, title.length, 2]]); // prettier-ignore
    const entry = numbers(46, [
      [0, 0x02014b50, 4],
      [8, isEncrypted ? 1 : 0, 2],
      [10, method, 2],
      [16, checksum ?? crc32(bytes), 4],
      [20, packed.length, 4],
      [24, bytes.length, 4],
      [28, title.length, 2],
      [42, at, 4],
    ]);
    bodies.push(header, title, packed);
    directory.push(entry, title);
    at += header.length + title.length + packed.length;
  }
  const size = directory.reduce((total, { length }) => total + length, 0);
  const end = numbers(22, [[0, 0x06054b50, 4], [8, parts.length, 2], [10, parts.length, 2], [12, size, 4], [16, at, 4]]); // prettier-ignore
  return new Uint8Array(concatenated([...bodies, ...directory, end]));
}

/** A record of fixed length, with numbers at offsets, little end first. */
function numbers(
  length: number,
  fields: readonly (readonly [at: number, value: number, bytes: 2 | 4])[],
): Uint8Array {
  const view = new DataView(new ArrayBuffer(length));
  for (const [at, value, bytes] of fields)
    if (bytes === 2) view.setUint16(at, value, true);
    else view.setUint32(at, value, true);
  return new Uint8Array(view.buffer);
}
