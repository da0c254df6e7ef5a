import { topics, type ServiceName, type Topic } from '@kinledger/contracts';
import type { MessageBus } from '@kinledger/message-bus';
import { Logger } from '@nestjs/common';
import type { MicroserviceOptions } from '@nestjs/microservices';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { BusConfig } from '../config/bus-config.js';
import { MESSAGE_BUS } from '../messaging/message-bus.token.js';
import { Metrics } from '../metrics/metrics.js';
import { BatchTransport, type BatchTransportOptions } from './batch-transport.js';

const allTopics: readonly Topic[] = Object.values(topics);

/**
 * Connects the `@OnMessages` handlers of a service to its bus, as the consumer group of its name. All consuming
 * services are connected here, so that they log, count and dead-letter in the same way.
 */
export function connectBatchTransport(
  app: NestFastifyApplication,
  service: ServiceName,
  bus: Pick<BusConfig, 'kind'>,
): void {
  app.connectMicroservice<MicroserviceOptions>({
    strategy: new BatchTransport({
      bus: app.get<MessageBus>(MESSAGE_BUS),
      group: service,
      system: bus.kind === 'kafka' ? 'kafka' : 'postgresql',
      ...observed(app.get(Metrics), service),
    }),
  });
}

function observed(
  metrics: Metrics,
  service: ServiceName,
): Required<Pick<BatchTransportOptions, 'onError' | 'onDeadLetter' | 'onHandled'>> {
  const logger = new Logger('messages');
  const failures = metrics.counter({
    name: 'kinledger_batch_failures_total',
    help: 'Failures to receive or handle a batch of messages; the batch is delivered again.',
    labels: ['topic'],
  });
  const letters = metrics.counter({
    name: 'kinledger_dead_letters_total',
    help: 'Messages that could not be decoded and were dead-lettered.',
    labels: ['topic'],
  });
  const messages = metrics.counter({
    name: 'kinledger_messages_consumed_total',
    help: 'Messages in handled batches, including dead-lettered ones.',
    labels: ['topic'],
  });
  const seconds = metrics.histogram({
    name: 'kinledger_batch_seconds',
    help: 'Time to handle a batch of messages, including waits for room downstream.',
    labels: ['topic'],
    buckets: [0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 60, 300],
  });
  // Starts at 0, so that an alert sees the first failure as an increase.
  for (const { name, consumers } of allTopics) {
    if (!consumers.includes(service)) continue;
    for (const counter of [failures, letters, messages]) counter.inc({ topic: name }, 0);
  }
  return {
    onError: (error, { topic, partition }) => {
      failures.inc({ topic: topic ?? '' });
      logger.error({ err: error, topic, partition }, 'a batch failed; it will be delivered again');
    },
    onDeadLetter: ({ message: { topic, partition, offset }, reason }) => {
      letters.inc({ topic });
      logger.error({ topic, partition, offset, reason }, 'a message could not be read and was set aside');
    },
    onHandled: (handled) => {
      messages.inc({ topic: handled.topic }, handled.messages);
      seconds.observe({ topic: handled.topic }, handled.seconds);
    },
  };
}
