import { BackOff, isAborted, pauseUnlessAborted, WakeUp } from '@kinledger/waiting';
import type { KurrentConnection } from './kurrent-connection.js';

/** Streams that are listened to at most: a connection stands still at its hundredth. The others are looked at. */
const MAX_LISTENING = 48;

const PAUSES = { firstMs: 100, longestMs: 2_000 };

/**
 * Listens to streams and passes appends on as hints. A subscription of the client ends at its first error and stays
 * ended; here it is made anew, and since appends may have passed unheard meanwhile, that is a hint too. Ending a single
 * one breaks the client's connection for all, so that each stays until the store is closed.
 */
export class AppendHints {
  readonly #streams = new Map<string, WakeUp>();
  readonly #listening: Promise<void>[] = [];
  readonly #connection: KurrentConnection;
  readonly #closing: AbortSignal;

  /** `connection` is for hints alone: whatever breaks here must not take an append with it. */
  constructor(connection: KurrentConnection, closing: AbortSignal) {
    this.#connection = connection;
    this.#closing = closing;
  }

  of(stream: string): WakeUp {
    const held = this.#streams.get(stream);
    if (held !== undefined) return held;
    const wakeUp = new WakeUp();
    this.#streams.set(stream, wakeUp);
    if (this.#listening.length < MAX_LISTENING) this.#listening.push(this.#passOn(stream, wakeUp));
    return wakeUp;
  }

  /** Resolves once nobody listens any more; abort the closing signal first. */
  async stopped(): Promise<void> {
    await Promise.all(this.#listening);
  }

  async #passOn(stream: string, wakeUp: WakeUp): Promise<void> {
    const backOff = new BackOff(PAUSES);
    while (!isAborted(this.#closing)) {
      try {
        await this.#listen(stream, () => {
          backOff.reset();
          wakeUp.call();
        });
      } catch {
        // Readers look again by themselves meanwhile, and report what hinders them.
        await pauseUnlessAborted(backOff.failed(), this.#closing);
      }
    }
  }

  /** Resolves when the closing signal aborts. @throws whatever ended the subscription. */
  async #listen(stream: string, hint: () => void): Promise<void> {
    const client = await this.#connection.client();
    if (isAborted(this.#closing)) return;
    const { promise: over, resolve, reject } = Promise.withResolvers<undefined>();
    over.catch(() => undefined);
    const stop = () => resolve(undefined);
    this.#closing.addEventListener('abort', stop);
    const subscription = client.subscribeToStream(stream, { fromRevision: 'end', requiresLeader: true });
    // Stays for good: it may report its end more than once, and an unheard error would end the process.
    subscription.on('error', reject);
    subscription.on('close', () => reject(new Error('the subscription ended')));
    subscription.on('end', () => reject(new Error('the subscription ended')));
    subscription.on('confirmation', hint);
    subscription.on('data', hint);
    try {
      await over;
    } finally {
      this.#closing.removeEventListener('abort', stop);
    }
  }
}
