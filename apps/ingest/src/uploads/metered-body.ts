import { createHmac, type KeyObject } from 'node:crypto';
import type { Readable } from 'node:stream';
import { fileRefused } from '../reading/file-refused.js';

export interface BodyLimits {
  readonly maxBytes: number;
  /** The request's Content-Length, if it has one. */
  readonly declaredBytes: number | undefined;
}

/** The bytes of a request body as they arrive, counted, bounded, and hashed under the key that only intake holds. */
export class MeteredBody {
  readonly #hash;
  #bytes = 0;

  constructor(
    readonly body: Readable,
    contentHashKey: KeyObject,
    readonly limits: BodyLimits,
  ) {
    this.#hash = createHmac('sha256', contentHashKey);
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
      // The connection outlives a refusal: its answer has to go out.
      for await (const chunk of this.body.iterator({ destroyOnReturn: false }) as AsyncIterable<Uint8Array>) {
        this.#bytes += chunk.byteLength;
        if (this.#bytes > maxBytes) throw tooLarge(maxBytes);
        this.#hash.update(chunk);
        yield chunk;
      }
    } catch (error) {
      if (this.body.errored !== null || this.body.destroyed) throw truncated();
      throw error;
    }
    if (declaredBytes !== undefined && this.#bytes !== declaredBytes) throw truncated();
    return undefined;
  }
}

const tooLarge = (maxBytes: number) =>
  fileRefused(
    'body-too-large',
    `The file is larger than ${Math.floor(maxBytes / 1024 ** 2)} MiB, which is the most that is taken. Send it in parts, the later ones with the mode "add".`,
  );

const truncated = () =>
  fileRefused('body-truncated', 'The file did not arrive whole. Nothing of it was kept; send it again.');
