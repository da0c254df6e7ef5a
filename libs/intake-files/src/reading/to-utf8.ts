import { concatenated } from './concatenated.js';

/** UTF-8 bytes of each upper byte of Windows-1252 (WHATWG Encoding Standard). */
const windows1252: readonly Uint8Array[] = Array.from({ length: 128 }, (_, index) =>
  new TextEncoder().encode(new TextDecoder('windows-1252').decode(Uint8Array.of(128 + index))),
);
const nothing = new Uint8Array();

/**
 * Converts a stream in UTF-8 or Windows-1252, the encodings that providers send, to UTF-8: valid UTF-8 stays, and each
 * other byte is read as Windows-1252, which Excel writes on Windows. The result does not depend on the chunks. Drops a
 * byte order mark at the beginning.
 */
export class ToUtf8 {
  #tail: Uint8Array = nothing;
  #begun = false;
  #foreign = 0;

  /** Number of bytes that were not UTF-8. If there are any, the file is Windows-1252. */
  get foreignBytes(): number {
    return this.#foreign;
  }

  write(chunk: Uint8Array): Uint8Array {
    let bytes = this.#tail.length > 0 ? concatenated([this.#tail, chunk]) : chunk;
    if (!this.#begun) {
      if (bytes.length < BYTES_OF_MARK) return this.#keep(bytes);
      this.#begun = true;
      if (beginsWithMark(bytes)) bytes = bytes.subarray(BYTES_OF_MARK);
    }
    const whole = bytes.length - unfinishedBytes(bytes);
    this.#tail = bytes.slice(whole);
    return this.#converted(bytes.subarray(0, whole));
  }

  end(): Uint8Array {
    const rest = this.#tail;
    this.#tail = nothing;
    this.#begun = true;
    return this.#converted(rest);
  }

  #keep(bytes: Uint8Array): Uint8Array {
    this.#tail = bytes.slice();
    return nothing;
  }

  #converted(bytes: Uint8Array): Uint8Array {
    const parts: Uint8Array[] = [];
    let from = 0;
    for (let at = 0; at < bytes.length;) {
      const lead = bytes[at] ?? 0;
      const length = lead < 0x80 ? 1 : sequenceLength(bytes, at, lead);
      if (length > 0) {
        at += length;
        continue;
      }
      parts.push(bytes.subarray(from, at), windows1252[lead - 128] ?? nothing);
      this.#foreign += 1;
      at += 1;
      from = at;
    }
    if (parts.length === 0) return bytes;
    parts.push(bytes.subarray(from));
    return concatenated(parts);
  }
}

const BYTES_OF_MARK = 3;
const beginsWithMark = (bytes: Uint8Array): boolean =>
  bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;

/** Length of the multi-byte UTF-8 sequence (Unicode 16, table 3-7) that begins here, or 0 if none does. */
function sequenceLength(bytes: Uint8Array, at: number, lead: number): number {
  const length = expectedLength(lead);
  if (length === 0 || at + length > bytes.length) return 0;
  const [least, most] = secondByte(lead);
  const second = bytes[at + 1] ?? 0;
  if (second < least || second > most) return 0;
  for (let next = at + 2; next < at + length; next++) if (((bytes[next] ?? 0) & 0xc0) !== 0x80) return 0;
  return length;
}

const expectedLength = (lead: number): number =>
  lead >= 0xc2 && lead <= 0xdf ? 2 : lead >= 0xe0 && lead <= 0xef ? 3 : lead >= 0xf0 && lead <= 0xf4 ? 4 : 0;

/** Bounds of the second byte, which exclude overlong sequences, surrogates, and code points beyond Unicode. */
function secondByte(lead: number): readonly [least: number, most: number] {
  switch (lead) {
    case 0xe0:
      return [0xa0, 0xbf];
    case 0xed:
      return [0x80, 0x9f];
    case 0xf0:
      return [0x90, 0xbf];
    case 0xf4:
      return [0x80, 0x8f];
    default:
      return [0x80, 0xbf];
  }
}

/** Number of bytes at the end that may begin a sequence: 0 to 3. */
function unfinishedBytes(bytes: Uint8Array): number {
  for (let back = 1; back <= 3 && back <= bytes.length; back++) {
    const byte = bytes[bytes.length - back] ?? 0;
    if (byte < 0x80) return 0;
    if (byte >= 0xc0) return expectedLength(byte) > back ? back : 0;
  }
  return 0;
}
