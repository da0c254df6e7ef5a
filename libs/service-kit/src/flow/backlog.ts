import { pauseUnlessAborted } from '@kinledger/waiting';
import type { MessageBus } from '@kinledger/message-bus';

export interface BacklogOptions {
  /** How much waits downstream now. Asked at most once in `everyMs`. */
  readonly measure: () => Promise<number>;
  /** More than this is too much. */
  readonly limit: number;
  /** Default one second. */
  readonly everyMs?: number;
}

/**
 * What waits for those who come after: whoever produces looks at it, so that a slow consumer slows its producer and
 * nothing piles up without bounds. A measure that fails counts as room: work is not stopped for want of a number.
 */
export class Backlog {
  #known = 0;
  #measuredAt = Number.NEGATIVE_INFINITY;
  #measuring: Promise<void> | undefined;
  readonly #options: BacklogOptions;

  constructor(options: BacklogOptions) {
    this.#options = options;
  }

  /** Messages of a topic that a consumer group has not committed. A group that never subscribed is owed nothing. */
  static ofGroup(bus: MessageBus, group: string, topic: string, limit: number): Backlog {
    const measure = async () =>
      (await bus.lag(group)).reduce((sum, each) => sum + (each.topic === topic ? each.lag : 0), 0);
    return new Backlog({ measure, limit });
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

  /** As `room`, but goes on after a while all the same: it slows, and never stops, who must not wait for good. */
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
