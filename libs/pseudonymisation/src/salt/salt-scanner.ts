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
    const bytes = Buffer.concat([this.#last, inSmallLetters(chunk)]);
    // A copy, so that the chunk can go.
    this.#last = Buffer.from(bytes.subarray(Math.max(0, bytes.length - this.#kept)));
    return this.#windows.some(({ spelling, window }) => holds(bytes, spelling, window));
  }
}

function holds(bytes: Buffer, { rolling, mark }: SaltSpelling, window: RollingWindow): boolean {
  for (let at = window.find(bytes, rolling); at >= 0; at = window.find(bytes, rolling, at + 1))
    if (markOf(bytes.subarray(at, at + window.length)) === mark) return true;
  return false;
}

/** Bytes with small letters, without the zeros of UTF-16. What is beyond ASCII may change; no salt has any of it. */
function inSmallLetters({ buffer, byteOffset, byteLength }: Uint8Array): Buffer {
  const bytes = Buffer.from(buffer, byteOffset, byteLength);
  // One character a byte, and done by the runtime: a loop over bytes takes ten times as long.
  const text = bytes.toString('latin1').toLowerCase();
  return Buffer.from(bytes.includes(0) ? text.replaceAll('\0', '') : text, 'latin1');
}
