import { singleFlight } from '@kinledger/waiting';
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
  /** The service’s database, for which there is a `PoolModule`. */
  readonly database: DatabaseName;
  readonly table: OutboxTable;
}

/** Moves messages from the service’s outbox to the bus; call `wake` after a commit. */
export class Outbox implements OnApplicationBootstrap, OnApplicationShutdown {
  readonly #relay: OutboxRelay;

  constructor(pool: pg.Pool, table: OutboxTable, bus: MessageBus, metrics: Metrics) {
    const logger = new Logger('outbox');
    const failures = metrics.counter({
      name: 'kinledger_outbox_failures_total',
      help: 'Failures to move messages from the outbox to the bus; the messages wait and are moved later.',
    });
    const waiting = singleFlight(() => table.waiting(pool));
    metrics.gauge({
      name: 'kinledger_outbox_messages',
      help: 'Messages that wait in the outbox.',
      collect: async (gauge) => gauge.set((await waiting()).messages),
    });
    metrics.gauge({
      name: 'kinledger_outbox_oldest_seconds',
      help: 'Time for which the oldest message in the outbox has waited; 0 if none waits.',
      collect: async (gauge) => gauge.set((await waiting()).oldestSeconds),
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

  /** Runs after requests and batches in progress, which write to the outbox, and before pool and bus are closed. */
  onApplicationShutdown(): Promise<void> {
    return this.#relay.stop();
  }
}

/** Provides the service’s `Outbox` to modules that import it. */
export class OutboxModule {
  static forRoot({ database, table }: OutboxModuleOptions): DynamicModule {
    return {
      // Not global: Nest closes global modules, which hold pool and bus, in an unsuitable order.
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
