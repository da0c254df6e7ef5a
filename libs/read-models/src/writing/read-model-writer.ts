import type { LedgerEvent } from '@kinledger/contracts';
import type { Bodies } from '@kinledger/domain';
import type pg from 'pg';
import { eraseRecords } from '../erase-records.js';
import { readModels } from '../registry.js';
import type { HandledEventType, OpenReadModel, Writing } from '../read-model.js';
import { Batch } from './batch.js';
import { DatasetRules } from './dataset-rules.js';

export interface ReadModelWriterOptions extends Pick<Writing, 'readPayload' | 'isErased'> {
  /** A connection of its own. */
  readonly client: pg.ClientBase;
  readonly schema: string;
  /** Empty read models are filled: every individual is brought up to date in the end, not those that changed. */
  readonly filling?: boolean;
}

type Handle = NonNullable<ReturnType<OpenReadModel['handlerOf']>>;

/**
 * Writes the ledger's events, in their order, into one schema of read models. Between `begin` and `settle` it is in one
 * transaction of the caller's, of one whole decision or of many: the outcome is the same.
 */
export class ReadModelWriter {
  readonly #rules = new DatasetRules();
  readonly #batches: readonly Batch[];
  readonly #open: readonly OpenReadModel[];
  readonly #handlers = new Map<HandledEventType, readonly Handle[]>();
  readonly #options: ReadModelWriterOptions;

  constructor(options: ReadModelWriterOptions) {
    this.#options = options;

    const { client, readPayload, isErased, filling = false } = options;
    this.#batches = readModels.map(() => new Batch());
    this.#open = readModels.map((readModel, index) =>
      readModel.open({
        ...{ client, readPayload, isErased, filling },
        rules: this.#rules,
        batch: this.#batches[index] ?? new Batch(),
        flush: () => this.#flush(),
      }),
    );
  }

  /** Begins to write in the transaction that the client is in. */
  async begin(): Promise<void> {
    const { client, schema } = this.#options;
    await client.query(`SET LOCAL search_path TO ${schema}, pg_temp`);
    await this.#rules.load(client);
    for (const readModel of this.#open) await readModel.begin();
  }

  /** Takes one event. `bodies` has those of the records that the event brings into the ledger. */
  async take(event: LedgerEvent, bodies: Bodies): Promise<void> {
    if (event.type === 'RecordErased') {
      await this.#flush();
      return eraseRecords(this.#options.client, event.data.records);
    }
    for (const handle of this.#handlersOf(event.type)) {
      const waiting = handle(event, bodies);
      if (waiting !== undefined) await waiting;
    }
  }

  /** Everything is written, individuals are brought up to date, the checkpoint moves: the caller may commit. */
  async settle(position: number): Promise<void> {
    await this.#flush();
    for (const readModel of this.#open) await readModel.settle();
    await this.#options.client.query('UPDATE checkpoint SET position = $1', [position]);
  }

  async #flush(): Promise<void> {
    for (const batch of this.#batches) await batch.flush();
  }

  #handlersOf(type: HandledEventType): readonly Handle[] {
    const known = this.#handlers.get(type);
    if (known !== undefined) return known;
    const handlers = this.#open.flatMap((readModel) => readModel.handlerOf(type) ?? []);
    this.#handlers.set(type, handlers);
    return handlers;
  }
}
