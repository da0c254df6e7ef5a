import { defaultSession, type SessionSettings } from '../consumer/session-settings.js';
import { StoredMessageBus } from '../consumer/stored-message-bus.js';
import type { MessageBus } from '../message-bus.js';
import { Cluster } from './cluster.js';
import type { KafkaConnectionSettings } from './connection-settings.js';
import { KafkaStore } from './kafka-store.js';
import { prefixedBus } from './prefixed-bus.js';

export interface KafkaMessageBusOptions extends KafkaConnectionSettings {
  /** Prefix of the name of every topic and group, so that several installations may share a cluster. Default none. */
  readonly prefix?: string;
  /** Replicas of each partition of topics that are created. Absent: the broker's default. */
  readonly replicas?: number;
  /** After this time a publish that finds no broker fails with an unknown outcome. Default 120,000. */
  readonly deliveryTimeoutMs?: number;
  /** Called whenever a publish could not be stored and is tried again, with the reason. */
  readonly onRetry?: (error: unknown) => void;
  /**
   * The broker decides the session timeout (`group.consumer.session.timeout.ms`, 45 s by default); `ttlMs` is when a
   * member must assume that it has expired. `pollMs` is how long a reader waits at the broker for a message.
   */
  readonly session?: Partial<SessionSettings>;
}

/** After this time a Kafka broker by default presumes a silent member dead. */
const BROKER_SESSION_MS = 45_000;

/** A message ends the wait early; a longer wait only means fewer requests of an idle member. */
const LONG_POLL_MS = 5_000;

/**
 * The message bus in Apache Kafka 4: groups by KIP-848, idempotent publishes that all in-sync replicas acknowledge, no
 * transactions. A publish to several partitions may be stored in part when it fails; repeat it. Connects lazily and
 * recovers from lost brokers by itself.
 */
export const createKafkaMessageBus = (options: KafkaMessageBusOptions): MessageBus => {
  const { prefix = '', replicas, deliveryTimeoutMs = 120_000, onRetry, session, ...connection } = options;
  const settings = { ...defaultSession, ttlMs: BROKER_SESSION_MS, pollMs: LONG_POLL_MS, ...session };
  const bus = new StoredMessageBus(
    new KafkaStore(new Cluster(connection), {
      deliveryTimeoutMs,
      onRetry,
      waitMs: settings.pollMs,
      ...(replicas === undefined ? {} : { replicas }),
    }),
    settings,
  );
  return prefixedBus(bus, prefix);
};
