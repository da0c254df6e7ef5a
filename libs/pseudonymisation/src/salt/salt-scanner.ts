import { RollingWindow } from './rolling-hash.js';
import { markOf, type SaltSpelling } from './salt-marks.js';

/**
 * Looks for salts in bytes that pass, without knowing one: in capitals or small letters, in UTF-8 or UTF-16, across the
 * borders of chunks.
 */
export class SaltScanner {
  readonly #windows: readonly { readonly spelling: SaltSpelling; readonly window: RollingWindow }[];
  readonly #kept: number;
  #last = Buffer.alloc(0);

  constructor(spellings: readonly SaltSpelling[]) {
    this.#windows = spellings.map((spelling) => ({ spelling, window: new RollingWindow(spelling.bytes) }));
    this.#kept = Math.max(0, ...spellings.map(({ bytes }) => bytes)) - 1;
  }

  /** Whether a salt stands in the bytes so far, these included. Ask no more once it did. */
  finds(chunk: Uint8Array): boolean {
    if (this.#windows.length === 0) return false;
    const text = Buffer.allocUnsafe(this.#last.length + chunk.length);
    this.#last.copy(text);
    const end = inSmallLetters(chunk, text, this.#last.length);
    const bytes = text.subarray(0, end);
    // A copy, so that the chunk can go.
    this.#last = Buffer.from(bytes.subarray(Math.max(0, end - this.#kept)));
    return this.#windows.some(({ spelling, window }) => holds(bytes, spelling, window));
  }
}

function holds(bytes: Buffer, { rolling, mark }: SaltSpelling, window: RollingWindow): boolean {
  for (let at = window.find(bytes, rolling); at >= 0; at = window.find(bytes, rolling, at + 1))
    if (markOf(bytes.subarray(at, at + window.length)) === mark) return true;
  return false;
}

/** Writes bytes to `target` from `at` on, letters small, without the zeros of UTF-16. Returns where they end. */
function inSmallLetters(bytes: Uint8Array, target: Uint8Array, at: number): number {
  let end = at;
  for (const byte of bytes) {
    if (byte === 0) continue;
    target[end++] = byte >= 0x41 && byte <= 0x5a ? byte + 0x20 : byte;
  }
  return end;
}
