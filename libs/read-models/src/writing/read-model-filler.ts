import { isErasing, isRestating, type LedgerEvent } from '@kinledger/contracts';
import { IdTable } from '@kinledger/domain';
import type { FillingReadModel, HandledEventType, HandlerOf } from '../read-model.js';
import type { MarkedBodies, MarkedBody } from '../records/marked-bodies.js';
import { readModels } from '../registry.js';
import { Batch } from './batch.js';
import { DatasetRules } from './dataset-rules.js';
import { FilledTable, type TableDigest } from './filled-table.js';
import { Numbers } from './numbers.js';
import type { ReadModelWriterOptions } from './read-model-writer.js';

const noBodies: MarkedBodies = new Map();

/**
 * Fills bare read models from the start of the ledger, in one transaction of the caller: first all events in order and
 * without bodies; then the bodies, in the order in which their records entered; then each row is written once. The
 * result equals what a `ReadModelWriter` writes from the same ledger.
 */
export class ReadModelFiller {
  readonly #rules = new DatasetRules();
  readonly #numbers = new Numbers();
  readonly #batches: readonly Batch[];
  readonly #filling: readonly FillingReadModel[];
  readonly #tables = new Map<string, FilledTable>();
  readonly #handlers = new Map<HandledEventType, readonly HandlerOf[]>();
  readonly #options: ReadModelWriterOptions;

  constructor(options: ReadModelWriterOptions) {
    this.#options = options;
    const { client, readPayload, isErased } = options;
    const shared = { client, isErased, rules: this.#rules, numbers: this.#numbers };
    const filling = {
      ...shared,
      individuals: new IdTable(),
      table: (name: string, columns: readonly string[]) => {
        const table = new FilledTable(client, name, columns);
        this.#tables.set(name, table);
        return table;
      },
    };
    this.#batches = readModels.map(() => new Batch());
    this.#filling = readModels.map((readModel, index) =>
      readModel.fill(
        { ...shared, readPayload, batch: this.#batches[index] ?? new Batch(), flush: () => this.#flush() },
        filling,
      ),
    );
  }

  async begin(): Promise<void> {
    const { client, schema } = this.#options;
    await client.query(`SET LOCAL search_path TO ${schema}, pg_temp`);
    await this.#rules.load(client);
    await this.#numbers.load(client);
  }

  /** Takes one event of the ledger, in order. */
  take(event: LedgerEvent): Promise<void> | undefined {
    if (isErasing(event)) {
      for (const { filler } of this.#filling) filler?.erase?.(event.data.records);
      return undefined;
    }
    if (isRestating(event)) return undefined;
    let waiting: Promise<void> | undefined;
    for (const handle of this.#handlersOf(event.type)) {
      // Each handler waits for the one before, which writes what it may read.
      waiting = waiting === undefined ? handle(event, noBodies) : waiting.then(() => handle(event, noBodies));
    }
    return waiting;
  }

  /** Called after all events were taken. */
  async readyForBodies(): Promise<void> {
    await this.#flush();
    for (const { filler } of this.#filling) await filler?.readyForBodies?.();
  }

  /** Takes the bodies of the records that entered next; their order within one call does not matter. */
  async takeBodies(rows: readonly MarkedBody[]): Promise<void> {
    for (const { filler } of this.#filling) await filler?.takeBodies?.(rows);
  }

  /** Writes everything; the caller creates the indexes. @returns digests of the tables that were written completely. */
  async finish(position: number): Promise<ReadonlyMap<string, TableDigest>> {
    for (const readModel of this.#filling) await (readModel.filler?.finish() ?? readModel.settle?.());
    const digests = new Map<string, TableDigest>();
    for (const [name, table] of this.#tables) digests.set(name, await table.finish());
    await this.#numbers.save(this.#options.client, position);
    return digests;
  }

  async #flush(): Promise<void> {
    for (const batch of this.#batches) await batch.flush();
  }

  #handlersOf(type: HandledEventType): readonly HandlerOf[] {
    const known = this.#handlers.get(type);
    if (known !== undefined) return known;
    const handlers = this.#filling.flatMap((readModel) => readModel.handlerOf(type) ?? []);
    this.#handlers.set(type, handlers);
    return handlers;
  }
}
