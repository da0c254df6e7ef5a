import { BackOff, isAborted, pauseUnlessAborted, WakeUp } from '@kinledger/waiting';
import type { KurrentConnection } from './kurrent-connection.js';

/** Maximum number of subscriptions: a connection stalls at its hundredth. Further streams are polled. */
const MAX_LISTENING = 48;

const PAUSES = { firstMs: 100, longestMs: 2_000 };

/**
 * Subscribes to streams, and wakes readers at each append. A subscription of the client ends at its first error; this
 * class then subscribes again and wakes readers, because appends may have happened meanwhile. To end a single
 * subscription breaks the client's connection for all, so each stays until the store is closed.
 */
export class AppendHints {
  readonly #streams = new Map<string, WakeUp>();
  readonly #listening: Promise<void>[] = [];
  readonly #connection: KurrentConnection;
  readonly #closing: AbortSignal;

  /** `connection` serves hints only, so that its failures never affect an append. */
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

  /** Resolves once all subscriptions have ended; abort the closing signal first. */
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
        // Readers poll meanwhile, and report any error that they meet.
        await pauseUnlessAborted(backOff.failed(), this.#closing);
      }
    }
  }

  /** Resolves when the closing signal aborts. @throws the error that ended the subscription. */
  async #listen(stream: string, hint: () => void): Promise<void> {
    const client = await this.#connection.client();
    if (isAborted(this.#closing)) return;
    const { promise: over, resolve, reject } = Promise.withResolvers<undefined>();
    over.catch(() => undefined);
    const stop = () => resolve(undefined);
    this.#closing.addEventListener('abort', stop);
    const subscription = client.subscribeToStream(stream, { fromRevision: 'end', requiresLeader: true });
    // Stays for good: it may emit more than one error, and one without a listener would end the process.
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
