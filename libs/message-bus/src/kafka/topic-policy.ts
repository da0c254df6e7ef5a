import { MAX_MESSAGE_BYTES } from '../message-bus.js';

/**
 * How a topic of the port is kept in Kafka. Kafka itself deletes nothing: it knows the age of a message and not whether
 * every group has committed it. `applyRetention` trims; short segments then leave the disk within the hour.
 */
export const topicPolicy = {
  'cleanup.policy': 'delete',
  'retention.ms': '-1',
  'retention.bytes': '-1',
  // The largest message with its frame and, in a dead-letter topic, the headers that say why.
  'max.message.bytes': String(2 * MAX_MESSAGE_BYTES),
  // Age is counted by the broker's clock, not by each publisher's.
  'message.timestamp.type': 'LogAppendTime',
  'segment.ms': String(3600 * 1000),
  'segment.bytes': String(64 * 1024 * 1024),
} as const satisfies Readonly<Record<string, string>>;

/** What would break a promise if it were different. The rest is an operator's to tune. */
export const promisedPolicy = [
  'cleanup.policy',
  'retention.ms',
  'max.message.bytes',
  'message.timestamp.type',
] as const;

/** In-sync replicas that must have a message before a publish resolves, for so many replicas. */
export const leastInSync = (replicas: number): number => Math.max(1, replicas - 1);
