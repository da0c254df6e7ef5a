const wholeBytes = /^(?:[0-9a-f]{2})*$/i;

/** @throws TypeError for anything but whole bytes of hex digits. */
export function bytesOfHex(digits: string): Uint8Array {
  if (!wholeBytes.test(digits)) throw new TypeError('expected hex digits');
  return Uint8Array.from({ length: digits.length / 2 }, (_, at) =>
    parseInt(digits.slice(at * 2, at * 2 + 2), 16),
  );
}

const digitsOfByte = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

/** In lower case. */
export function hexOfBytes(bytes: Uint8Array): string {
  let digits = '';
  for (const byte of bytes) digits += digitsOfByte[byte] as string; // there is one for each
  return digits;
}
