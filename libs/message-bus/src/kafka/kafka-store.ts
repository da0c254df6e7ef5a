import type {
  Attendance,
  FetchedMessages,
  FetchLimits,
  Lease,
  Member,
  MessageStore,
  PartitionName,
} from '../consumer/message-store.js';
import type { OutgoingMessage, PartitionLag, PartitionSpan, TopicSettings } from '../message-bus.js';
import { partitionOf } from '../partition-of.js';
import type { Cluster } from './cluster.js';
import { GroupMember } from './group-member.js';
import { PartitionReader } from './partition-reader.js';
import { PartitionWriter } from './partition-writer.js';
import { lagOf, trim, trimCommitted } from './retention.js';
import { ensureTopics } from './topics.js';

export interface KafkaStoreOptions {
  /** Replicas of each partition of a topic that is created. Absent: the broker's default. */
  readonly replicas?: number;
  readonly deliveryTimeoutMs: number;
  readonly onRetry?: ((error: unknown) => void) | undefined;
  /** How long a reader that finds no message waits at the broker before it asks again. */
  readonly waitMs: number;
}

const CLOSE_WITHIN_MS = 5_000;

/** The store of messages and leases in Kafka: its logs, and the groups of its coordinators. */
export class KafkaStore implements MessageStore {
  readonly #cluster: Cluster;
  readonly #options: KafkaStoreOptions;
  readonly #writers = new Map<string, PartitionWriter>();
  readonly #members = new Map<string, GroupMember>();
  /** One reader for each worker, keyed by the signal that aborts its reading. */
  readonly #readers = new WeakMap<AbortSignal, PartitionReader>();
  readonly #kept = new Map<string, TopicSettings>();

  constructor(cluster: Cluster, options: KafkaStoreOptions) {
    this.#cluster = cluster;
    this.#options = options;
  }

  async ensureTopics(topics: readonly TopicSettings[]): Promise<void> {
    await ensureTopics(this.#cluster, topics, this.#options.replicas);
    for (const topic of topics) this.#kept.set(topic.name, topic);
  }

  async publish(topic: string, messages: readonly OutgoingMessage[]): Promise<void> {
    const { leaders } = await this.#cluster.topic(topic);
    // Copied, so that later changes by the publisher do not reach the readers.
    const copies = messages.map((message) => ({ ...message, value: Buffer.from(message.value) }));
    const byPartition = Map.groupBy(copies, ({ key }) => partitionOf(key, leaders.length));
    const outcomes = await Promise.allSettled(
      [...byPartition].map(([partition, each]) => this.#writer(topic, partition).write(each)),
    );
    for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
  }

  attend(member: Member): Promise<Attendance> {
    return this.#groupMember(member).attend();
  }

  claim(member: Member, partitions: readonly PartitionName[]): Promise<readonly Lease[]> {
    return this.#groupMember(member).claim(partitions);
  }

  async release(member: Member, leases: readonly Lease[]): Promise<void> {
    this.#groupMember(member).release(leases);
  }

  async leave(member: Member): Promise<void> {
    const leaving = this.#groupMember(member);
    this.#members.delete(member.id);
    await leaving.leave();
  }

  fetch(from: PartitionName, offset: number, limits: FetchLimits): Promise<FetchedMessages> {
    return this.#reader(from, limits.signal).read(offset, limits);
  }

  commit(member: Member, lease: Lease, next: number): Promise<boolean> {
    return this.#groupMember(member).commit(lease, next);
  }

  /** Empty, because readers wait at the broker themselves. */
  async ends(): Promise<readonly (PartitionName & { readonly end: number })[]> {
    return [];
  }

  lag(group: string): Promise<readonly PartitionLag[]> {
    return lagOf(this.#cluster, group);
  }

  async topicId(topic: string): Promise<string> {
    // Not from memory: somebody may have made it anew.
    this.#cluster.forgetTopic(topic);
    return (await this.#cluster.topic(topic)).id;
  }

  deleteSome(now: Date): Promise<number> {
    return trim(this.#cluster, this.#kept, now);
  }

  trim(topics: readonly string[]): Promise<readonly PartitionSpan[]> {
    return trimCommitted(this.#cluster, this.#kept, topics);
  }

  onHint(): () => void {
    return () => undefined;
  }

  /** Waits a few seconds for publishes in progress; their publishers get an error if they do not arrive. */
  async close(): Promise<void> {
    const idle = Promise.all([...this.#writers.values()].map((writer) => writer.idle()));
    let timer: NodeJS.Timeout | undefined;
    await Promise.race([idle, new Promise((resolve) => (timer = setTimeout(resolve, CLOSE_WITHIN_MS)))]);
    clearTimeout(timer);
    await this.#cluster.close();
    await idle;
  }

  #writer(topic: string, partition: number): PartitionWriter {
    const name = `${topic}/${partition}`;
    const writer =
      this.#writers.get(name) ?? new PartitionWriter(this.#cluster, topic, partition, this.#options);
    this.#writers.set(name, writer);
    return writer;
  }

  #groupMember(member: Member): GroupMember {
    const known = this.#members.get(member.id) ?? new GroupMember(this.#cluster, member);
    this.#members.set(member.id, known);
    return known;
  }

  #reader({ topic, partition }: PartitionName, signal: AbortSignal): PartitionReader {
    const reader =
      this.#readers.get(signal) ??
      new PartitionReader(this.#cluster, { topic, partition }, this.#options.waitMs, signal);
    this.#readers.set(signal, reader);
    return reader;
  }
}
