import { isErasing, isRestating, type LedgerEvent } from '@kinledger/contracts';
import type pg from 'pg';
import { eraseRecords } from '../erase-records.js';
import { readModels } from '../registry.js';
import type { MarkedBodies } from '../records/marked-bodies.js';
import type { HandledEventType, HandlerOf, OpenReadModel, Writing } from '../read-model.js';
import { Batch } from './batch.js';
import { DatasetRules } from './dataset-rules.js';
import { Numbers } from './numbers.js';

export interface ReadModelWriterOptions extends Pick<Writing, 'readPayload' | 'isErased'> {
  /** A connection that nothing else uses. */
  readonly client: pg.ClientBase;
  readonly schema: string;
}

/**
 * Writes the ledger's events, in order, into one schema of read models. From `begin` to `settle` it runs in one
 * transaction of the caller, which may contain one whole decision or several: the result is the same.
 */
export class ReadModelWriter {
  readonly #rules = new DatasetRules();
  readonly #numbers = new Numbers();
  readonly #batches: readonly Batch[];
  readonly #open: readonly OpenReadModel[];
  readonly #handlers = new Map<HandledEventType, readonly HandlerOf[]>();
  readonly #options: ReadModelWriterOptions;

  constructor(options: ReadModelWriterOptions) {
    this.#options = options;
    const { client, readPayload, isErased } = options;
    this.#batches = readModels.map(() => new Batch());
    this.#open = readModels.map((readModel, index) =>
      readModel.open({
        ...{ client, readPayload, isErased, numbers: this.#numbers },
        rules: this.#rules,
        batch: this.#batches[index] ?? new Batch(),
        flush: () => this.#flush(),
      }),
    );
  }

  /** Begins to write in the client's current transaction. */
  async begin(): Promise<void> {
    const { client, schema } = this.#options;
    await client.query(`SET LOCAL search_path TO ${schema}, pg_temp`);
    await this.#rules.load(client);
    await this.#numbers.load(client);
  }

  /** Takes one event. `bodies` contains the bodies of the records that the event adds to the ledger. */
  async take(event: LedgerEvent, bodies: MarkedBodies): Promise<void> {
    if (isErasing(event)) {
      await this.#flush();
      return eraseRecords(this.#options.client, event.data.records);
    }
    if (isRestating(event)) return;
    for (const handle of this.#handlersOf(event.type)) {
      const waiting = handle(event, bodies);
      if (waiting !== undefined) await waiting;
    }
  }

  /** Writes everything, refreshes individuals and moves the checkpoint; the caller may then commit. */
  async settle(position: number): Promise<void> {
    await this.#flush();
    for (const readModel of this.#open) await readModel.settle?.();
    await this.#numbers.save(this.#options.client, position);
  }

  async #flush(): Promise<void> {
    for (const batch of this.#batches) await batch.flush();
  }

  #handlersOf(type: HandledEventType): readonly HandlerOf[] {
    const known = this.#handlers.get(type);
    if (known !== undefined) return known;
    const handlers = this.#open.flatMap((readModel) => readModel.handlerOf(type) ?? []);
    this.#handlers.set(type, handlers);
    return handlers;
  }
}
