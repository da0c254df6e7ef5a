import { attendance } from '../consumer/fair-share.js';
import type {
  Attendance,
  FetchedMessages,
  FetchLimits,
  Lease,
  Member,
  MessageStore,
  PartitionName,
  Hint,
} from '../consumer/message-store.js';
import type { OutgoingMessage, PartitionLag, PartitionSpan, TopicSettings } from '../message-bus.js';
import type { InMemoryBroker } from './in-memory-broker.js';

/** One connection to an in-memory broker. Like one to a server it can be lost: calls then wait until it is back. */
export class InMemoryStore implements MessageStore {
  /** Bytes of the values that were fetched. */
  receivedBytes = 0;
  readonly #broker: InMemoryBroker;
  readonly #stopListening = new Set<() => void>();
  #connected: Promise<void> = Promise.resolve();
  #reconnected: () => void = () => undefined;
  #isConnected = true;
  #severed = new AbortController();

  constructor(broker: InMemoryBroker) {
    this.#broker = broker;
  }

  loseConnection(): void {
    if (!this.#isConnected) return;
    this.#isConnected = false;
    this.#connected = new Promise((resolve) => (this.#reconnected = resolve));
  }

  regainConnection(): void {
    this.#isConnected = true;
    this.#reconnected();
  }

  /** Calls in progress fail; their callers do not know whether they were executed. */
  severConnection(): void {
    this.#severed.abort(new Error('the connection was severed'));
    this.#severed = new AbortController();
  }

  ensureTopics(topics: readonly TopicSettings[]): Promise<void> {
    return this.#call(() => this.#broker.ensureTopics(topics));
  }

  publish(topic: string, messages: readonly OutgoingMessage[]): Promise<void> {
    return this.#call(() => this.#broker.publish(topic, messages));
  }

  attend(member: Member): Promise<Attendance> {
    return this.#call(() => attendance(this.#broker.attend(member), member.id));
  }

  claim(member: Member, partitions: readonly PartitionName[]): Promise<readonly Lease[]> {
    return this.#call(() => this.#broker.claim(member, partitions));
  }

  release(member: Member, leases: readonly Lease[]): Promise<void> {
    return this.#call(() => this.#broker.release(member, leases));
  }

  leave(member: Member): Promise<void> {
    return this.#call(() => this.#broker.leave(member));
  }

  fetch(
    from: PartitionName,
    offset: number,
    { maxMessages, maxBytes }: FetchLimits,
  ): Promise<FetchedMessages> {
    return this.#call(() => {
      const fetched = this.#broker.fetch(from, offset, maxMessages, maxBytes);
      for (const { value } of fetched.messages) this.receivedBytes += value.byteLength;
      return fetched;
    });
  }

  commit(member: Member, lease: Lease, next: number): Promise<boolean> {
    return this.#call(() => this.#broker.commit(member, lease, next));
  }

  ends(topics: readonly string[]): Promise<readonly (PartitionName & { readonly end: number })[]> {
    return this.#call(() => this.#broker.ends(topics));
  }

  lag(group: string): Promise<readonly PartitionLag[]> {
    return this.#call(() => this.#broker.lag(group));
  }

  topicId(topic: string): Promise<string> {
    return this.#call(() => this.#broker.topicId(topic));
  }

  deleteSome(now: Date): Promise<number> {
    return this.#call(() => this.#broker.deleteOld(now));
  }

  trim(topics: readonly string[]): Promise<readonly PartitionSpan[]> {
    return this.#call(() => this.#broker.trim(topics));
  }

  onHint(listener: (hint: Hint) => void): () => void {
    const stop = this.#broker.onHint((hint) => {
      if (this.#isConnected) listener(hint);
    });
    this.#stopListening.add(stop);
    return () => {
      stop();
      this.#stopListening.delete(stop);
    };
  }

  async close(): Promise<void> {
    for (const stop of this.#stopListening) stop();
  }

  /** Every call waits for one turn of the event loop, as over a network, so that no test relies on less. */
  async #call<T>(work: () => T): Promise<T> {
    const { signal } = this.#severed;
    await this.#connected;
    await new Promise((resolve) => setImmediate(resolve));
    const result = work();
    signal.throwIfAborted();
    return result;
  }
}
