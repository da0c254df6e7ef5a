import { pauseUnlessAborted } from '@kinledger/waiting';
import type { MessageBus } from '@kinledger/message-bus';
import type { Metrics } from '../metrics/metrics.js';

export interface BacklogOptions {
  /** Measures what waits downstream. Called at most once in `everyMs`. */
  readonly measure: () => Promise<number>;
  /** The backlog is full above this. */
  readonly limit: number;
  /** Default one second. */
  readonly everyMs?: number;
}

/**
 * Work that waits downstream: producers check it, so that a slow consumer slows its producer and nothing grows without
 * bounds. If measuring fails, it counts as empty, so that a missing number does not stop work.
 */
export class Backlog {
  #known = 0;
  #measuredAt = Number.NEGATIVE_INFINITY;
  #measuring: Promise<void> | undefined;
  readonly #options: BacklogOptions;

  constructor(options: BacklogOptions) {
    this.#options = options;
  }

  /** Messages of a topic that a consumer group has not committed; none if the group never subscribed. */
  static ofGroup(bus: MessageBus, group: string, topic: string, limit: number): Backlog {
    const measure = async () =>
      (await bus.lag(group)).reduce((sum, each) => sum + (each.topic === topic ? each.lag : 0), 0);
    return new Backlog({ measure, limit });
  }

  /** Adds the backlog to the service’s metrics. @param what names what waits, in the plural. */
  watchedBy(metrics: Metrics, what: string): this {
    metrics.series(
      {
        name: 'kinledger_backlog_ratio',
        help: 'What waits downstream, when last measured, as a share of the limit above which producers are held back.',
        labels: ['what'],
      },
      { what },
      () => this.#known / this.#options.limit,
    );
    return this;
  }

  async isFull(): Promise<boolean> {
    const { everyMs = 1000 } = this.#options;
    if (performance.now() - this.#measuredAt >= everyMs) {
      this.#measuring ??= this.#measure().finally(() => (this.#measuring = undefined));
      await this.#measuring;
    }
    return this.#known > this.#options.limit;
  }

  /** Resolves when there is room, or when the signal aborts. */
  room(signal: AbortSignal): Promise<void> {
    return this.#wait(Number.POSITIVE_INFINITY, signal);
  }

  /** Like `room`, but resolves after `longestMs` at the latest, for callers that must only be slowed, never stopped. */
  brake(longestMs: number, signal: AbortSignal): Promise<void> {
    return this.#wait(longestMs, signal);
  }

  async #wait(longestMs: number, signal: AbortSignal): Promise<void> {
    const { everyMs = 1000 } = this.#options;
    const until = performance.now() + longestMs;
    while (!signal.aborted && (await this.isFull()) && performance.now() < until) {
      await pauseUnlessAborted(Math.min(everyMs, until - performance.now()), signal);
    }
  }

  async #measure(): Promise<void> {
    this.#known = await this.#options.measure().catch(() => 0);
    this.#measuredAt = performance.now();
  }
}
