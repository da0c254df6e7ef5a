import type { MessageBus } from '@kinledger/message-bus';
import { createKafkaMessageBus } from '@kinledger/message-bus/kafka';
import { KafkaJsMessageBus } from './kafkajs-message-bus.ts';

/** The clients that were compared. The first is the one that the adapter of the port is built on. */
export const clients = ['@platformatic/kafka', 'kafkajs'] as const;
export type Client = (typeof clients)[number];

export interface BusSettings {
  readonly bootstrap: string;
  readonly sessionMs: number;
  /** A relay in front of the broker, for tests that cut a connection. */
  readonly through?: { readonly host: string; readonly port: number };
}

const pauses = { firstPauseMs: 20, longestPauseMs: 200 };

export function openBus(client: Client, { bootstrap, sessionMs, through }: BusSettings): MessageBus {
  switch (client) {
    case '@platformatic/kafka':
      return createKafkaMessageBus({
        brokers: [bootstrap],
        clientId: 'test',
        ...(through === undefined ? {} : { reach: () => through }),
        session: { ttlMs: sessionMs, heartbeatMs: sessionMs / 10, pollMs: 200, ...pauses },
      });
    case 'kafkajs':
      return new KafkaJsMessageBus({
        brokers: [bootstrap],
        clientId: 'test',
        sessionMs,
        ...pauses,
        ...(through === undefined ? {} : { reached: through }),
      });
  }
}
