import { topics } from '@kinledger/contracts';
import { createPostgresMessageBus, topicSettings, type MessageBus } from '@kinledger/message-bus';
import { Logger, type DynamicModule, type OnApplicationShutdown } from '@nestjs/common';
import { Health } from '../health/health.js';
import { MESSAGE_BUS } from './message-bus.token.js';

export interface MessageBusModuleOptions {
  /** The database of the bus, with the service's own role. */
  readonly url: string;
  /** The service's name. */
  readonly service: string;
}

const LIFETIME = Symbol('kinledger message bus lifetime');

class MessageBusLifetime implements OnApplicationShutdown {
  constructor(private readonly bus: MessageBus) {}

  /** After subscriptions have stopped in the earlier hooks, and transports have closed. */
  onApplicationShutdown(): Promise<void> {
    return this.bus.close();
  }
}

/** The service's message bus: all topics of the contracts exist before anything else of the service starts. */
export class MessageBusModule {
  static forRoot(options: MessageBusModuleOptions): DynamicModule {
    return {
      module: MessageBusModule,
      global: true,
      providers: [
        { provide: MESSAGE_BUS, useFactory: () => connect(options) },
        {
          provide: LIFETIME,
          inject: [MESSAGE_BUS, Health],
          useFactory: (bus: MessageBus, health: Health) => {
            health.register('message-bus', async () => {
              await bus.lag(options.service);
            });
            return new MessageBusLifetime(bus);
          },
        },
      ],
      exports: [MESSAGE_BUS],
    };
  }
}

async function connect({ url, service }: MessageBusModuleOptions): Promise<MessageBus> {
  const logger = new Logger('message-bus');
  const bus = createPostgresMessageBus({
    url,
    applicationName: `kinledger-${service}`,
    onError: (error) => logger.warn({ err: error }, 'the connection that listens for messages failed'),
  });
  try {
    await bus.ensureTopics(Object.values(topics).map(topicSettings));
    return bus;
  } catch (error) {
    await bus.close();
    throw error;
  }
}
