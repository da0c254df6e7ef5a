/** Remainders of the polynomial 0xEDB88320 for each byte (ISO 3309, as in PKWARE APPNOTE 4.4.7). */
const remainders = Uint32Array.from({ length: 256 }, (_, byte) => {
  let remainder = byte;
  for (let bit = 0; bit < 8; bit += 1)
    remainder = (remainder & 1) === 1 ? (remainder >>> 1) ^ 0xedb88320 : remainder >>> 1;
  return remainder;
});

/** CRC-32 of bytes, or of what `before` is the checksum of, followed by them. */
export function crc32(bytes: Uint8Array, before = 0): number {
  let checksum = ~before;
  for (const byte of bytes) checksum = (checksum >>> 8) ^ (remainders[(checksum ^ byte) & 0xff] ?? 0);
  return ~checksum >>> 0;
}
