import process from 'node:process';
import { createPool } from '@kinledger/database';
import { createTestDatabases, type TestDatabases } from '@kinledger/database/testing';
import type { Strategy } from '@kinledger/domain';
import { publish } from '@kinledger/figures';
import { contentDigest, createReadModels, LIVE_SCHEMA } from '@kinledger/read-models';
import type pg from 'pg';
import { expect } from 'vitest';
import { ReadModelFilling } from '../rebuild/read-model-filling.js';
import { DecidedLedger } from './decided-ledger.testing.js';
import { projectLedger, type ProjectOptions } from './project-ledger.js';
import { SmallLedger, STREAM } from './small-ledger.testing.js';

/** Number of runs of a property; KINLEDGER_PROPERTY_FACTOR multiplies the usual number. */
export const tries = (count: number): number =>
  Math.ceil(count * Number(process.env['KINLEDGER_PROPERTY_FACTOR'] ?? 1));

/** A database for the specs of one file, whose read models follow one ledger after another. */
export class ReadModelsUnderTest {
  #databases: TestDatabases | undefined;
  #pool: pg.Pool | undefined;
  #client: pg.PoolClient | undefined;
  #superuser: pg.Pool | undefined;

  async start(postgresUrl: string): Promise<void> {
    this.#databases = await createTestDatabases(postgresUrl);
    this.#pool = createPool({
      url: this.#databases.url('platform', 'projector'),
      applicationName: 'test',
    });
    this.#superuser = createPool({
      url: this.#databases.superuserUrl('platform'),
      applicationName: 'test',
    });
    this.#client = await this.#pool.connect();
    await publish(this.#client);
  }

  async stop(): Promise<void> {
    this.#client?.release();
    await this.#superuser?.end();
    await this.#pool?.end();
    await this.#databases?.drop();
  }

  get client(): pg.PoolClient {
    if (this.#client === undefined) throw new Error('the read models are not started');
    return this.#client;
  }

  get pool(): pg.Pool {
    if (this.#pool === undefined) throw new Error('the read models are not started');
    return this.#pool;
  }

  /** Runs a statement that no service may. */
  async asSuperuser(statement: string): Promise<void> {
    await this.#superuser?.query(statement);
  }

  /** An empty ledger, empty read models, and no figures of a quarter. */
  open(strategy?: Strategy): Promise<DecidedLedger> {
    return this.#begin(new DecidedLedger(strategy));
  }

  /** An empty ledger to write by hand, and empty read models. */
  openSmall(): Promise<SmallLedger> {
    return this.#begin(new SmallLedger());
  }

  async #begin<Ledger extends SmallLedger>(ledger: Ledger): Promise<Ledger> {
    await this.asSuperuser('TRUNCATE ledger.closed_figures, projector.outbox');
    await ledger.open();
    await createReadModels(this.client, LIVE_SCHEMA);
    return ledger;
  }

  /** Projects the ledger to its end. */
  async project(ledger: SmallLedger, onQuarterClosed?: ProjectOptions['onQuarterClosed']): Promise<void> {
    await projectLedger({
      ...{ store: ledger.store, stream: STREAM, client: this.client, schema: LIVE_SCHEMA, onQuarterClosed },
      more: () => Promise.resolve(false),
      signal: new AbortController().signal,
    });
  }

  /**
   * Fills read models from the beginning of the ledger up to a position, the end if it is left out.
   * @throws what filling them throws.
   */
  async rebuild(ledger: SmallLedger, upTo?: number): Promise<void> {
    await this.#filled(ledger, upTo, () => Promise.resolve());
  }

  /** Expects read models that are filled up to a position and then caught up to equal the live ones byte for byte. */
  async expectARebuildToAgree(ledger: SmallLedger, upTo?: number): Promise<void> {
    const live = await contentDigest(this.client, LIVE_SCHEMA);
    await this.#filled(ledger, upTo, async (filling) => {
      await filling.catchUp(await ledger.store.head(STREAM));
      expect(await contentDigest(this.client, 'rebuilt')).toEqual(live);
      expect(await filling.digest()).toBe(live.digest);
    });
  }

  async #filled(
    ledger: SmallLedger,
    upTo: number | undefined,
    look: (filling: ReadModelFilling) => Promise<void>,
  ): Promise<void> {
    const filling = new ReadModelFilling({
      ...{ store: ledger.store, stream: STREAM, client: this.client, schema: 'rebuilt' },
      signal: new AbortController().signal,
      onProgress: () => undefined,
    });
    await this.client.query('BEGIN');
    try {
      await filling.fill(upTo ?? (await ledger.store.head(STREAM)));
      await look(filling);
    } finally {
      await this.client.query('ROLLBACK');
    }
  }
}
