import {
  isBusClosed,
  isMessageMalformed,
  isMessageTooLarge,
  isPublishTooLarge,
  isTopicUnknown,
  type MessageBus,
} from '@kinledger/message-bus';
import type { DependencyStanding } from '../health/dependency-watch.js';

export interface PublishWatchOptions {
  /** Called once when messages cannot be published, and once when they can be again. */
  readonly onStanding: (standing: DependencyStanding) => void;
  /** A publish that takes longer is not going through. Default 5 seconds. */
  readonly patienceMs?: number;
}

const PATIENCE_MS = 5_000;

/**
 * Watches whether messages can be published. A bus that has too few brokers makes a publish wait, for minutes if need be,
 * before it fails; somebody has to know before.
 */
export class PublishWatch {
  /** Topics to which a message could not be published the last time. */
  readonly #stuck = new Set<string>();
  #awaySince = 0;
  #lastFailure: unknown;
  readonly #options: PublishWatchOptions;

  constructor(options: PublishWatchOptions) {
    this.#options = options;
  }

  /** To be called when an attempt failed that the bus repeats by itself. */
  readonly failed = (error: unknown): void => {
    this.#lastFailure = error;
  };

  /** @throws Error while messages cannot be published. */
  requireThrough(): void {
    const [topic] = this.#stuck;
    if (topic !== undefined) throw new Error(`messages to ${topic} wait`);
  }

  /** The same bus, with what is published to it watched. */
  over(bus: MessageBus): MessageBus {
    return {
      ensureTopics: (topics) => bus.ensureTopics(topics),
      publish: (topic, messages) => this.#publish(bus, topic, messages),
      subscribe: (options, handler) => bus.subscribe(options, handler),
      lag: (group) => bus.lag(group),
      topicId: (topic) => bus.topicId(topic),
      applyRetention: (now) => bus.applyRetention(now),
      trim: (topics) => bus.trim(topics),
      close: () => bus.close(),
    };
  }

  async #publish(bus: MessageBus, ...[topic, messages]: Parameters<MessageBus['publish']>): Promise<void> {
    const { patienceMs = PATIENCE_MS } = this.#options;
    const patience = setTimeout(() => this.#isStuck(topic, this.#lastFailure), patienceMs);
    try {
      await bus.publish(topic, messages);
      this.#goesThrough(topic);
    } catch (error) {
      if (!isUnpublishable(error)) this.#isStuck(topic, error);
      throw error;
    } finally {
      clearTimeout(patience);
    }
  }

  #isStuck(topic: string, why: unknown): void {
    const isFirst = this.#stuck.size === 0;
    this.#stuck.add(topic);
    if (!isFirst) return;
    this.#awaySince = performance.now();
    this.#options.onStanding({
      state: 'away',
      why: why instanceof Error ? why.message : 'a message waits to be stored, and there is no answer yet',
    });
  }

  #goesThrough(topic: string): void {
    if (!this.#stuck.delete(topic) || this.#stuck.size > 0) return;
    this.#lastFailure = undefined;
    this.#options.onStanding({ state: 'back', afterMs: performance.now() - this.#awaySince });
  }
}

/** The bus is there, and refuses what is published; or this process is stopping. */
const isUnpublishable = (error: unknown): boolean =>
  [isMessageTooLarge, isPublishTooLarge, isMessageMalformed, isTopicUnknown, isBusClosed].some((is) =>
    is(error),
  );
