import pg from 'pg';
import { connectionSettings } from '@kinledger/database';
import { BackOff, isAborted, pauseUnlessAborted } from '@kinledger/waiting';
import type { Hint } from '../consumer/message-store.js';

export interface HintOptions {
  readonly url: string;
  readonly applicationName: string;
  readonly onError: (error: unknown) => void;
}

const PAUSES = { firstMs: 100, longestMs: 10_000 };

/**
 * Listens on a connection of its own for publishes of other processes and for members that join and leave. Reconnects
 * after a loss, and then reports `anything`, because it may have missed hints. Members also poll, so that hints may be
 * lost.
 */
export class Hints {
  readonly #options: HintOptions;
  readonly #listeners = new Set<(hint: Hint) => void>();
  #client: pg.Client | undefined;
  #connected: { readonly backend: number } | undefined;
  readonly #closing = new AbortController();
  #running: Promise<void> | undefined;

  constructor(options: HintOptions) {
    this.#options = options;
  }

  /** The server's process id of the connection, if connected. That process ends when this one does, however it ends. */
  get backend(): number | null {
    return this.#connected?.backend ?? null;
  }

  /** Connects at the first listener, so that a bus that only publishes needs no second connection. */
  listen(listener: (hint: Hint) => void): () => void {
    this.#listeners.add(listener);
    this.#running ??= this.#run();
    return () => this.#listeners.delete(listener);
  }

  async close(): Promise<void> {
    this.#closing.abort();
    // Destroys the socket instead of calling `end`, which a hanging server never answers and which would leave a
    // concurrent `connect` unsettled.
    this.#client?.connection.stream.destroy();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { signal } = this.#closing;
    const backOff = new BackOff(PAUSES);
    while (!signal.aborted) {
      try {
        const { ended } = await this.#connect();
        backOff.reset();
        this.#tell({ kind: 'anything' });
        await ended;
      } catch (error) {
        if (!isAborted(signal)) this.#options.onError(error);
      }
      this.#connected = undefined;
      if (isAborted(signal)) return;
      await pauseUnlessAborted(backOff.failed(), signal);
    }
  }

  /** Resolves once it listens, with a promise of the connection's end. */
  async #connect(): Promise<{ readonly ended: Promise<void> }> {
    const { url, applicationName } = this.#options;
    const client = new pg.Client({
      ...connectionSettings(url),
      application_name: `${applicationName} listening`,
      connectionTimeoutMillis: 10_000,
      keepAlive: true,
    });
    this.#client = client;
    const ended = new Promise<void>((resolve) => client.once('end', resolve));
    client.on('error', (error) => {
      if (!this.#closing.signal.aborted) this.#options.onError(error);
    });
    client.on('notification', ({ channel, payload }) => this.#heard(channel, payload ?? ''));
    await client.connect();
    const { rows } = await client.query<{ backend: number }>('SELECT pg_backend_pid() AS backend');
    await client.query('LISTEN bus_published; LISTEN bus_group');
    this.#connected = rows[0];
    return { ended };
  }

  #heard(channel: string, payload: string): void {
    if (channel === 'bus_group') {
      this.#tell({ kind: 'group', group: payload });
    } else {
      // Only bus.publish writes these.
      const published = JSON.parse(payload) as { topic: string; partitions: number[] };
      this.#tell({ kind: 'published', ...published });
    }
  }

  #tell(hint: Hint): void {
    for (const listener of this.#listeners) listener(hint);
  }
}
