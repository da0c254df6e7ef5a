const encoder = new TextEncoder();

/**
 * One unambiguous byte string of several values: before each value stands its length in bytes, 4 bytes big endian;
 * text is UTF-8. "1" and "23" differ from "12" and "3", which plain joining would confuse.
 */
export function lengthPrefixed(values: readonly (string | Uint8Array)[]): Uint8Array<ArrayBuffer> {
  const parts = values.map((value) => (typeof value === 'string' ? encoder.encode(value) : value));
  const bytes = new Uint8Array(parts.reduce((total, part) => total + 4 + part.length, 0));
  const view = new DataView(bytes.buffer);
  let offset = 0;
  for (const part of parts) {
    view.setUint32(offset, part.length);
    bytes.set(part, offset + 4);
    offset += 4 + part.length;
  }
  return bytes;
}
