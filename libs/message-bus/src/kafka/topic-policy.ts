import { MAX_MESSAGE_BYTES } from '../message-bus.js';

/**
 * Kafka's settings for a topic of the port. Kafka itself deletes nothing, because it knows the age of a message but not
 * whether every group has committed it. `applyRetention` trims the log; short segments then leave the disk within the
 * hour.
 */
export const topicPolicy = {
  'cleanup.policy': 'delete',
  'retention.ms': '-1',
  'retention.bytes': '-1',
  // The largest message with its framing and, in a dead-letter topic, the headers that give the reason.
  'max.message.bytes': String(2 * MAX_MESSAGE_BYTES),
  // Age is counted by the broker's clock, not by each publisher's.
  'message.timestamp.type': 'LogAppendTime',
  'segment.ms': String(3600 * 1000),
  'segment.bytes': String(64 * 1024 * 1024),
} as const satisfies Readonly<Record<string, string>>;

/** Settings without which a promise of the port would break. Operators may tune the rest. */
export const promisedPolicy = [
  'cleanup.policy',
  'retention.ms',
  'max.message.bytes',
  'message.timestamp.type',
] as const;

/** Number of in-sync replicas that must store a message before a publish resolves, given the number of replicas. */
export const leastInSync = (replicas: number): number => Math.max(1, replicas - 1);
