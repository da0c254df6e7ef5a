import { isForeignEvent, type ForeignEvent } from '@kinledger/contracts';
import { publish } from '@kinledger/figures';
import { publishGolden } from '@kinledger/golden';
import { analyseReadModels, createReadModels, LIVE_SCHEMA, readCheckpoint } from '@kinledger/read-models';
import type { EventStore } from '@kinledger/event-store';
import { isAborted, pauseUnlessAborted, WakeUp } from '@kinledger/waiting';
import type pg from 'pg';
import { projectLedger, type AppliedDecisions, type ProjectOptions } from './project-ledger.js';

export interface LiveProjectionOptions {
  readonly store: EventStore;
  readonly stream: string;
  readonly pool: pg.Pool;
  /**
   * Called on progress. Submissions that tables of another version are filled with again are left out. After a failure
   * the projection continues by itself.
   */
  readonly onApplied: (progress: AppliedDecisions) => void;
  readonly onError: (error: unknown) => void;
  /** Called once for a fault that retrying cannot cure; the projection halts until the process restarts. */
  readonly onHalt: (halt: ForeignEvent) => void;
  /** Called whenever the projection reaches the ledger's end, even without new events. */
  readonly onCaughtUp: () => void;
  /** Closes a quarter in the transaction that applies its closing event. */
  readonly onQuarterClosed?: ProjectOptions['onQuarterClosed'];
  /** Called when somebody is erased, in the transaction that applies it. */
  readonly onForget?: ProjectOptions['onForget'];
  /** Called when this process has become the writer and is at the ledger's end; a failure counts as the projection's. */
  readonly onLeading?: () => Promise<void>;
}

/** Key of the advisory lock that makes one process the writer of read models. */
const WRITER_LOCK = 7_163_503;
const POLL_MS = 2_000;
const FAILED_PAUSE_MS = 1_000;
/** Poll interval within a decision; a linker that died in the middle must not keep the transaction open for ever. */
const MID_DECISION_POLL_MS = 500;
const MID_DECISION_PATIENCE = 20;
/** Number of events from which query plans matter. */
const WORTH_ANALYSING = 20;

/**
 * Keeps the live read models at the end of the ledger. Of several processes one is the writer; the others are standbys.
 * A wake-up only shortens the wait: the projection reads the ledger itself.
 */
export class LiveProjection {
  readonly #stopping = new AbortController();
  #running: Promise<void> | undefined;
  readonly #wakeUp = new WakeUp();
  #paused: Promise<void> = Promise.resolve();
  #busy: Promise<void> = Promise.resolve();
  #writing = false;
  #position = 0;
  /** Time of the first failure since the last success, by `performance.now()`. */
  #failingSince: number | undefined;
  #halt: ForeignEvent | undefined;
  /** Whether the read models are being filled with what was told before, because their tables changed. */
  #refills = false;
  /** Position of the last ANALYZE. */
  #analysedAt = 0;
  readonly #options: LiveProjectionOptions;

  constructor(options: LiveProjectionOptions) {
    this.#options = options;
  }

  get isWriter(): boolean {
    return this.#writing;
  }

  /** Milliseconds for which all attempts have failed; 0 after a success. */
  get failingMs(): number {
    return this.#failingSince === undefined ? 0 : performance.now() - this.#failingSince;
  }

  /** The event at which the projection halted, if it did. */
  get haltedBy(): ForeignEvent | undefined {
    return this.#halt;
  }

  start(): void {
    this.#running = this.#run();
  }

  /** Signals that the ledger has grown. */
  wake(): void {
    this.#wakeUp.call();
  }

  /** Runs work while the live projection is paused between two decisions. */
  async whilePaused<T>(work: () => Promise<T>): Promise<T> {
    const before = this.#paused;
    let resume: () => void = () => undefined;
    this.#paused = new Promise((done) => (resume = done));
    try {
      await before;
      await this.#busy;
      return await work();
    } finally {
      resume();
      this.wake();
    }
  }

  /** Stops after the present decision, and keeps its progress. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    this.wake();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      try {
        await this.#writeAsLeader();
      } catch (error) {
        this.#writing = false;
        if (isForeignEvent(error)) {
          this.#halt = error;
          this.#options.onHalt(error);
          return;
        }
        this.#failingSince ??= performance.now();
        this.#options.onError(error);
        await pauseUnlessAborted(FAILED_PAUSE_MS, signal);
      }
    }
  }

  /** Runs work that writes, once the projection is not paused; a later pause waits for its end. */
  async #unlessPaused(work: () => Promise<unknown>): Promise<void> {
    await this.#paused;
    const busy = work();
    this.#busy = busy.then(
      () => undefined,
      () => undefined,
    );
    await busy;
  }

  async #writeAsLeader(): Promise<void> {
    const { signal } = this.#stopping;
    const client = await this.#options.pool.connect();
    let broken: Error | undefined;
    // Without a listener, a connection that breaks between two queries would end the process.
    const onError = (error: Error) => (broken = error);
    client.on('error', onError);
    try {
      const { rows } = await client.query<{ won: boolean }>('SELECT pg_try_advisory_lock($1) AS won', [
        WRITER_LOCK,
      ]);
      if (rows[0]?.won !== true) {
        // Another process is the writer and reports its own failures.
        this.#failingSince = undefined;
        return await this.#sleep(POLL_MS);
      }
      this.#writing = true;
      // A server crash loses rows only together with their checkpoint, so they are projected again.
      await client.query('SET synchronous_commit TO off');
      // Creating tables also counts as writing, so the swap of a rebuild waits for it.
      await this.#unlessPaused(async () => {
        this.#refills = await prepare(client);
      });
      let leads = false;
      while (!signal.aborted) {
        await this.#unlessPaused(async () => {
          this.#position = await projectLedger({
            ...this.#options,
            onApplied: (progress) =>
              this.#options.onApplied(this.#refills ? { ...progress, linked: [] } : progress),
            client,
            schema: LIVE_SCHEMA,
            signal,
            more: async (emptyReads) => {
              await this.#sleep(MID_DECISION_POLL_MS);
              return !signal.aborted && emptyReads < MID_DECISION_PATIENCE;
            },
          });
        });
        if (broken !== undefined) throw broken;
        if (!leads && !isAborted(signal)) await this.#options.onLeading?.();
        leads = true;
        this.#refills = false;
        this.#failingSince = undefined;
        if (!isAborted(signal)) this.#options.onCaughtUp();
        await this.#unlessPaused(() => this.#analyseOnceDoubled(client));
        await this.#sleep(POLL_MS);
      }
    } finally {
      this.#writing = false;
      client.off('error', onError);
      // The lock belongs to the session, and ends with the connection.
      client.release(true);
    }
  }

  /**
   * Runs ANALYZE when the ledger has doubled, because autovacuum notices growth late and the planner would assume small
   * tables.
   */
  async #analyseOnceDoubled(client: pg.ClientBase): Promise<void> {
    if (this.#position < 2 * this.#analysedAt || this.#position < WORTH_ANALYSING) return;
    await analyseReadModels(client, LIVE_SCHEMA);
    this.#analysedAt = this.#position;
  }

  #sleep(ms: number): Promise<void> {
    return this.#wakeUp.wait({ ms, signal: this.#stopping.signal });
  }
}

/**
 * Creates the read models again if they have another version, and publishes their queries and the golden dataset.
 * @returns whether it created them.
 */
async function prepare(client: pg.ClientBase): Promise<boolean> {
  const isOther = (await readCheckpoint(client, LIVE_SCHEMA)) === undefined;
  if (isOther) {
    await client.query('BEGIN');
    await createReadModels(client, LIVE_SCHEMA);
    await client.query('COMMIT');
  }
  await publish(client);
  await publishGolden(client);
  return isOther;
}
