import { createPool, diskFullChannel, type DatabaseName } from '@kinledger/database';
import { Inject, Injectable, Logger, type DynamicModule, type OnApplicationShutdown } from '@nestjs/common';
import type pg from 'pg';
import type { Counter } from 'prom-client';
import { Health } from '../health/health.js';
import { Metrics } from '../metrics/metrics.js';
import { awaitDatabase } from './await-database.js';

export interface PoolModuleOptions {
  readonly database: DatabaseName;
  readonly url: string;
  /** Shown in pg_stat_activity: the service's name. */
  readonly service: string;
  readonly max?: number;
}

/** Injection token of how long a starting service waits for its databases, in milliseconds. */
export const START_PATIENCE = Symbol('kinledger start patience');

/** Injection token of a database's pool, for factory providers. */
export const poolToken = (database: DatabaseName): string => `kinledger pool ${database}`;

/** Injects the `pg.Pool` of a database: `constructor(@InjectPool('platform') private readonly pool: pg.Pool)`. */
export const InjectPool = (database: DatabaseName) => Inject(poolToken(database));

const SAMPLE_MS = 1_000;
/** A query of a scrape. If the server does not answer in time, the pool replaces the connection. */
const scraped = (text: string) => ({ text, query_timeout: 1_500 });

const connectionsOf = ({ totalCount, idleCount, waitingCount }: pg.Pool) => ({
  busy: totalCount - idleCount,
  idle: idleCount,
  waiting: waitingCount,
});

@Injectable()
class PoolLifetime implements OnApplicationShutdown {
  readonly #pool: pg.Pool;
  // Not read at a scrape, since the scrape's own queries would be what is seen.
  #seen = { busy: 0, idle: 0, waiting: 0 };
  readonly #sampling: NodeJS.Timeout;
  readonly #refusals: Counter;
  readonly #countRefusal = () => this.#refusals.inc();

  constructor(pool: pg.Pool, health: Health, metrics: Metrics, database: DatabaseName) {
    this.#pool = pool;
    health.register(`${database}-database`, async () => {
      await pool.query('SELECT 1');
    });
    metrics.away(
      {
        name: 'kinledger_database_away',
        help: '1 while a database does not answer this service, else 0.',
        labels: ['database'],
      },
      { database },
      () => pool.query(scraped('SELECT 1')),
    );
    this.#refusals = metrics.counter({
      name: 'kinledger_database_full_errors_total',
      help: 'Statements of this service that a database refused because its disk is full.',
    });
    diskFullChannel.subscribe(this.#countRefusal);
    this.#sampling = setInterval(() => (this.#seen = connectionsOf(pool)), SAMPLE_MS);
    this.#sampling.unref();
    for (const state of ['busy', 'idle', 'waiting'] as const) {
      metrics.series(
        {
          name: 'kinledger_database_connections',
          help: 'Connections of the service to a database, within the last second: busy, idle, or work that waits for one.',
          labels: ['database', 'state'],
        },
        { database, state },
        () => this.#seen[state],
      );
    }
    metrics.series(
      {
        name: 'kinledger_database_bytes',
        help: 'Size of a database on disk.',
        labels: ['database'],
      },
      { database },
      async () => {
        const { rows } = await pool.query<{ bytes: number }>(
          scraped('SELECT pg_database_size(current_database())::float8 AS bytes'),
        );
        return rows[0]?.bytes ?? Number.NaN;
      },
    );
  }

  /** Runs last, because batches that finish in an earlier hook still need the pool. */
  async onApplicationShutdown(): Promise<void> {
    clearInterval(this.#sampling);
    diskFullChannel.unsubscribe(this.#countRefusal);
    await this.#pool.end();
  }
}

/**
 * The service's pool for one database: at start it waits a while until the migrations are those of this code; it is
 * part of readiness, and closed after everything else.
 */
export class PoolModule {
  static forRoot(options: PoolModuleOptions): DynamicModule {
    const pool = poolToken(options.database);
    return {
      module: PoolModule,
      global: true,
      providers: [
        {
          provide: pool,
          inject: [{ token: START_PATIENCE, optional: true }],
          useFactory: async (patienceMs: number | undefined): Promise<pg.Pool> => {
            const created = createPool({
              url: options.url,
              applicationName: `kinledger-${options.service}`,
              ...(options.max === undefined ? {} : { max: options.max }),
            });
            const onWaiting = (why: string) =>
              new Logger('database').warn({ why }, 'waiting for the database');
            try {
              await awaitDatabase(created, options.database, { patienceMs: patienceMs ?? 0, onWaiting });
            } catch (error) {
              await created.end();
              throw error;
            }
            return created;
          },
        },
        {
          provide: `${pool} lifetime`,
          inject: [pool, Health, Metrics],
          useFactory: (created: pg.Pool, health: Health, metrics: Metrics) =>
            new PoolLifetime(created, health, metrics, options.database),
        },
      ],
      exports: [pool],
    };
  }
}
