import type { KurrentDBClient } from '@kurrent/kurrentdb-client';
import pLimit, { type LimitFunction } from 'p-limit';
import { callTimedOut, clientNotOpened, isCallTimedOut, isTransient } from './kurrent-errors.js';

export interface KurrentConnectionOptions {
  /** Already checked by `checkedConnectionString`. */
  readonly connectionString: string;
  /** Maximum concurrent calls; further ones wait. A connection supports 100 streams, and stalls at the hundredth. */
  readonly concurrency: number;
  readonly closing: AbortSignal;
  /**
   * Tests a new client before it is used. For reads: a client whose first read finds no server never reads again. So
   * one short read is tried, and the client is discarded if that or a later read finds no server.
   */
  readonly firstCall?: (client: KurrentDBClient) => Promise<void>;
}

/** Half a second is common. After this time the call fails, and the next one uses a new client. */
const FIRST_CALL_TIMEOUT_MS = 4_000;

/**
 * One client of KurrentDB, with timers on this side: only the server enforces the client's deadline, and a server that
 * hangs does not. After a call that was not answered in time the client is discarded and a new one connects.
 */
export class KurrentConnection {
  #client: Promise<KurrentDBClient> | undefined;
  readonly #limit: LimitFunction;
  readonly #options: KurrentConnectionOptions;

  constructor(options: KurrentConnectionOptions) {
    this.#options = options;
    this.#limit = pLimit(options.concurrency);
  }

  /** @throws CallTimedOut; the closing signal's reason; what the client throws. */
  call<T>(timeoutMs: number, work: (client: KurrentDBClient) => Promise<T>): Promise<T> {
    return this.#limit(async () => {
      this.#options.closing.throwIfAborted();
      const opening = this.#opening();
      const client = await opening;
      try {
        return await within(timeoutMs, this.#options.closing, work(client));
      } catch (error) {
        if (isCallTimedOut(error) || (this.#options.firstCall !== undefined && isTransient(error))) {
          this.#giveUp(opening);
        }
        throw error;
      }
    });
  }

  /** The client itself, for a subscription that lives as long as the connection. */
  client(): Promise<KurrentDBClient> {
    return this.#opening();
  }

  async dispose(): Promise<void> {
    const opening = this.#client;
    this.#client = undefined;
    await disposeOf(opening);
  }

  /** Concurrent callers wait for the same client, and fail with it. */
  #opening(): Promise<KurrentDBClient> {
    if (this.#client !== undefined) return this.#client;
    const opening = this.#open();
    this.#client = opening;
    // A failed opening is not kept, because its cause may be transient, such as a certificate file that does not exist
    // yet.
    opening.catch(() => this.#giveUp(opening));
    return opening;
  }

  async #open(): Promise<KurrentDBClient> {
    const { connectionString, closing, firstCall } = this.#options;
    const client = await newClient(connectionString);
    try {
      if (firstCall !== undefined) await within(FIRST_CALL_TIMEOUT_MS, closing, firstCall(client));
      return client;
    } catch (error) {
      void client.dispose().catch(() => undefined);
      throw error;
    }
  }

  #giveUp(opening: Promise<KurrentDBClient>): void {
    if (this.#client === opening) this.#client = undefined;
    void disposeOf(opening);
  }
}

/** Imported on first use: it loads native code, which an installation on PostgreSQL does not need. */
async function newClient(connectionString: string): Promise<KurrentDBClient> {
  const { KurrentDBClient: client } = await import('@kurrent/kurrentdb-client');
  try {
    return client.connectionString(connectionString);
  } catch {
    // The client's own message may repeat the connection string.
    throw clientNotOpened();
  }
}

/** An undisposed client's streams keep the process alive. */
async function disposeOf(opening: Promise<KurrentDBClient> | undefined): Promise<void> {
  const client = await opening?.catch(() => undefined);
  await client?.dispose().catch(() => undefined);
}

/** Settles with `work`, or rejects after `ms` or when the signal aborts; `work` then continues unobserved. */
function within<T>(ms: number, signal: AbortSignal, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => finish(() => reject(callTimedOut(ms))), ms);
    const abort = () => finish(() => reject(asError(signal.reason)));
    const finish = (settle: () => void) => {
      clearTimeout(timer);
      signal.removeEventListener('abort', abort);
      settle();
    };
    signal.addEventListener('abort', abort);
    work.then(
      (value) => finish(() => resolve(value)),
      (error: unknown) => finish(() => reject(asError(error))),
    );
  });
}

const asError = (reason: unknown): Error => (reason instanceof Error ? reason : new Error(String(reason)));
