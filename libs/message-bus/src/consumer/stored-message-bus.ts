import { busClosed } from '../errors.js';
import type {
  BatchHandler,
  MessageBus,
  OutgoingMessage,
  PartitionLag,
  PartitionSpan,
  SubscribeOptions,
  Subscription,
  TopicSettings,
} from '../message-bus.js';
import { requirePublishable } from '../publishable.js';
import { GroupSubscription } from './group-subscription.js';
import type { MessageStore } from './message-store.js';
import type { SessionSettings } from './session-settings.js';

/** The message bus on top of a store of messages and leases. */
export class StoredMessageBus implements MessageBus {
  readonly #store: MessageStore;
  readonly #session: SessionSettings;
  readonly #subscriptions = new Set<GroupSubscription>();
  #closing: Promise<void> | undefined;

  constructor(store: MessageStore, session: SessionSettings) {
    this.#store = store;
    this.#session = session;
  }

  async ensureTopics(topics: readonly TopicSettings[]): Promise<void> {
    this.#requireOpen();
    await this.#store.ensureTopics(topics);
  }

  async publish(topic: string, messages: readonly OutgoingMessage[]): Promise<void> {
    this.#requireOpen();
    requirePublishable(messages);
    if (messages.length > 0) await this.#store.publish(topic, messages);
  }

  subscribe(options: SubscribeOptions, handler: BatchHandler): Subscription {
    this.#requireOpen();
    const subscription = new GroupSubscription(this.#store, this.#session, options, handler);
    this.#subscriptions.add(subscription);
    return {
      ready: subscription.ready,
      progress: () => subscription.progress(),
      stop: async () => {
        await subscription.stop();
        this.#subscriptions.delete(subscription);
      },
    };
  }

  async lag(group: string): Promise<readonly PartitionLag[]> {
    this.#requireOpen();
    return this.#store.lag(group);
  }

  async topicId(topic: string): Promise<string> {
    this.#requireOpen();
    return this.#store.topicId(topic);
  }

  async applyRetention(now: Date): Promise<number> {
    this.#requireOpen();
    let total = 0;
    for (;;) {
      const deleted = await this.#store.deleteSome(now);
      if (deleted === 0) return total;
      total += deleted;
    }
  }

  async trim(topics: readonly string[]): Promise<readonly PartitionSpan[]> {
    this.#requireOpen();
    return this.#store.trim(topics);
  }

  /** Stops all subscriptions, as `Subscription.stop` does, and closes the store. */
  close(): Promise<void> {
    this.#closing ??= Promise.all([...this.#subscriptions].map((subscription) => subscription.stop())).then(
      () => this.#store.close(),
    );
    return this.#closing;
  }

  #requireOpen(): void {
    if (this.#closing !== undefined) throw busClosed();
  }
}
