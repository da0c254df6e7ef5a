import { OutboxRelay, type MessageBus } from '@kinledger/message-bus';
import { InjectMessageBus, InjectPool } from '@kinledger/service-kit';
import {
  Global,
  Injectable,
  Logger,
  Module,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import pg from 'pg';

export const OUTBOX_SCHEMA = 'ingest';

/** Moves what was written to the outbox to the bus; `wake` it after a commit. */
@Injectable()
export class Outbox implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly #logger = new Logger('outbox');
  readonly #relay: OutboxRelay;

  constructor(@InjectPool('restricted') pool: pg.Pool, @InjectMessageBus() bus: MessageBus) {
    this.#relay = new OutboxRelay({
      pool,
      schema: OUTBOX_SCHEMA,
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

  beforeApplicationShutdown(): Promise<void> {
    return this.#relay.stop();
  }
}

@Global()
@Module({ providers: [Outbox], exports: [Outbox] })
export class OutboxModule {}
