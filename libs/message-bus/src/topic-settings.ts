import type { Topic } from '@kinledger/contracts';
import type { TopicSettings } from './message-bus.js';

/** Converts a topic of the contracts to the form of `MessageBus.ensureTopics`. */
export const topicSettings = (topic: Topic): TopicSettings => ({
  name: topic.name,
  partitions: topic.partitions,
  retentionMs: topic.retentionDays * 24 * 3600 * 1000,
  // A service's group has the service's name.
  groups: topic.consumers,
});
