/**
 * One unambiguous byte string of several values: before each value stands its length in bytes, 4 bytes big endian;
 * text is UTF-8. "1" and "23" differ from "12" and "3", which plain joining would confuse.
 */
export function lengthPrefixed(values: readonly (string | Uint8Array)[]): Uint8Array<ArrayBuffer> {
  let size = 0;
  for (const value of values)
    size += 4 + (typeof value === 'string' ? Buffer.byteLength(value) : value.length);
  const bytes = Buffer.allocUnsafe(size);
  let offset = 0;
  for (const value of values) {
    const start = offset + 4;
    let end: number;
    if (typeof value === 'string') {
      end = start + bytes.write(value, start, 'utf8');
    } else {
      bytes.set(value, start);
      end = start + value.length;
    }
    bytes.writeUInt32BE(end - start, offset);
    offset = end;
  }
  return bytes;
}
