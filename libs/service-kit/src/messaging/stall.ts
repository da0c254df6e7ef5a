import type { PartitionProgress, SubscriptionProgress } from '@kinledger/message-bus';

/** A partition as it was last looked at. */
export interface PartitionLook {
  readonly progress: PartitionProgress;
  /** Messages that wait. */
  readonly lag: number;
}

/**
 * Tells a consumer that stands still from one that has nothing to do and from one that fails: messages wait, the
 * offset that comes next does not move, and nobody has reported a failure. Failures are told, counted and repeated;
 * a new process would not mend them. What this finds, nothing else does.
 */
export class StallWatch {
  readonly #stallMs: number;
  readonly #since = new Map<string, { readonly next: number; readonly at: number }>();

  /** `stallMs`: as long as a batch may be in hand. */
  constructor(stallMs: number) {
    this.#stallMs = stallMs;
  }

  /** Takes one look at all partitions of a subscription. Returns what stands still, in words; no failure, no word. */
  look(partitions: readonly PartitionLook[], now: number): readonly string[] {
    const seen = new Set<string>();
    const stalled: string[] = [];
    for (const { progress, lag } of partitions) {
      const name = `${progress.topic}/${progress.partition}`;
      seen.add(name);
      const before = this.#since.get(name);
      if (lag === 0 || before?.next !== progress.next) {
        // From the first look that finds it waiting at this offset.
        if (lag === 0) this.#since.delete(name);
        else this.#since.set(name, { next: progress.next, at: now });
        continue;
      }
      const failing = progress.failedMsAgo !== undefined && progress.failedMsAgo < this.#stallMs;
      if (now - before.at >= this.#stallMs && !failing) stalled.push(`${name} has stood at ${progress.next}`);
    }
    for (const name of this.#since.keys()) if (!seen.has(name)) this.#since.delete(name);
    return stalled;
  }
}

/** Whether the bus has not heard of a member for so long, and nobody was told why. */
export const isForgotten = ({ attendedMsAgo, failedMsAgo }: SubscriptionProgress, stallMs: number): boolean =>
  attendedMsAgo >= stallMs && (failedMsAgo === undefined || failedMsAgo >= stallMs);
