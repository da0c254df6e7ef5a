import { isUtf8 } from 'node:buffer';

/** Windows-1252 as the WHATWG Encoding standard has it, each upper byte as its UTF-8 bytes. */
const windows1252: readonly Buffer[] = Array.from({ length: 128 }, (_, index) =>
  Buffer.from(new TextDecoder('windows-1252').decode(Uint8Array.of(128 + index))),
);
const byteOrderMark = Buffer.from([0xef, 0xbb, 0xbf]);

/**
 * Makes UTF-8 of a file in either encoding that providers send, as it streams: what is UTF-8 stays; each byte that
 * cannot be UTF-8 is read as Windows-1252, which is what Excel writes on Windows. The result does not depend on how the
 * bytes were cut into chunks. A byte order mark at the beginning is dropped.
 */
export class ToUtf8 {
  #tail: Buffer = Buffer.alloc(0);
  #begun = false;
  #foreign = 0;

  /** Bytes that were no UTF-8. Any at all means that the file is Windows-1252. */
  get foreignBytes(): number {
    return this.#foreign;
  }

  write(chunk: Uint8Array): Buffer {
    let bytes: Buffer = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    if (this.#tail.length > 0) bytes = Buffer.concat([this.#tail, bytes]);
    if (!this.#begun) {
      if (bytes.length < byteOrderMark.length) return this.#keep(bytes);
      this.#begun = true;
      if (bytes.subarray(0, 3).equals(byteOrderMark)) bytes = bytes.subarray(3);
    }
    const whole = bytes.length - unfinishedBytes(bytes);
    this.#tail = Buffer.from(bytes.subarray(whole));
    return this.#converted(bytes.subarray(0, whole));
  }

  end(): Buffer {
    const rest = this.#tail;
    this.#tail = Buffer.alloc(0);
    if (!this.#begun && rest.equals(byteOrderMark)) return Buffer.alloc(0);
    this.#begun = true;
    return this.#converted(rest);
  }

  #keep(bytes: Buffer): Buffer {
    this.#tail = Buffer.from(bytes);
    return Buffer.alloc(0);
  }

  #converted(bytes: Buffer): Buffer {
    if (isUtf8(bytes)) return bytes;
    const parts: Buffer[] = [];
    let from = 0;
    for (let at = 0; at < bytes.length;) {
      const length = sequenceLength(bytes, at);
      if (length > 0) {
        at += length;
        continue;
      }
      // 0x80 and above: below it, every byte is a sequence of its own.
      parts.push(bytes.subarray(from, at), windows1252[(bytes[at] ?? 128) - 128] ?? Buffer.alloc(0));
      this.#foreign += 1;
      at += 1;
      from = at;
    }
    parts.push(bytes.subarray(from));
    return Buffer.concat(parts);
  }
}

/** Length of the UTF-8 sequence (Unicode 16, table 3-7) that begins here, or 0 where none does. */
function sequenceLength(bytes: Buffer, at: number): number {
  const lead = bytes[at] ?? 0;
  if (lead < 0x80) return 1;
  const length = expectedLength(lead);
  if (length === 0 || at + length > bytes.length) return 0;
  return isUtf8(bytes.subarray(at, at + length)) ? length : 0;
}

const expectedLength = (lead: number): number =>
  lead >= 0xc2 && lead <= 0xdf ? 2 : lead >= 0xe0 && lead <= 0xef ? 3 : lead >= 0xf0 && lead <= 0xf4 ? 4 : 0;

/** Bytes at the end that may be the beginning of a sequence: 0 to 3. */
function unfinishedBytes(bytes: Buffer): number {
  for (let back = 1; back <= 3 && back <= bytes.length; back++) {
    const byte = bytes[bytes.length - back] ?? 0;
    if (byte < 0x80) return 0;
    if (byte >= 0xc0) return expectedLength(byte) > back ? back : 0;
  }
  return 0;
}
