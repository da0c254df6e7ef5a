import { concatenated } from './concatenated.js';

/** Windows-1252 as the WHATWG Encoding standard has it, each upper byte as its UTF-8 bytes. */
const windows1252: readonly Uint8Array[] = Array.from({ length: 128 }, (_, index) =>
  new TextEncoder().encode(new TextDecoder('windows-1252').decode(Uint8Array.of(128 + index))),
);
const nothing = new Uint8Array();

/**
 * Makes UTF-8 of a file in either encoding that providers send, as it streams: what is UTF-8 stays; each byte that
 * cannot be UTF-8 is read as Windows-1252, which is what Excel writes on Windows. The result does not depend on how the
 * bytes were cut into chunks. A byte order mark at the beginning is dropped.
 */
export class ToUtf8 {
  #tail: Uint8Array = nothing;
  #begun = false;
  #foreign = 0;

  /** Bytes that were no UTF-8. Any at all means that the file is Windows-1252. */
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

/** Length of the UTF-8 sequence (Unicode 16, table 3-7) of more than one byte that begins here, or 0 where none does. */
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

/** The second byte rules out longer spellings of shorter sequences, surrogates, and what is beyond Unicode. */
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

/** Bytes at the end that may be the beginning of a sequence: 0 to 3. */
function unfinishedBytes(bytes: Uint8Array): number {
  for (let back = 1; back <= 3 && back <= bytes.length; back++) {
    const byte = bytes[bytes.length - back] ?? 0;
    if (byte < 0x80) return 0;
    if (byte >= 0xc0) return expectedLength(byte) > back ? back : 0;
  }
  return 0;
}
