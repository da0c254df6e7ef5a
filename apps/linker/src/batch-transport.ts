import type { MessageBus } from '@kinledger/message-bus';
import { BatchTransport, MESSAGE_BUS, Metrics } from '@kinledger/service-kit';
import type { MicroserviceOptions } from '@nestjs/microservices';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { PinoLogger } from 'nestjs-pino';

/** Connects the staging handlers to the bus. Standbys stage too: what is staged is there for whoever decides. */
export async function connectBatchTransport(app: NestFastifyApplication): Promise<void> {
  const logger = await app.resolve(PinoLogger);
  const letters = app.get(Metrics).counter({
    name: 'kinledger_dead_letters_total',
    help: 'Messages that could not be read and were set aside.',
    labels: ['topic'],
  });
  app.connectMicroservice<MicroserviceOptions>({
    strategy: new BatchTransport({
      bus: app.get<MessageBus>(MESSAGE_BUS),
      group: 'linker',
      onError: (err, where) => logger.error({ err, ...where }, 'a batch failed and comes again'),
      onDeadLetter: ({ message }) => letters.inc({ topic: message.topic }),
    }),
  });
}
