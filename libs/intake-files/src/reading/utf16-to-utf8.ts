import { fileRefused } from './file-refused.js';

/** Byte order marks of UTF-16, by the label of the encoding. */
const marks = [
  { label: 'utf-16le', bytes: [0xff, 0xfe] },
  { label: 'utf-16be', bytes: [0xfe, 0xff] },
] as const;

/**
 * Converts a stream in UTF-16, which Excel writes as "Unicode Text", to UTF-8 without its byte order mark.
 */
export class Utf16ToUtf8 {
  readonly foreignBytes = 0;
  readonly #decoder: InstanceType<typeof TextDecoder>;
  readonly #encoder = new TextEncoder();

  private constructor(label: string) {
    this.#decoder = new TextDecoder(label, { fatal: true });
  }

  /** Undefined for a file that does not begin with a byte order mark of UTF-16. */
  static for(head: Uint8Array): Utf16ToUtf8 | undefined {
    const mark = marks.find(({ bytes }) => bytes.every((byte, index) => head[index] === byte));
    return mark === undefined ? undefined : new Utf16ToUtf8(mark.label);
  }

  /** @throws FileRefused for bytes that are not UTF-16. */
  write(chunk: Uint8Array): Uint8Array {
    return this.#converted(chunk, true);
  }

  /** @throws FileRefused for a file that ends within a character. */
  end(): Uint8Array {
    return this.#converted(new Uint8Array(), false);
  }

  #converted(bytes: Uint8Array, stream: boolean): Uint8Array {
    let text: string;
    try {
      text = this.#decoder.decode(bytes, { stream });
    } catch {
      throw fileRefused(
        'utf-16-file',
        'The file begins like "Unicode Text" (UTF-16), and then is not. It may have broken off, or two exports were joined: export it again.',
      );
    }
    return this.#encoder.encode(text);
  }
}
