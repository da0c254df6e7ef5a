import type { KurrentDBClient } from '@kurrent/kurrentdb-client';
import pLimit, { type LimitFunction } from 'p-limit';
import { callTimedOut, clientNotOpened, isCallTimedOut, isPassing } from './kurrent-errors.js';

export interface KurrentConnectionOptions {
  /** Checked: see `checkedConnectionString`. */
  readonly connectionString: string;
  /** Calls at once; the others wait. A connection bears 100 streams, and stands still at the hundredth. */
  readonly concurrency: number;
  readonly closing: AbortSignal;
  /**
   * Makes sure of a new client before it is used. For reads: a client whose first read finds nobody never reads again,
   * so that one read is tried, briefly, and its client is given up when it or a later read finds nobody.
   */
  readonly firstCall?: (client: KurrentDBClient) => Promise<void>;
}

/** Half a second is common. Who waits longer for a first answer is told that nobody answers, and tries anew. */
const FIRST_CALL_TIMEOUT_MS = 4_000;

/**
 * One client of KurrentDB, with timers of our own: the client's deadline is kept by the server alone, and a server that
 * hangs keeps it not. After a call that was not answered in time the client is given up and a new one connects.
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
        if (isCallTimedOut(error) || (this.#options.firstCall !== undefined && isPassing(error))) {
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

  /** All who call meanwhile wait for the same client, and fail with it. */
  #opening(): Promise<KurrentDBClient> {
    if (this.#client !== undefined) return this.#client;
    const opening = this.#open();
    this.#client = opening;
    // What failed to open is not kept: its reason may pass, as that of a certificate file that is not there yet.
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

/** Loaded when first needed: it brings native code, and an installation on PostgreSQL should not pay for it. */
async function newClient(connectionString: string): Promise<KurrentDBClient> {
  const { KurrentDBClient: client } = await import('@kurrent/kurrentdb-client');
  try {
    return client.connectionString(connectionString);
  } catch {
    // Its own words may repeat the connection string.
    throw clientNotOpened();
  }
}

/** Without it the client's streams keep the process alive. */
async function disposeOf(opening: Promise<KurrentDBClient> | undefined): Promise<void> {
  const client = await opening?.catch(() => undefined);
  await client?.dispose().catch(() => undefined);
}

/** Settles with `work`, or rejects after `ms` or when the signal aborts; `work` goes on unheard. */
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
