import { isForeignEvent, type ForeignEvent } from '@kinledger/contracts';
import { publish } from '@kinledger/figures';
import { analyseReadModels, createReadModels, LIVE_SCHEMA, readCheckpoint } from '@kinledger/read-models';
import type { EventStore } from '@kinledger/event-store';
import { isAborted, pauseUnlessAborted, WakeUp } from '@kinledger/waiting';
import type pg from 'pg';
import { projectLedger, type AppliedDecisions } from './project-ledger.js';

export interface LiveProjectionOptions {
  readonly store: EventStore;
  readonly stream: string;
  readonly pool: pg.Pool;
  /** Told of progress and failures; the projection goes on by itself after a failure. */
  readonly onApplied: (progress: AppliedDecisions) => void;
  readonly onError: (error: unknown) => void;
  /** Told once of what no repetition cures: nothing is projected until a person has looked and the process starts anew. */
  readonly onHalt: (halt: ForeignEvent) => void;
  /** Told whenever the end of the ledger was reached, whether or not anything new was there. */
  readonly onCaughtUp: () => void;
}

/** Key of the advisory lock that makes one process the writer of read models. */
const WRITER_LOCK = 7_163_503;
const POLL_MS = 2_000;
const FAILED_PAUSE_MS = 1_000;
/** A linker that died in the middle of a decision must not hold our transaction open for ever. */
const MID_DECISION_POLL_MS = 500;
const MID_DECISION_PATIENCE = 20;
/** Events from which on a plan matters. */
const WORTH_ANALYSING = 20;

/**
 * Keeps the live read models at the end of the ledger. One process of several is the writer; the others stand by.
 * A wake-up only shortens the wait: what is applied comes from the ledger.
 */
export class LiveProjection {
  readonly #stopping = new AbortController();
  #running: Promise<void> | undefined;
  readonly #wakeUp = new WakeUp();
  #paused: Promise<void> = Promise.resolve();
  #busy: Promise<void> = Promise.resolve();
  #writing = false;
  #position = 0;
  /** When the first failure since the last success was, of `performance.now()`. */
  #failingSince: number | undefined;
  #halt: ForeignEvent | undefined;
  /** Position at which the planner last learnt how much there is of what. */
  #analysedAt = 0;
  readonly #options: LiveProjectionOptions;

  constructor(options: LiveProjectionOptions) {
    this.#options = options;
  }

  get isWriter(): boolean {
    return this.#writing;
  }

  /** How long every try has failed; 0 while they succeed. */
  get failingMs(): number {
    return this.#failingSince === undefined ? 0 : performance.now() - this.#failingSince;
  }

  /** Why nothing more is projected. */
  get haltedBy(): ForeignEvent | undefined {
    return this.#halt;
  }

  start(): void {
    this.#running = this.#run();
  }

  /** There is more in the ledger. */
  wake(): void {
    this.#wakeUp.call();
  }

  /** Runs work while the live projection writes nothing: after the decision in hand, before the next. */
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

  /** Finishes the decision in hand, keeps its progress. */
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

  /** Runs work that writes, once nobody has the projection paused; whoever pauses it then waits for the end. */
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
    // Without a listener a connection that breaks between two queries would end the process.
    const onError = (error: Error) => (broken = error);
    client.on('error', onError);
    try {
      const { rows } = await client.query<{ won: boolean }>('SELECT pg_try_advisory_lock($1) AS won', [
        WRITER_LOCK,
      ]);
      if (rows[0]?.won !== true) {
        // Another process is the writer: what it fails at is its own to tell.
        this.#failingSince = undefined;
        return await this.#sleep(POLL_MS);
      }
      this.#writing = true;
      // What a server loses when it fails, it loses with its checkpoint: it is applied again from the ledger.
      await client.query('SET synchronous_commit TO off');
      // Making the tables is writing too: a rebuild that takes their place waits for it.
      await this.#unlessPaused(() => prepare(client));
      while (!signal.aborted) {
        await this.#unlessPaused(async () => {
          this.#position = await projectLedger({
            ...this.#options,
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
        this.#failingSince = undefined;
        if (!isAborted(signal)) this.#options.onCaughtUp();
        await this.#unlessPaused(() => this.#analyseOnceDoubled(client));
        await this.#sleep(POLL_MS);
      }
    } finally {
      this.#writing = false;
      client.off('error', onError);
      // The lock is the session's: it ends with the connection.
      client.release(true);
    }
  }

  /** Readers need not wait for the server to notice by itself that tables have grown: until then it plans as for small ones. */
  async #analyseOnceDoubled(client: pg.ClientBase): Promise<void> {
    if (this.#position < 2 * this.#analysedAt || this.#position < WORTH_ANALYSING) return;
    await analyseReadModels(client, LIVE_SCHEMA);
    this.#analysedAt = this.#position;
  }

  #sleep(ms: number): Promise<void> {
    return this.#wakeUp.wait({ ms, signal: this.#stopping.signal });
  }
}

/** Read models of another version are made anew from the ledger; there is nothing to patch. Then reports may ask of them. */
async function prepare(client: pg.ClientBase): Promise<void> {
  if ((await readCheckpoint(client, LIVE_SCHEMA)) === undefined) {
    await client.query('BEGIN');
    await createReadModels(client, LIVE_SCHEMA);
    await client.query('COMMIT');
  }
  await publish(client);
}
