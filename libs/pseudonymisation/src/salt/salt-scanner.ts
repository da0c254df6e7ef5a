import { RollingWindow } from './rolling-hash.js';
import { markOf, type SaltSpelling } from './salt-marks.js';

/**
 * Searches a stream of bytes for salts without knowing them: in upper or lower case, in UTF-8 or UTF-16, across chunk
 * boundaries.
 */
export class SaltScanner {
  readonly #windows: readonly { readonly spelling: SaltSpelling; readonly window: RollingWindow }[];
  readonly #kept: number;
  #last = Buffer.alloc(0);

  constructor(spellings: readonly SaltSpelling[]) {
    this.#windows = spellings.map((spelling) => ({ spelling, window: new RollingWindow(spelling.bytes) }));
    this.#kept = Math.max(0, ...spellings.map(({ bytes }) => bytes)) - 1;
  }

  /** Whether the bytes so far, including these, contain a salt. Do not call again after it returned true. */
  finds(chunk: Uint8Array): boolean {
    if (this.#windows.length === 0) return false;
    const bytes = Buffer.concat([this.#last, lowerCased(chunk)]);
    // Copied, so that the chunk can be freed.
    this.#last = Buffer.from(bytes.subarray(Math.max(0, bytes.length - this.#kept)));
    return this.#windows.some(({ spelling, window }) => holds(bytes, spelling, window));
  }
}

function holds(bytes: Buffer, { rolling, mark }: SaltSpelling, window: RollingWindow): boolean {
  for (let at = window.find(bytes, rolling); at >= 0; at = window.find(bytes, rolling, at + 1))
    if (markOf(bytes.subarray(at, at + window.length)) === mark) return true;
  return false;
}

/** Bytes in lower case, without the zeros of UTF-16. Bytes beyond ASCII may change, but no salt contains any. */
function lowerCased({ buffer, byteOffset, byteLength }: Uint8Array): Buffer {
  const bytes = Buffer.from(buffer, byteOffset, byteLength);
  // One character per byte, converted by the runtime: a loop over bytes takes ten times as long.
  const text = bytes.toString('latin1').toLowerCase();
  return Buffer.from(bytes.includes(0) ? text.replaceAll('\0', '') : text, 'latin1');
}
