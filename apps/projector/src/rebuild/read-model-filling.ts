import { isPlacing, type PlacingDecision } from '@kinledger/contracts';
import type { EventStore } from '@kinledger/event-store';
import {
  analyseReadModels,
  createBareReadModels,
  indexReadModels,
  type ReadModelWriter,
} from '@kinledger/read-models';
import type pg from 'pg';
import { ledgerPages } from '../projection/ledger-pages.js';
import { readModelWriter } from '../projection/read-model-writer.js';

export interface ReadModelFillingOptions {
  readonly store: EventStore;
  readonly stream: string;
  /** A dedicated connection, in one transaction from `begin` until after `complete`. */
  readonly client: pg.ClientBase;
  readonly schema: string;
  readonly signal: AbortSignal;
  /** Called now and then with the ledger position and the number of records so far. */
  readonly onProgress: (position: number, records: number) => void;
}

const PROGRESS_EVERY_MS = 200;

/**
 * Fills new read models from the beginning of the ledger, in the caller's transaction: tables created in the same
 * transaction need no write-ahead log, indexes that only readers need are built at the end, and individuals are
 * refreshed once.
 */
export class ReadModelFilling {
  readonly #writer: ReadModelWriter;
  #position = -1;
  #records = 0;
  #reported = 0;
  readonly #options: ReadModelFillingOptions;

  constructor(options: ReadModelFillingOptions) {
    this.#options = options;

    this.#writer = readModelWriter({ ...options, from: 0, filling: true });
  }

  get schema(): string {
    return this.#options.schema;
  }

  async begin(): Promise<void> {
    await createBareReadModels(this.#options.client, this.schema);
    await this.#writer.begin();
  }

  /**
   * Continues up to the position of a closing event; does nothing if it is there already.
   * @throws Error if the signal aborts, and errors of reading and writing.
   */
  async fill(upTo: number): Promise<void> {
    const { store, stream, signal } = this.#options;
    for await (const page of ledgerPages({ store, stream, from: this.#position + 1, upTo })) {
      if (signal.aborted) throw new Error('stopped');
      for (const { event, bodies } of page) {
        await this.#writer.take(event, bodies);
        if (isPlacing(event)) this.#records += entering(event);
        this.#position = event.revision;
      }
      this.#report();
    }
  }

  /** Completes the read models, so that the caller may commit. @returns their position. */
  async complete(): Promise<number> {
    const { client, schema } = this.#options;
    await indexReadModels(client, schema);
    // Otherwise the planner assumes that the tables are empty.
    await analyseReadModels(client, schema);
    await this.#writer.settle(this.#position);
    return this.#position;
  }

  #report(): void {
    const now = performance.now();
    if (now - this.#reported < PROGRESS_EVERY_MS) return;
    this.#reported = now;
    this.#options.onProgress(this.#position, this.#records);
  }
}

/** Number of records that enter the ledger with an event. */
const entering = ({ data }: PlacingDecision): number =>
  data.placements.filter(({ commitments }) => commitments !== undefined).length;
