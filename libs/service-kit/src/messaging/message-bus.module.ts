import { topics, type ServiceName } from '@kinledger/contracts';
import { topicSettings, type MessageBus } from '@kinledger/message-bus';
import { Logger, type DynamicModule, type OnApplicationShutdown } from '@nestjs/common';
import type { BusConfig } from '../config/bus-config.js';
import { Health } from '../health/health.js';
import { Metrics } from '../metrics/metrics.js';
import { DependencyWatch } from '../health/dependency-watch.js';
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
          provide: WATCH,
          inject: [Health, Metrics],
          useFactory: async (health: Health, metrics: Metrics) => {
            const logger = new Logger('message-bus');
            const bus = await connect(config, service, logger, standingOf({ health, metrics, logger }));
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
          inject: [MESSAGE_BUS, WATCH],
          useFactory: (bus: MessageBus, watch: ConsumerWatch) => new MessageBusLifetime(bus, watch),
        },
      ],
      exports: [MESSAGE_BUS],
    };
  }
}

/** Whether messages can be published, as metric and in the log. */
const standingOf = ({ health, metrics, logger }: { health: Health; metrics: Metrics; logger: Logger }) =>
  new DependencyWatch({
    ...{ name: 'message bus', health, metrics },
    logger: {
      warn: (text: string) => logger.warn(text),
      info: (told: object, text: string) => logger.log(told, text),
    },
  });

async function connect(
  config: BusConfig,
  service: ServiceName,
  logger: Logger,
  standing: DependencyWatch,
): Promise<MessageBus> {
  const publishing = new PublishWatch({ onStanding: standing.told });
  const configured = await configuredBus(config, {
    clientName: `kinledger-${service}`,
    onError: (error) => logger.warn({ err: error }, 'the connection that listens for messages failed'),
    onRetry: publishing.failed,
  });
  const bus = publishing.over(configured);
  standing.check(() => bus.lag(service));
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
