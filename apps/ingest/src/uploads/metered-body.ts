import { createHmac, type KeyObject } from 'node:crypto';
import type { Readable } from 'node:stream';
import { fileRefused, isFileRefused } from '@kinledger/intake-files';
import { SaltScanner, type SaltSpelling } from '@kinledger/pseudonymisation';
import { Pace, type LeastRate } from './pace.js';

export interface BodyLimits {
  readonly maxBytes: number;
  /** The request's Content-Length, if it has one. */
  readonly declaredBytes: number | undefined;
  /** What the sender has to keep up. */
  readonly pace: LeastRate;
  /** By what the salts are known that no file may hold. */
  readonly salts: readonly SaltSpelling[];
}

/**
 * The bytes of a request body as they arrive: counted, bounded, searched for the salt, and hashed under the key that only
 * intake holds.
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

  /** HMAC-SHA-256 of all bytes, 64 hex digits; once, after the last of them. */
  contentHash(): string {
    return this.#hash.digest('hex');
  }

  /** Takes bytes from the connection as fast as they are asked for. Throws FileRefused. Read it once. */
  async *chunks(): AsyncGenerator<Uint8Array, undefined> {
    const { maxBytes, declaredBytes } = this.limits;
    if (declaredBytes !== undefined && declaredBytes > maxBytes) throw tooLarge(maxBytes);
    try {
      for await (const chunk of this.#arriving()) {
        this.#bytes += chunk.byteLength;
        if (this.#bytes > maxBytes) throw tooLarge(maxBytes);
        // Before anybody reads them.
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

  /** What the sender sends, as long as it keeps its pace. */
  async *#arriving(): AsyncGenerator<Uint8Array, undefined> {
    const pace = new Pace(this.limits.pace);
    // The connection outlives a refusal: its answer has to go out.
    const body: AsyncIterator<Uint8Array, undefined> = this.body.iterator({ destroyOnReturn: false });
    let waits = false;
    try {
      for (;;) {
        const next = body.next();
        waits = true;
        const arrived = await pace.waitFor(next);
        if (arrived === false) {
          // Nobody waits for it any more.
          next.catch(() => undefined);
          throw tooSlow();
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
    'The file holds the secret salt that digests are made with. Nothing of it was kept. The salt must be treated as leaked: tell the data team and whoever issued the salt now, do not send this file to anybody, and delete the copies of it.',
  );

const tooLarge = (maxBytes: number) =>
  fileRefused(
    'body-too-large',
    `The file is larger than ${Math.floor(maxBytes / 1024 ** 2)} MiB, which is the most that is taken. Send it in parts, the later ones with the mode "add".`,
  );

const truncated = () =>
  fileRefused('body-truncated', 'The file did not arrive whole. Nothing of it was kept; send it again.');

const tooSlow = () =>
  fileRefused(
    'body-too-slow',
    'The file came too slowly, so that others could not send theirs. Nothing of it was kept; send it again over a faster line, or in parts, the later ones with the mode "add".',
  );
