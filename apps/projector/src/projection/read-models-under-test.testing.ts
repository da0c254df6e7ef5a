import process from 'node:process';
import { createPool } from '@kinledger/database';
import { createTestDatabases, type TestDatabases } from '@kinledger/database/testing';
import { publish } from '@kinledger/figures';
import { createReadModels, LIVE_SCHEMA } from '@kinledger/read-models';
import type pg from 'pg';
import { DecidedLedger } from './decided-ledger.testing.js';
import { projectLedger } from './project-ledger.js';
import { STREAM, type SmallLedger } from './small-ledger.testing.js';

/** Number of runs of a property; KINLEDGER_PROPERTY_FACTOR multiplies the usual number. */
export const tries = (count: number): number =>
  Math.ceil(count * Number(process.env['KINLEDGER_PROPERTY_FACTOR'] ?? 1));

/** A database for the specs of one file, whose read models follow one ledger after another. */
export class ReadModelsUnderTest {
  #databases: TestDatabases | undefined;
  #pool: pg.Pool | undefined;
  #client: pg.PoolClient | undefined;

  async start(postgresUrl: string): Promise<void> {
    this.#databases = await createTestDatabases(postgresUrl);
    this.#pool = createPool({
      url: this.#databases.url('platform', 'projector'),
      applicationName: 'test',
    });
    this.#client = await this.#pool.connect();
    await publish(this.#client);
  }

  async stop(): Promise<void> {
    this.#client?.release();
    await this.#pool?.end();
    await this.#databases?.drop();
  }

  get client(): pg.PoolClient {
    if (this.#client === undefined) throw new Error('the read models are not started');
    return this.#client;
  }

  /** An empty ledger, and empty read models. */
  async open(): Promise<DecidedLedger> {
    const ledger = new DecidedLedger();
    await ledger.open();
    await createReadModels(this.client, LIVE_SCHEMA);
    return ledger;
  }

  /** Projects the ledger to its end. */
  async project(ledger: SmallLedger): Promise<void> {
    await projectLedger({
      ...{ store: ledger.store, stream: STREAM, client: this.client, schema: LIVE_SCHEMA },
      more: () => Promise.resolve(false),
      signal: new AbortController().signal,
    });
  }
}
