import type { MessageBus } from '@kinledger/message-bus';
import { createKafkaMessageBus } from '@kinledger/message-bus/kafka';

export interface BusSettings {
  readonly bootstrap: string;
  readonly sessionMs: number;
  /** A relay in front of the broker, with which tests cut connections. */
  readonly through?: { readonly host: string; readonly port: number };
}

/** Opens a bus with short timeouts for tests. */
export const openBus = ({ bootstrap, sessionMs, through }: BusSettings): MessageBus =>
  createKafkaMessageBus({
    brokers: [bootstrap],
    clientId: 'test',
    ...(through === undefined ? {} : { reach: () => through }),
    session: {
      ...{ ttlMs: sessionMs, heartbeatMs: sessionMs / 10, pollMs: 200 },
      ...{ firstPauseMs: 20, longestPauseMs: 200 },
    },
  });
