import { randomUUID } from 'node:crypto';
import { WakeUp } from '@kinledger/waiting';
import { subscriptionStopped } from '../errors.js';
import type { BatchHandler, SubscribeOptions, Subscription, SubscriptionProgress } from '../message-bus.js';
import type { Attendance, Lease, Member, MessageStore, PartitionName, Hint } from './message-store.js';
import { PartitionWorker } from './partition-worker.js';
import type { SessionSettings } from './session-settings.js';

const DEFAULT_MAX_MESSAGES = 100;
const DEFAULT_MAX_BYTES = 8 * 1024 * 1024;

const nameOf = ({ topic, partition }: PartitionName) => `${topic}/${partition}`;

interface Running {
  readonly worker: PartitionWorker;
  /** The worker has finished its last batch. */
  ended: boolean;
}

/**
 * One member of a group: keeps its membership alive, claims its fair share of the partitions, runs a worker for each,
 * and releases what exceeds its share.
 */
export class GroupSubscription implements Subscription {
  readonly ready: Promise<void>;
  readonly #store: MessageStore;
  readonly #options: SubscribeOptions;
  readonly #handler: BatchHandler;
  readonly #session: SessionSettings;
  readonly #member: Member;
  readonly #running = new Map<string, Running>();
  readonly #wakeUp = new WakeUp();
  readonly #loop: Promise<void>;
  readonly #stopListening: () => void;
  readonly #pollTimer: NodeJS.Timeout;
  #expiry: NodeJS.Timeout | undefined;
  #patience: NodeJS.Timeout | undefined;
  #stopping = false;
  /** The last heartbeat failed. */
  #cutOff = false;
  #polling = false;
  #attendedAt = performance.now();
  #failedAt: number | undefined;
  #isReady: () => void = () => undefined;
  #isNotReady: (error: Error) => void = () => undefined;

  constructor(
    store: MessageStore,
    session: SessionSettings,
    options: SubscribeOptions,
    handler: BatchHandler,
  ) {
    this.#store = store;
    this.#session = session;
    this.#options = options;
    this.#handler = handler;
    this.#member = {
      group: options.group,
      id: randomUUID(),
      topics: [...new Set(options.topics)],
      startAt: options.startAt ?? 'earliest',
      ttlMs: session.ttlMs,
    };
    this.ready = new Promise((resolve, reject) => {
      this.#isReady = resolve;
      this.#isNotReady = reject;
    });
    // A caller that does not await `ready` needs no unhandled rejection.
    this.ready.catch(() => undefined);
    this.#stopListening = store.onHint((hint) => this.#handleHint(hint));
    this.#pollTimer = setInterval(() => void this.#poll(), session.pollMs);
    this.#loop = this.#run();
  }

  progress(): SubscriptionProgress {
    const now = performance.now();
    return {
      attendedMsAgo: now - this.#attendedAt,
      failedMsAgo: this.#failedAt === undefined ? undefined : now - this.#failedAt,
      partitions: [...this.#running.values()]
        .filter(({ ended }) => !ended)
        .map(({ worker }) => worker.progress(now)),
    };
  }

  async stop(): Promise<void> {
    if (!this.#stopping) {
      this.#stopping = true;
      this.#isNotReady(subscriptionStopped());
      for (const { worker } of this.#running.values()) worker.finish();
      this.#wakeUp.call();
      // Batches that are nearly done finish; longer ones are abandoned to the next owner.
      this.#patience = setTimeout(() => {
        for (const { worker } of this.#running.values()) worker.abortBatch();
      }, this.#session.graceMs);
    }
    await this.#loop;
  }

  /** Keeps renewing the leases until the last batch in progress is done, even while stopping. */
  async #run(): Promise<void> {
    while (!this.#stopping || this.#running.size > 0) {
      this.#wakeUp.quiet();
      await this.#attend();
      if (this.#stopping && this.#running.size === 0) break;
      await this.#wakeUp.wait({ ms: this.#session.heartbeatMs });
    }
    clearInterval(this.#pollTimer);
    clearTimeout(this.#expiry);
    clearTimeout(this.#patience);
    this.#stopListening();
    // If this fails, the leases expire.
    await this.#store.leave(this.#member).catch((error: unknown) => this.#report(error));
  }

  async #attend(): Promise<void> {
    const started = performance.now();
    try {
      await this.#giveBack();
      const { held, share } = await this.#store.attend(this.#member);
      this.#attendedAt = performance.now();
      this.#renewed(started);
      this.#reconcile(held);
      if (this.#cutOff) for (const { worker } of this.#running.values()) worker.storeIsBack();
      this.#cutOff = false;
      if (this.#stopping) return;
      for (const partition of share.giveUp) this.#running.get(nameOf(partition))?.worker.finish();
      const claimed = share.claim.length === 0 ? [] : await this.#store.claim(this.#member, share.claim);
      for (const lease of claimed) this.#startWorker(lease);
      // Another member claimed some first: ask again.
      if (claimed.length < share.claim.length) this.#wakeUp.call();
      else if (share.awaited === 0) this.#isReady();
    } catch (error) {
      this.#cutOff = true;
      this.#report(error);
    }
  }

  /**
   * A lease is certain for its time to live, counted from before the request, so never for longer than the store
   * counts.
   */
  #renewed(askedAt: number): void {
    clearTimeout(this.#expiry);
    this.#expiry = setTimeout(
      () => {
        for (const { worker } of this.#running.values()) worker.abortBatch();
      },
      Math.max(0, this.#session.ttlMs - (performance.now() - askedAt)),
    );
  }

  /** Makes the workers match the leases that the store reports. */
  #reconcile(held: Attendance['held']): void {
    const mine = new Map(held.map((lease) => [nameOf(lease), lease]));
    for (const [name, { worker }] of this.#running) {
      if (mine.get(name)?.epoch !== worker.lease.epoch) worker.lose();
    }
    for (const lease of mine.values()) {
      this.#startWorker(lease);
      this.#running.get(nameOf(lease))?.worker.wake(lease.end);
    }
  }

  /**
   * If a partition's former worker still has a batch in progress, waits for it: batches of a partition never overlap.
   */
  #startWorker(lease: Lease): void {
    const name = nameOf(lease);
    if (this.#stopping || this.#running.has(name)) return;
    const worker = new PartitionWorker({
      store: this.#store,
      member: this.#member,
      lease,
      maxMessages: this.#options.maxMessages ?? DEFAULT_MAX_MESSAGES,
      maxBytes: this.#options.maxBytes ?? DEFAULT_MAX_BYTES,
      session: this.#session,
      handler: this.#handler,
      onError: (error) => this.#report(error, lease),
    });
    const entry: Running = { worker, ended: false };
    this.#running.set(name, entry);
    void worker.run().then(() => {
      entry.ended = true;
      this.#wakeUp.call();
    });
  }

  /** Releases partitions whose workers have ended, before the next heartbeat, so that its answer is up to date. */
  async #giveBack(): Promise<void> {
    const ended = [...this.#running.values()].filter((entry) => entry.ended).map(({ worker }) => worker);
    const leases = ended.filter((worker) => !worker.isLost).map((worker) => worker.lease);
    // A stopping member releases everything at once, when it leaves.
    if (leases.length > 0 && !this.#stopping) await this.#store.release(this.#member, leases);
    for (const worker of ended) this.#running.delete(nameOf(worker.lease));
  }

  #handleHint(hint: Hint): void {
    switch (hint.kind) {
      case 'published':
        for (const partition of hint.partitions) {
          this.#running.get(nameOf({ topic: hint.topic, partition }))?.worker.wake();
        }
        break;
      case 'group':
        if (hint.group === this.#member.group) this.#wakeUp.call();
        break;
      case 'anything':
        for (const { worker } of this.#running.values()) worker.wake();
        this.#wakeUp.call();
        break;
      default:
        hint satisfies never;
    }
  }

  async #poll(): Promise<void> {
    if (this.#running.size === 0 || this.#polling) return;
    this.#polling = true;
    try {
      for (const partition of await this.#store.ends(this.#member.topics)) {
        this.#running.get(nameOf(partition))?.worker.polled(partition.end);
      }
    } catch (error) {
      this.#report(error);
    } finally {
      this.#polling = false;
    }
  }

  #report(error: unknown, where: { topic?: string; partition?: number } = {}): void {
    const { topic, partition } = where;
    this.#failedAt = performance.now();
    try {
      this.#options.onError?.(error, {
        ...(topic === undefined ? {} : { topic }),
        ...(partition === undefined ? {} : { partition }),
      });
    } catch {
      // A listener that fails must not end the delivery that it listens to.
    }
  }
}
