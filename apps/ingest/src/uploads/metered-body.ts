import { createHmac, type KeyObject } from 'node:crypto';
import type { Readable } from 'node:stream';
import { fileRefused, isFileRefused } from '@kinledger/intake-files';
import { SaltScanner, type SaltSpelling } from '@kinledger/pseudonymisation';
import { isAborted } from '@kinledger/waiting';
import { Pace, type LeastRate } from './pace.js';
import { stopping } from './stopping.js';

export interface BodyLimits {
  readonly maxBytes: number;
  /** The request's Content-Length, if it has one. */
  readonly declaredBytes: number | undefined;
  /** The minimum rate of the sender. */
  readonly pace: LeastRate;
  /** Aborts when the service stops and can no longer wait for the rest. */
  readonly hurry: AbortSignal;
  /** Spellings of the salts, which no file may contain. */
  readonly salts: readonly SaltSpelling[];
}

/**
 * The bytes of a request body as they arrive: counted, limited, searched for the salt, and hashed under a key that only
 * intake has.
 */
export class MeteredBody {
  readonly #hash;
  readonly #scanner: SaltScanner;
  #bytes = 0;

  constructor(
    readonly body: Readable,
    contentHashKey: KeyObject,
    readonly limits: BodyLimits,
  ) {
    this.#hash = createHmac('sha256', contentHashKey);
    this.#scanner = new SaltScanner(limits.salts);
  }

  get bytes(): number {
    return this.#bytes;
  }

  /**
   * Searches the text of one part of a packed file for the salt: in the bytes that arrive, it is compressed.
   * @throws FileRefused
   */
  inspect(): (text: Uint8Array) => void {
    const scanner = new SaltScanner(this.limits.salts);
    return (text) => {
      if (scanner.finds(text)) throw holdsTheSalt();
    };
  }

  /**
   * HMAC-SHA-256 of all bytes, 64 hex digits. Call once, after the last chunk.
   * @param readAs how the file is read if that is not by its schema alone: by which mapping, and in which order its
   * dates stand; else empty.
   */
  contentHash(readAs: string): string {
    // No file that is read holds a NUL.
    if (readAs !== '') this.#hash.update(`\0${readAs}`);
    return this.#hash.digest('hex');
  }

  /**
   * Yields chunks, and reads from the connection only on demand. Throws FileRefused, or a problem if the service stops.
   * Iterate only once.
   */
  async *chunks(): AsyncGenerator<Uint8Array, undefined> {
    const { maxBytes, declaredBytes } = this.limits;
    if (declaredBytes !== undefined && declaredBytes > maxBytes) throw tooLarge(maxBytes);
    try {
      for await (const chunk of this.#arriving()) {
        this.#bytes += chunk.byteLength;
        if (this.#bytes > maxBytes) throw tooLarge(maxBytes);
        // Before any consumer reads them.
        if (this.#scanner.finds(chunk)) throw holdsTheSalt();
        this.#hash.update(chunk);
        yield chunk;
      }
    } catch (error) {
      if (isFileRefused(error)) throw error;
      if (this.body.errored !== null || this.body.destroyed) throw truncated();
      throw error;
    }
    if (declaredBytes !== undefined && this.#bytes !== declaredBytes) throw truncated();
    return undefined;
  }

  /** Yields what arrives, while the sender keeps the minimum rate and the service goes on. */
  async *#arriving(): AsyncGenerator<Uint8Array, undefined> {
    const { hurry } = this.limits;
    const pace = new Pace(this.limits.pace);
    // The connection must outlive a refusal, so that the response can be sent.
    const body: AsyncIterator<Uint8Array, undefined> = this.body.iterator({ destroyOnReturn: false });
    let waits = false;
    try {
      for (;;) {
        if (hurry.aborted) throw stopping();
        const next = body.next();
        waits = true;
        const arrived = await pace.waitFor(next, hurry);
        if (arrived === false) {
          // The pending read is abandoned; its rejection must not be unhandled.
          next.catch(() => undefined);
          throw isAborted(hurry) ? stopping() : tooSlow();
        }
        waits = false;
        if (arrived.done === true) return undefined;
        pace.received(arrived.value.byteLength);
        yield arrived.value;
      }
    } finally {
      if (!waits) await body.return?.();
    }
  }
}

const holdsTheSalt = () =>
  fileRefused(
    'holds-the-salt',
    'The file contains the secret salt of the digests. Nothing of it was kept. The salt must be treated as leaked: tell the data team and the issuer of the salt now, do not send this file to anybody, and delete all copies of it.',
  );

const tooLarge = (maxBytes: number) =>
  fileRefused(
    'body-too-large',
    `The file is larger than ${Math.floor(maxBytes / 1024 ** 2)} MiB, which is the limit. Send it in parts, the later ones with the mode "add".`,
  );

const truncated = () =>
  fileRefused('body-truncated', 'The file did not arrive completely. Nothing of it was kept; send it again.');

const tooSlow = () =>
  fileRefused(
    'body-too-slow',
    'The file arrived too slowly and blocked other uploads. Nothing of it was kept; send it again over a faster connection, or in parts, the later ones with the mode "add".',
  );
