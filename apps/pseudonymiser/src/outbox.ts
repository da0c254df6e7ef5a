import { OutboxRelay, type MessageBus } from '@kinledger/message-bus';
import { InjectMessageBus, InjectPool } from '@kinledger/service-kit';
import { Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import pg from 'pg';
import { SCHEMA } from './files/finished-files.js';

/** Moves what was written to the outbox to the bus; `wake` it after a commit. */
@Injectable()
export class Outbox implements OnApplicationBootstrap, OnApplicationShutdown {
  readonly #logger = new Logger('outbox');
  readonly #relay: OutboxRelay;

  constructor(@InjectPool('restricted') pool: pg.Pool, @InjectMessageBus() bus: MessageBus) {
    this.#relay = new OutboxRelay({
      pool,
      schema: SCHEMA,
      bus,
      onError: (error) => this.#logger.error({ err: error }, 'messages wait in the outbox'),
    });
  }

  wake(): void {
    this.#relay.wake();
  }

  onApplicationBootstrap(): void {
    this.#relay.start();
  }

  /** After the files in hand have ended; before the pool closes. */
  onApplicationShutdown(): Promise<void> {
    return this.#relay.stop();
  }
}
