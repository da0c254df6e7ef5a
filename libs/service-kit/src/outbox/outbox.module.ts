import type { DatabaseName } from '@kinledger/database';
import { OutboxRelay, type MessageBus, type OutboxTable } from '@kinledger/message-bus';
import {
  Logger,
  type DynamicModule,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
} from '@nestjs/common';
import type pg from 'pg';
import { MESSAGE_BUS } from '../messaging/message-bus.token.js';
import { Metrics } from '../metrics/metrics.js';
import { poolToken } from '../persistence/pool.module.js';

export interface OutboxModuleOptions {
  /** The service’s database, of which there is a `PoolModule`. */
  readonly database: DatabaseName;
  readonly table: OutboxTable;
}

/** Moves what was written to the service’s outbox to the bus; `wake` it after a commit. */
export class Outbox implements OnApplicationBootstrap, OnApplicationShutdown {
  readonly #relay: OutboxRelay;

  constructor(pool: pg.Pool, table: OutboxTable, bus: MessageBus, metrics: Metrics) {
    const logger = new Logger('outbox');
    const failures = metrics.counter({
      name: 'kinledger_outbox_failures_total',
      help: 'Failures to move messages from the outbox to the bus; they wait, and go later.',
    });
    metrics.gauge({
      name: 'kinledger_outbox_messages',
      help: 'Messages that wait in the outbox.',
      collect: async (gauge) => gauge.set((await table.waiting(pool)).messages),
    });
    metrics.gauge({
      name: 'kinledger_outbox_oldest_seconds',
      help: 'Time for which the oldest message in the outbox has waited; 0 where none waits.',
      collect: async (gauge) => gauge.set((await table.waiting(pool)).oldestSeconds),
    });
    this.#relay = new OutboxRelay({
      pool,
      table,
      bus,
      onError: (error) => {
        failures.inc();
        logger.error({ err: error }, 'messages wait in the outbox');
      },
    });
  }

  wake(): void {
    this.#relay.wake();
  }

  onApplicationBootstrap(): void {
    this.#relay.start();
  }

  /** After requests and batches in hand, which write to it; before pool and bus are closed. */
  onApplicationShutdown(): Promise<void> {
    return this.#relay.stop();
  }
}

/** Gives the modules that import it the service’s `Outbox`. */
export class OutboxModule {
  static forRoot({ database, table }: OutboxModuleOptions): DynamicModule {
    return {
      // Not global: Nest would end global modules, which hold pool and bus, in no order that helps.
      module: OutboxModule,
      providers: [
        {
          provide: Outbox,
          inject: [poolToken(database), MESSAGE_BUS, Metrics],
          useFactory: (pool: pg.Pool, bus: MessageBus, metrics: Metrics) =>
            new Outbox(pool, table, bus, metrics),
        },
      ],
      exports: [Outbox],
    };
  }
}
