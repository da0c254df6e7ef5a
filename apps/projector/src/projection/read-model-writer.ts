import type { LedgerEvent, PseudonymisedRow } from '@kinledger/contracts';
import type { EventStore } from '@kinledger/event-store';
import type pg from 'pg';
import { DecisionWriter } from './decision-writer.js';
import { DefinitionWriter } from './definition-writer.js';
import { ErasedRecords } from './erased-records.js';
import { TouchedIndividuals } from './touched-individuals.js';

export interface ReadModelWriterOptions {
  readonly store: EventStore;
  readonly stream: string;
  /** A connection of its own. */
  readonly client: pg.ClientBase;
  readonly schema: string;
  /** Revision of the first event that it will be given. */
  readonly from: number;
  /** Empty read models are filled: every individual is brought up to date in the end, not those that changed. */
  readonly filling?: boolean;
}

/**
 * Writes the ledger's events, in their order, into one schema of read models. Between `begin` and `settle` it is in one
 * transaction of the caller's, of one whole decision or of many: the outcome is the same.
 */
export class ReadModelWriter {
  private readonly touched: TouchedIndividuals;
  private readonly definitions: DefinitionWriter;
  private readonly decisions: DecisionWriter;

  constructor(private readonly options: ReadModelWriterOptions) {
    const { client, schema, store, stream, from, filling = false } = options;
    this.touched = new TouchedIndividuals(client, filling);
    this.definitions = new DefinitionWriter(client, schema, store, this.touched);
    const erased = new ErasedRecords(store, stream, from);
    this.decisions = new DecisionWriter(
      client,
      this.touched,
      (dataset) => this.definitions.rulesOf(dataset),
      (record) => erased.has(record),
    );
  }

  /** Begins to write in the transaction that the client is in. */
  async begin(): Promise<void> {
    const { client, schema } = this.options;
    await this.touched.begin();
    await client.query(`SET LOCAL search_path TO ${schema}, pg_temp`);
    await this.definitions.load();
  }

  /** Takes one event. `row` is the record's body where the event brings a new record into the ledger. */
  async take(event: LedgerEvent, row: PseudonymisedRow | undefined): Promise<void> {
    if (event.type === 'ProgrammeDefined' || event.type === 'StrategyAdopted') {
      await this.decisions.flush();
      await this.definitions.take(event);
    } else {
      await this.decisions.take(event, row);
    }
  }

  /** Everything is written, individuals are brought up to date, the checkpoint moves: the caller may commit. */
  async settle(position: number): Promise<void> {
    await this.decisions.flush();
    await this.touched.settle();
    await this.options.client.query('UPDATE checkpoint SET position = $1', [position]);
  }
}
