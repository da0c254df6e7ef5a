import type { Topic } from '@kinledger/contracts';
import type { TopicSettings } from './message-bus.js';

/** A topic of the contracts, as `MessageBus.ensureTopics` takes it. */
export const topicSettings = (topic: Topic): TopicSettings => ({
  name: topic.name,
  partitions: topic.partitions,
  retentionMs: topic.retentionDays * 24 * 3600 * 1000,
  // A service is a group of its own name.
  groups: topic.consumers,
});
