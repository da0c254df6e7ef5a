import type { PartitionProgress, SubscriptionProgress } from '@kinledger/message-bus';

/** The state of a partition at the last check. */
export interface PartitionLook {
  readonly progress: PartitionProgress;
  /** Number of messages that wait. */
  readonly lag: number;
}

/**
 * Distinguishes a stalled consumer from an idle one and from a failing one: messages wait, the next offset does not
 * move, and no failure was reported. Failures are logged, counted and retried, and a restart would not fix them; only
 * this check detects stalls.
 */
export class StallWatch {
  readonly #stallMs: number;
  readonly #since = new Map<string, { readonly next: number; readonly at: number }>();

  /** @param stallMs the longest time for which a batch may be in progress. */
  constructor(stallMs: number) {
    this.#stallMs = stallMs;
  }

  /** Checks all partitions of a subscription. Describes each stalled one; empty if there is none. */
  look(partitions: readonly PartitionLook[], now: number): readonly string[] {
    const seen = new Set<string>();
    const stalled: string[] = [];
    for (const { progress, lag } of partitions) {
      const name = `${progress.topic}/${progress.partition}`;
      seen.add(name);
      const before = this.#since.get(name);
      if (lag === 0 || before?.next !== progress.next) {
        // The time counts from the first check that finds it waiting at this offset.
        if (lag === 0) this.#since.delete(name);
        else this.#since.set(name, { next: progress.next, at: now });
        continue;
      }
      const failing = progress.failedMsAgo !== undefined && progress.failedMsAgo < this.#stallMs;
      if (now - before.at >= this.#stallMs && !failing)
        stalled.push(`${name} has stalled at ${progress.next}`);
    }
    for (const name of this.#since.keys()) if (!seen.has(name)) this.#since.delete(name);
    return stalled;
  }
}

/** Whether the bus has not heard of a member for this long, without a reported reason. */
export const isForgotten = ({ attendedMsAgo, failedMsAgo }: SubscriptionProgress, stallMs: number): boolean =>
  attendedMsAgo >= stallMs && (failedMsAgo === undefined || failedMsAgo >= stallMs);
