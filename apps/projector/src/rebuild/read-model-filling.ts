import type { EventStore } from '@kinledger/event-store';
import {
  analyseReadModels,
  contentDigest,
  createBareReadModels,
  indexReadModels,
  type ReadModelFiller,
  type TableDigest,
} from '@kinledger/read-models';
import type pg from 'pg';
import { ledgerPages, bodiesBySegment } from '../projection/ledger-pages.js';
import { readModelFiller, readModelWriter } from '../projection/read-model-writer.js';

export interface ReadModelFillingOptions {
  readonly store: EventStore;
  readonly stream: string;
  /** A dedicated connection, in one transaction from `begin` on. */
  readonly client: pg.ClientBase;
  readonly schema: string;
  readonly signal: AbortSignal;
  /** Called now and then with the ledger position and the number of records so far. */
  readonly onProgress: (position: number, records: number) => void;
}

const PROGRESS_EVERY_MS = 200;

/**
 * Fills new read models from the beginning of the ledger, all in one transaction of the caller's. It reads all events
 * first, which tell where each record ends up, then the bodies, and writes each row once: tables that are made in the
 * transaction that fills them need no write-ahead log, and indexes are made over the whole at the end. What the ledger
 * grew by meanwhile is added as the live projection adds it.
 */
export class ReadModelFilling {
  readonly #filler: ReadModelFiller;
  #position = -1;
  #records = 0;
  #reported = 0;
  /** Digests of tables as they were written, until more is added. */
  #digests: ReadonlyMap<string, TableDigest> = new Map();
  readonly #options: ReadModelFillingOptions;

  constructor(options: ReadModelFillingOptions) {
    this.#options = options;
    this.#filler = readModelFiller(options);
  }

  get schema(): string {
    return this.#options.schema;
  }

  /**
   * Makes the read models, and fills them up to a position that closes a decision.
   * @throws Error when the signal aborts, and what reading and writing throw.
   */
  async fill(upTo: number): Promise<void> {
    const { store, stream, client } = this.#options;
    await createBareReadModels(client, this.schema);
    await this.#filler.begin();
    const ends: number[] = [];
    for await (const page of ledgerPages({ store, stream, from: 0, upTo, withBodies: false })) {
      this.#stopIfAborted();
      for (const { event } of page) {
        const waiting = this.#filler.take(event);
        if (waiting !== undefined) await waiting;
        this.#position = event.revision;
      }
      ends.push(this.#position);
      this.#report();
    }
    await this.#filler.readyForBodies();
    for await (const bodies of bodiesBySegment(store, stream, ends)) {
      this.#stopIfAborted();
      await this.#filler.takeBodies(bodies);
      this.#records += bodies.length;
      this.#report();
    }
    this.#digests = await this.#filler.finish(this.#position);
    await indexReadModels(client, this.schema);
    // Else the planner takes full tables for empty ones.
    await analyseReadModels(client, this.schema);
  }

  /** Adds what the ledger has grown by, up to a position that closes a decision; where it is there already, does nothing. */
  async catchUp(upTo: number): Promise<void> {
    if (upTo <= this.#position) return;
    const from = this.#position + 1;
    const writer = readModelWriter({ ...this.#options, from });
    await writer.begin();
    const { store, stream } = this.#options;
    for await (const page of ledgerPages({ store, stream, from, upTo })) {
      this.#stopIfAborted();
      for (const { event, bodies } of page) {
        await writer.take(event, bodies);
        this.#position = event.revision;
      }
      this.#report();
    }
    await writer.settle(this.#position);
    this.#digests = new Map();
  }

  /** Where the read models stand. */
  get position(): number {
    return this.#position;
  }

  /** The content digest of what was written: of whole tables as they were written, where nothing was added since. */
  async digest(): Promise<string> {
    return (await contentDigest(this.#options.client, this.schema, this.#digests)).digest;
  }

  #stopIfAborted(): void {
    if (this.#options.signal.aborted) throw new Error('stopped');
  }

  #report(): void {
    const now = performance.now();
    if (now - this.#reported < PROGRESS_EVERY_MS) return;
    this.#reported = now;
    this.#options.onProgress(this.#position, this.#records);
  }
}
