import { topics, type ServiceName } from '@kinledger/contracts';
import { topicSettings, type MessageBus } from '@kinledger/message-bus';
import { singleFlight } from '@kinledger/waiting';
import { Logger, type DynamicModule, type OnApplicationShutdown } from '@nestjs/common';
import type { BusConfig } from '../config/bus-config.js';
import { Health } from '../health/health.js';
import { Metrics } from '../metrics/metrics.js';
import { configuredBus } from './configured-bus.js';
import { ConsumerWatch } from './consumer-watch.js';
import { MESSAGE_BUS } from './message-bus.token.js';
import { PublishWatch } from './publish-watch.js';

interface MessageBusModuleOptions {
  /** The configuration from `busConfig`. */
  readonly bus: BusConfig;
  readonly service: ServiceName;
}

const WATCH = Symbol('kinledger consumer watch');
const PUBLISHING = Symbol('kinledger publish watch');
const LIFETIME = Symbol('kinledger message bus lifetime');

class MessageBusLifetime implements OnApplicationShutdown {
  readonly #bus: MessageBus;
  readonly #watch: ConsumerWatch;

  constructor(bus: MessageBus, watch: ConsumerWatch) {
    this.#bus = bus;
    this.#watch = watch;
  }

  /** Runs after subscriptions have stopped in earlier hooks, and transports have closed. */
  async onApplicationShutdown(): Promise<void> {
    await this.#watch.stop();
    await this.#bus.close();
  }
}

/**
 * Provides the service's message bus, PostgreSQL or Kafka: the topics that it produces or consumes are created before
 * anything else of the service starts, and every subscription is watched.
 */
export class MessageBusModule {
  static forRoot({ bus: config, service }: MessageBusModuleOptions): DynamicModule {
    return {
      module: MessageBusModule,
      global: true,
      providers: [
        {
          provide: PUBLISHING,
          useFactory: () => {
            const logger = new Logger('message-bus');
            return new PublishWatch({
              onStanding: (standing) =>
                standing.state === 'away'
                  ? logger.warn({ why: standing.why }, 'the message bus does not store messages')
                  : logger.log({ seconds: standing.afterMs / 1000 }, 'the message bus stores messages again'),
            });
          },
        },
        {
          provide: WATCH,
          inject: [PUBLISHING, Health, Metrics],
          useFactory: async (publishing: PublishWatch, health: Health, metrics: Metrics) => {
            const logger = new Logger('message-bus');
            const bus = await connect(config, service, logger, publishing);
            return new ConsumerWatch({
              bus,
              health,
              metrics,
              stallMs: config.stallMs,
              onChange: (stalled) =>
                stalled.length === 0
                  ? logger.log('consumers have resumed')
                  : logger.error({ stalled }, 'consumers are stalled although messages wait'),
            });
          },
        },
        { provide: MESSAGE_BUS, inject: [WATCH], useFactory: (watch: ConsumerWatch) => watch.bus },
        {
          provide: LIFETIME,
          inject: [MESSAGE_BUS, WATCH, PUBLISHING, Health, Metrics],
          useFactory: (
            bus: MessageBus,
            watch: ConsumerWatch,
            publishing: PublishWatch,
            health: Health,
            metrics: Metrics,
          ) => {
            const ask = singleFlight(() => bus.lag(service));
            health.register('message-bus', async () => {
              await ask();
            });
            metrics.away(
              {
                name: 'kinledger_message_bus_away',
                help: '1 while the message bus does not answer this service, or does not store its messages, else 0.',
                labels: [],
              },
              {},
              async () => {
                publishing.requireThrough();
                await ask();
              },
            );
            return new MessageBusLifetime(bus, watch);
          },
        },
      ],
      exports: [MESSAGE_BUS],
    };
  }
}

async function connect(
  config: BusConfig,
  service: ServiceName,
  logger: Logger,
  publishing: PublishWatch,
): Promise<MessageBus> {
  const configured = await configuredBus(config, {
    clientName: `kinledger-${service}`,
    onError: (error) => logger.warn({ err: error }, 'the connection that listens for messages failed'),
    onRetry: publishing.failed,
  });
  const bus = publishing.over(configured);
  const its = Object.values(topics).filter(({ producers, consumers }) =>
    // Each of the two lists has a literal type of its topic.
    [...(producers as readonly ServiceName[]), ...(consumers as readonly ServiceName[])].includes(service),
  );
  try {
    await bus.ensureTopics(its.map(topicSettings));
    return bus;
  } catch (error) {
    await bus.close();
    throw error;
  }
}
