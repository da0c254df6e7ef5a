import type { MessageBus, Subscription } from '../message-bus.js';

/**
 * A bus that prefixes the names of all topics and groups, invisibly to its users, so that several installations share
 * one cluster without sharing messages.
 */
export function prefixedBus(bus: MessageBus, prefix: string): MessageBus {
  if (prefix === '') return bus;
  const outside = <T extends { readonly topic: string }>(place: T): T => ({
    ...place,
    topic: place.topic.slice(prefix.length),
  });
  const watched = (subscription: Subscription): Subscription => ({
    ready: subscription.ready,
    progress: () => {
      const progress = subscription.progress();
      return { ...progress, partitions: progress.partitions.map(outside) };
    },
    stop: () => subscription.stop(),
  });
  return {
    ensureTopics: (topics) =>
      bus.ensureTopics(
        topics.map(({ name, groups, ...settings }) => ({
          ...settings,
          name: prefix + name,
          ...(groups === undefined ? {} : { groups: groups.map((group) => prefix + group) }),
        })),
      ),
    publish: (topic, messages) => bus.publish(prefix + topic, messages),
    subscribe: ({ group, topics, onError, ...options }, handler) =>
      watched(
        bus.subscribe(
          {
            ...options,
            group: prefix + group,
            topics: topics.map((topic) => prefix + topic),
            ...(onError === undefined
              ? {}
              : {
                  onError: (error, { topic, ...where }) =>
                    onError(
                      error,
                      topic === undefined ? where : { ...where, topic: topic.slice(prefix.length) },
                    ),
                }),
          },
          (batch) => handler({ ...outside(batch), messages: batch.messages.map(outside) }),
        ),
      ),
    lag: async (group) => (await bus.lag(prefix + group)).map(outside),
    topicId: (topic) => bus.topicId(prefix + topic),
    applyRetention: (now) => bus.applyRetention(now),
    trim: async (topics) => (await bus.trim(topics.map((topic) => prefix + topic))).map(outside),
    close: () => bus.close(),
  };
}
