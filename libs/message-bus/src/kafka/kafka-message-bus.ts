import { defaultSession, type SessionSettings } from '../consumer/session-settings.js';
import { StoredMessageBus } from '../consumer/stored-message-bus.js';
import type { MessageBus } from '../message-bus.js';
import { Cluster } from './cluster.js';
import type { KafkaConnectionSettings } from './connection-settings.js';
import { KafkaStore } from './kafka-store.js';
import { prefixedBus } from './prefixed-bus.js';

export interface KafkaMessageBusOptions extends KafkaConnectionSettings {
  /** Before the name of every topic and group: several installations may share a cluster. Default none. */
  readonly prefix?: string;
  /** Copies of each partition of topics that are created. Absent: the broker's default. */
  readonly replicas?: number;
  /** After so long a publish that finds no broker is given up; its outcome is unknown then. Default 120,000. */
  readonly deliveryTimeoutMs?: number;
  /**
   * `ttlMs` is the broker's to decide (`group.consumer.session.timeout.ms`, 45 s unless it was changed): here it says
   * when a member doubts that it is still one. `pollMs` is how long a reader waits at the broker for a message.
   */
  readonly session?: Partial<SessionSettings>;
}

/** What a Kafka broker takes for a dead member unless it is told otherwise. */
const BROKER_SESSION_MS = 45_000;

/** A message that comes meanwhile ends the wait: longer only means fewer requests of an idle member. */
const LONG_POLL_MS = 5_000;

/**
 * The message bus in Apache Kafka 4: groups by KIP-848, idempotent publishes that all in-sync replicas acknowledge,
 * no transactions. A publish to several partitions may be stored in part when it fails; repeat it. Connects lazily
 * and recovers from lost brokers by itself.
 */
export const createKafkaMessageBus = (options: KafkaMessageBusOptions): MessageBus => {
  const { prefix = '', replicas, deliveryTimeoutMs = 120_000, session, ...connection } = options;
  const settings = { ...defaultSession, ttlMs: BROKER_SESSION_MS, pollMs: LONG_POLL_MS, ...session };
  const bus = new StoredMessageBus(
    new KafkaStore(new Cluster(connection), {
      deliveryTimeoutMs,
      waitMs: settings.pollMs,
      ...(replicas === undefined ? {} : { replicas }),
    }),
    settings,
  );
  return prefixedBus(bus, prefix);
};
