import { pauseAfter, WakeUp } from '@kinledger/waiting';
import { offsetsMissing } from '../errors.js';
import type { BatchHandler, IncomingMessage, PartitionProgress } from '../message-bus.js';
import type { FetchedMessages, Lease, Member, MessageStore } from './message-store.js';
import { pausesOf, type SessionSettings } from './session-settings.js';

export interface WorkerOptions {
  readonly store: MessageStore;
  readonly member: Member;
  readonly lease: Lease;
  readonly maxMessages: number;
  readonly maxBytes: number;
  readonly session: SessionSettings;
  readonly handler: BatchHandler;
  readonly onError: (error: unknown) => void;
}

/** A service that stops does not wait for an unavailable store: uncommitted batches are delivered again. */
const TRIES_WHEN_FINISHING = 5;

/**
 * Delivers one partition while its lease is held: fetch, handle, commit, one batch after the other. Fetches at most one
 * batch ahead, so that a slow handler bounds memory.
 */
export class PartitionWorker {
  readonly lease: Lease;
  readonly #options: WorkerOptions;
  /** Called when there may be more to read, or the worker should end. */
  readonly #news = new WakeUp();
  /** Called to end a pause early. */
  readonly #hurry = new WakeUp();
  #inHand = new AbortController();
  readonly #unwanted = new AbortController();
  #next: number;
  #finishing = false;
  #lost = false;
  #handling = false;
  /** The current pause is due to a failure of the store, not of the handler. */
  #storeIsAway = false;
  #polledAt = performance.now();
  #committedAt = performance.now();
  #failedAt: number | undefined;

  constructor(options: WorkerOptions) {
    this.#options = options;
    this.lease = options.lease;
    this.#next = options.lease.committed;
  }

  /** Tells the worker that the partition now ends at `end`, or may have grown. */
  wake(end = Number.POSITIVE_INFINITY): void {
    if (end > this.#next) this.#news.call();
  }

  /**
   * Tells the worker that the store answers again, so that it need not wait out a pause that grew during the outage.
   */
  storeIsBack(): void {
    if (this.#storeIsAway) this.#hurry.call();
  }

  /** Like `wake`, after a poll: an answer without messages counts as contact too. */
  polled(end: number): void {
    this.#polledAt = performance.now();
    this.wake(end);
  }

  progress(now: number): PartitionProgress {
    return {
      topic: this.lease.topic,
      partition: this.lease.partition,
      next: this.#next,
      handling: this.#handling,
      polledMsAgo: now - this.#polledAt,
      committedMsAgo: now - this.#committedAt,
      failedMsAgo: this.#failedAt === undefined ? undefined : now - this.#failedAt,
    };
  }

  /** Takes no further batch. The one in progress is finished and committed; then `run` resolves. */
  finish(): void {
    this.#finishing = true;
    this.#unwanted.abort();
    this.#news.call();
    this.#hurry.call();
  }

  /**
   * Aborts the signal of the batch in progress, because it may be delivered again. If the handler succeeds
   * nevertheless, the batch is committed if the store still accepts the lease, so that a handler that blocked the
   * process for long has not worked in vain.
   */
  abortBatch(): void {
    this.#inHand.abort();
  }

  /** Another member has the lease: nothing that the handler still does is committed. */
  lose(): void {
    this.#lost = true;
    this.abortBatch();
    this.finish();
  }

  get isLost(): boolean {
    return this.#lost;
  }

  /** A getter, because it changes while the worker waits. */
  get #isFinishing(): boolean {
    return this.#finishing;
  }

  /** Resolves when the handler is idle and no further batch will be taken. Never rejects. */
  async run(): Promise<void> {
    let ahead: Promise<FetchedMessages> | undefined;
    while (!this.#finishing) {
      const fetched = await this.#tryFetch(ahead);
      ahead = undefined;
      if (fetched === undefined) continue;
      const { messages, end } = fetched;
      const last = messages.at(-1);
      if (last === undefined) {
        await this.#news.wait({ ms: Number.POSITIVE_INFINITY });
        continue;
      }
      // Fetch ahead only if more messages are known to exist; otherwise it would split the next batch.
      if (end !== undefined && end > last.offset + 1) {
        ahead = this.#fetch(last.offset + 1);
        // Awaited after the commit; until then a rejection would be unhandled.
        ahead.catch(() => undefined);
      }
      if (!(await this.#handle(messages)) || !(await this.#commit(last.offset + 1))) return;
      this.#next = last.offset + 1;
    }
  }

  /** Returns undefined after a failure, which it has reported and paused for. */
  async #tryFetch(ahead: Promise<FetchedMessages> | undefined): Promise<FetchedMessages | undefined> {
    for (let failures = 1; !this.#finishing; failures += 1) {
      try {
        return await (failures === 1 && ahead !== undefined ? ahead : this.#fetch(this.#next));
      } catch (error) {
        this.#failed(error);
        await this.#pauseForStore(failures);
      }
    }
    return undefined;
  }

  async #fetch(from: number): Promise<FetchedMessages> {
    const { store, lease, maxMessages, maxBytes } = this.#options;
    this.#news.quiet();
    const fetched = await store.fetch(lease, from, {
      maxMessages,
      maxBytes,
      signal: this.#unwanted.signal,
      heard: this.#heard,
    });
    this.#heard();
    const gap = fetched.messages.findIndex((message, index) => message.offset !== from + index);
    if (gap >= 0) throw offsetsMissing(lease.topic, lease.partition, from + gap);
    return fetched;
  }

  async #pauseForStore(failures: number): Promise<void> {
    this.#storeIsAway = true;
    await this.#hurry.wait({ ms: pauseAfter(failures, pausesOf(this.#options.session)) });
    this.#storeIsAway = false;
  }

  readonly #heard = (): void => {
    this.#polledAt = performance.now();
  };

  #failed(error: unknown): void {
    this.#failedAt = performance.now();
    this.#options.onError(error);
  }

  /** Delivers the same batch until the handler succeeds. Returns false if the worker must end first. */
  async #handle(messages: readonly IncomingMessage[]): Promise<boolean> {
    const { lease, handler, session } = this.#options;
    const { topic, partition } = lease;
    for (let failures = 1; !this.#finishing; failures += 1) {
      this.#inHand = new AbortController();
      try {
        this.#handling = true;
        await handler({ topic, partition, messages, signal: this.#inHand.signal });
        return true;
      } catch (error) {
        this.#failed(error);
        this.#handling = false;
        if (!this.#isFinishing) await this.#hurry.wait({ ms: pauseAfter(failures, pausesOf(session)) });
      } finally {
        this.#handling = false;
      }
    }
    return false;
  }

  /** Retries a commit whose outcome is unknown, which is idempotent. Returns false if the lease is lost. */
  async #commit(next: number): Promise<boolean> {
    const { store, member, lease } = this.#options;
    for (let failures = 1; !this.#lost; failures += 1) {
      try {
        if (await store.commit(member, lease, next)) {
          this.#committedAt = performance.now();
          return true;
        }
        this.lose();
      } catch (error) {
        this.#failed(error);
        if (this.#finishing && failures >= TRIES_WHEN_FINISHING) return false;
        await this.#pauseForStore(failures);
      }
    }
    return false;
  }
}
