import type {
  BatchHandler,
  MessageBus,
  PartitionLag,
  SubscribeOptions,
  Subscription,
} from '@kinledger/message-bus';
import type { Health } from '../health/health.js';
import type { Metrics } from '../metrics/metrics.js';
import { isForgotten, StallWatch } from './stall.js';

export interface ConsumerWatchOptions {
  readonly bus: MessageBus;
  readonly health: Health;
  readonly metrics: Metrics;
  /** See `busConfig.stallMs`. */
  readonly stallMs: number;
  /** How often the lag is queried. Default 10 seconds. */
  readonly everyMs?: number;
  /** Called once when something stalls, and once when nothing does any more. */
  readonly onChange: (stalled: readonly string[]) => void;
}

interface Watched {
  readonly group: string;
  readonly subscription: Subscription;
  readonly stalls: StallWatch;
}

const LABELS = ['group', 'topic', 'partition'] as const;
const SECOND = 1000;

/**
 * Watches every subscription of a service, on any bus: lag, and the age of the last poll and commit as metrics, and a
 * liveness check that fails when a consumer stalls without a failure.
 */
export class ConsumerWatch {
  readonly #options: ConsumerWatchOptions;
  readonly #watched = new Set<Watched>();
  readonly #lags = new Map<string, readonly PartitionLag[]>();
  readonly #timer: NodeJS.Timeout;
  #stalled: readonly string[] = [];
  #looking: Promise<void> | undefined;

  constructor(options: ConsumerWatchOptions) {
    this.#options = options;
    this.#addMetrics();
    options.health.registerLiveness('consumers', () => this.#stalled[0]);
    this.#timer = setInterval(() => void this.look(), options.everyMs ?? 10 * SECOND);
  }

  /** The same bus, with its subscriptions watched. */
  get bus(): MessageBus {
    const { bus } = this.#options;
    return {
      ensureTopics: (topics) => bus.ensureTopics(topics),
      publish: (topic, messages) => bus.publish(topic, messages),
      subscribe: (options, handler) => this.#subscribe(options, handler),
      lag: (group) => bus.lag(group),
      topicId: (topic) => bus.topicId(topic),
      applyRetention: (now) => bus.applyRetention(now),
      trim: (topics) => bus.trim(topics),
      close: () => bus.close(),
    };
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#looking;
  }

  /** Queries the lag of every group. Readiness and the subscriptions report a bus that does not answer. */
  look(): Promise<void> {
    this.#looking ??= this.#lookNow().finally(() => (this.#looking = undefined));
    return this.#looking;
  }

  #subscribe(options: SubscribeOptions, handler: BatchHandler): Subscription {
    const subscription = this.#options.bus.subscribe(options, handler);
    const entry: Watched = {
      group: options.group,
      subscription,
      stalls: new StallWatch(this.#options.stallMs),
    };
    this.#watched.add(entry);
    return {
      ready: subscription.ready,
      progress: () => subscription.progress(),
      stop: async () => {
        this.#watched.delete(entry);
        await subscription.stop();
      },
    };
  }

  async #lookNow(): Promise<void> {
    const { bus, stallMs, onChange } = this.#options;
    for (const group of new Set([...this.#watched].map((each) => each.group))) {
      const lags = await bus.lag(group).catch(() => undefined);
      if (lags !== undefined) this.#lags.set(group, lags);
    }
    const stalled = [...this.#watched].flatMap(({ group, subscription, stalls }) => {
      const progress = subscription.progress();
      const looks = progress.partitions.map((partition) => ({
        progress: partition,
        lag: this.#lagOf(group, partition),
      }));
      const standing = stalls.look(looks, performance.now());
      return isForgotten(progress, stallMs)
        ? [...standing, `${group} has lost contact with the bus`]
        : standing;
    });
    const changed = stalled.length > 0 !== this.#stalled.length > 0;
    this.#stalled = stalled;
    if (changed) onChange(stalled);
  }

  #lagOf(group: string, { topic, partition }: { topic: string; partition: number }): number {
    return this.#lags.get(group)?.find((lag) => lag.topic === topic && lag.partition === partition)?.lag ?? 0;
  }

  #addMetrics(): void {
    const { metrics } = this.#options;
    metrics.gauge({
      name: 'kinledger_consumer_lag',
      help: 'Waiting messages of the partitions that this process consumes.',
      labels: LABELS,
      collect: (gauge) => {
        gauge.reset();
        for (const { labels, lag } of this.#partitions()) gauge.set(labels, lag);
      },
    });
    metrics.gauge({
      name: 'kinledger_consumer_last_poll_age_seconds',
      help: 'Time since the bus last answered a poll for messages.',
      labels: LABELS,
      collect: (gauge) => {
        gauge.reset();
        for (const { labels, progress } of this.#partitions())
          gauge.set(labels, progress.polledMsAgo / SECOND);
      },
    });
    metrics.gauge({
      name: 'kinledger_consumer_commit_age_seconds',
      help: 'Time since the last commit. A high value without lag means that there is nothing to do.',
      labels: LABELS,
      collect: (gauge) => {
        gauge.reset();
        for (const { labels, progress } of this.#partitions())
          gauge.set(labels, progress.committedMsAgo / SECOND);
      },
    });
    metrics.gauge({
      name: 'kinledger_consumers_stalled',
      help: 'Partitions that are stalled although messages wait and nothing fails.',
      collect: (gauge) => gauge.set(this.#stalled.length),
    });
  }

  #partitions() {
    return [...this.#watched].flatMap(({ group, subscription }) =>
      subscription.progress().partitions.map((progress) => ({
        labels: { group, topic: progress.topic, partition: String(progress.partition) },
        progress,
        lag: this.#lagOf(group, progress),
      })),
    );
  }
}
