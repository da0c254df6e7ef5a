import type { MessageBus } from '@kinledger/message-bus';
import { Logger } from '@nestjs/common';
import type { MicroserviceOptions } from '@nestjs/microservices';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { MESSAGE_BUS } from '../messaging/message-bus.token.js';
import { Metrics } from '../metrics/metrics.js';
import { BatchTransport } from './batch-transport.js';

/** Connects a service's `@OnMessages` handlers to the bus, as the consumer group given, and counts what fails. */
export function connectBatchTransport(app: NestFastifyApplication, group: string): void {
  const logger = new Logger('messages');
  const metrics = app.get(Metrics);
  const failures = metrics.counter({
    name: 'kinledger_batch_failures_total',
    help: 'Batches that failed and come again.',
  });
  const letters = metrics.counter({
    name: 'kinledger_dead_letters_total',
    help: 'Messages that could not be read and were set aside.',
    labels: ['topic'],
  });
  app.connectMicroservice<MicroserviceOptions>({
    strategy: new BatchTransport({
      bus: app.get<MessageBus>(MESSAGE_BUS),
      group,
      onError: (error, where) => {
        failures.inc();
        logger.error({ err: error, ...where }, 'a batch failed and comes again');
      },
      onDeadLetter: ({ message }) => letters.inc({ topic: message.topic }),
    }),
  });
}
