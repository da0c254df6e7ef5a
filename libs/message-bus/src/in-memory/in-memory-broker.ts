import { randomUUID } from 'node:crypto';
import type {
  FetchedMessages,
  GroupState,
  Lease,
  LeaseState,
  Member,
  PartitionName,
  Hint,
} from '../consumer/message-store.js';
import { partitionsDiffer, topicUnknown } from '../errors.js';
import type {
  IncomingMessage,
  OutgoingMessage,
  PartitionLag,
  PartitionSpan,
  TopicSettings,
} from '../message-bus.js';
import { partitionOf } from '../partition-of.js';

interface StoredMessage {
  readonly message: IncomingMessage;
  readonly publishedAt: number;
}

interface Partition {
  messages: StoredMessage[];
  end: number;
}

interface Topic {
  readonly id: string;
  settings: TopicSettings;
  readonly partitions: readonly Partition[];
}

interface StoredLease extends PartitionName {
  owner: string | null;
  epoch: number;
  committed: number;
}

interface Group {
  readonly members: Map<string, { readonly topics: readonly string[]; expiresAt: number }>;
  readonly leases: StoredLease[];
}

/**
 * The in-memory equivalent of the tables of migration bus/0002: the same rules, step by step. Every method is one
 * transaction.
 */
export class InMemoryBroker {
  readonly #topics = new Map<string, Topic>();
  readonly #groups = new Map<string, Group>();
  readonly #listeners = new Set<(hint: Hint) => void>();

  ensureTopics(topics: readonly TopicSettings[]): void {
    for (const settings of topics) {
      const known = this.#topics.get(settings.name);
      if (known === undefined) {
        const partitions = Array.from({ length: settings.partitions }, () => ({ messages: [], end: 0 }));
        this.#topics.set(settings.name, { id: randomUUID(), settings, partitions });
      } else if (known.partitions.length !== settings.partitions) {
        throw partitionsDiffer(settings.name, settings.partitions, known.partitions.length);
      } else {
        known.settings = settings;
      }
    }
  }

  topicId(topic: string): string {
    return this.#topic(topic).id;
  }

  publish(topic: string, messages: readonly OutgoingMessage[]): void {
    const { partitions } = this.#topic(topic);
    const publishedAt = Date.now();
    const grown = new Set<number>();
    for (const { key, headers, value } of messages) {
      const partition = partitionOf(key, partitions.length);
      const { messages: stored, end } = this.#partition({ topic, partition });
      // Copied, so that later changes by the publisher do not reach the readers.
      const message = {
        topic,
        partition,
        offset: end,
        key,
        headers: { ...headers },
        value: Buffer.from(value),
      };
      stored.push({ message, publishedAt });
      this.#partition({ topic, partition }).end += 1;
      grown.add(partition);
    }
    this.#tell({ kind: 'published', topic, partitions: [...grown] });
  }

  attend(member: Member): GroupState {
    for (const topic of member.topics) this.#topic(topic);
    const group = this.#group(member.group);
    const now = performance.now();
    for (const [id, { expiresAt }] of group.members) {
      if (id !== member.id && expiresAt <= now) this.#remove(group, id);
    }
    const joined = !group.members.has(member.id);
    group.members.set(member.id, { topics: member.topics, expiresAt: now + member.ttlMs });
    for (const topic of member.topics) this.#remember(group, topic, member.startAt);
    if (joined) this.#tell({ kind: 'group', group: member.group });
    return {
      members: [...group.members].map(([id, { topics }]) => ({ id, topics })),
      leases: group.leases
        .filter(({ topic }) => member.topics.includes(topic))
        .map((lease): LeaseState => ({ ...lease, end: this.#partition(lease).end })),
    };
  }

  claim(member: Member, wanted: readonly PartitionName[]): readonly Lease[] {
    const group = this.#group(member.group);
    if (!group.members.has(member.id)) return [];
    return group.leases
      .filter((lease) => lease.owner === null && wanted.some(isSame(lease)))
      .map((lease) => {
        lease.owner = member.id;
        lease.epoch += 1;
        return { ...lease };
      });
  }

  release(member: Member, leases: readonly Lease[]): void {
    for (const given of leases) {
      const lease = this.#heldLease(member, given);
      if (lease !== undefined) lease.owner = null;
    }
    this.#tell({ kind: 'group', group: member.group });
  }

  leave(member: Member): void {
    this.#remove(this.#group(member.group), member.id);
    this.#tell({ kind: 'group', group: member.group });
  }

  fetch(from: PartitionName, offset: number, maxMessages: number, maxBytes: number): FetchedMessages {
    const partition = this.#partition(from);
    const messages: IncomingMessage[] = [];
    let bytes = 0;
    const begin = offset - (partition.messages[0]?.message.offset ?? offset);
    for (const { message } of partition.messages.slice(
      Math.max(0, begin),
      Math.max(0, begin) + maxMessages,
    )) {
      bytes += message.value.byteLength;
      if (messages.length > 0 && bytes > maxBytes) break;
      messages.push({ ...message, value: Buffer.from(message.value) });
    }
    return { messages, end: messages.length === 0 ? undefined : partition.end };
  }

  commit(member: Member, given: Lease, next: number): boolean {
    const lease = this.#heldLease(member, given);
    if (lease === undefined || lease.committed > next) return false;
    lease.committed = next;
    return true;
  }

  ends(topics: readonly string[]): readonly (PartitionName & { readonly end: number })[] {
    return topics.flatMap((topic) =>
      (this.#topics.get(topic)?.partitions ?? []).map(({ end }, partition) => ({ topic, partition, end })),
    );
  }

  lag(group: string): readonly PartitionLag[] {
    return (this.#groups.get(group)?.leases ?? []).map(({ topic, partition, committed }) => ({
      topic,
      partition,
      lag: this.#partition({ topic, partition }).end - committed,
    }));
  }

  deleteOld(now: Date): number {
    let deleted = 0;
    for (const [topic, { settings, partitions }] of this.#topics) {
      const newest = now.getTime() - settings.retentionMs;
      for (const [index, partition] of partitions.entries()) {
        const committed = this.#committedOf({ topic, partition: index });
        const bound = Math.min(partition.end, ...committed);
        const kept = partition.messages.findIndex(
          ({ message, publishedAt }) => message.offset >= bound || publishedAt > newest,
        );
        const count = kept < 0 ? partition.messages.length : kept;
        partition.messages = partition.messages.slice(count);
        deleted += count;
      }
    }
    return deleted;
  }

  trim(topics: readonly string[]): readonly PartitionSpan[] {
    return topics.flatMap((topic) =>
      this.#topic(topic).partitions.map((partition, index) => {
        const committed = this.#committedOf({ topic, partition: index });
        const bound = committed.length === 0 ? 0 : Math.min(...committed);
        partition.messages = partition.messages.filter(({ message }) => message.offset >= bound);
        const begin = partition.messages[0]?.message.offset ?? partition.end;
        return { topic, partition: index, begin, end: partition.end };
      }),
    );
  }

  #committedOf(partition: PartitionName): number[] {
    return [...this.#groups.values()]
      .flatMap((group) => group.leases)
      .filter(isSame(partition))
      .map((lease) => lease.committed);
  }

  onHint(listener: (hint: Hint) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Registers a group that subscribes to a topic for the first time, starting where it asks. */
  #remember(group: Group, name: string, startAt: Member['startAt']): void {
    if (group.leases.some(({ topic }) => topic === name)) return;
    for (const [partition, { messages, end }] of this.#topic(name).partitions.entries()) {
      const committed = startAt === 'latest' ? end : (messages[0]?.message.offset ?? end);
      group.leases.push({ topic: name, partition, owner: null, epoch: 0, committed });
    }
  }

  #remove(group: Group, id: string): void {
    group.members.delete(id);
    for (const lease of group.leases) if (lease.owner === id) lease.owner = null;
  }

  #heldLease(member: Member, given: Lease): StoredLease | undefined {
    return this.#group(member.group).leases.find(
      (lease) => isSame(given)(lease) && lease.owner === member.id && lease.epoch === given.epoch,
    );
  }

  #topic(name: string): Topic {
    const topic = this.#topics.get(name);
    if (topic === undefined) throw topicUnknown(name);
    return topic;
  }

  #partition({ topic, partition }: PartitionName): Partition {
    const found = this.#topic(topic).partitions[partition];
    if (found === undefined) throw new Error(`topic ${topic} has no partition ${partition}`);
    return found;
  }

  #group(name: string): Group {
    const group = this.#groups.get(name) ?? { members: new Map(), leases: [] };
    this.#groups.set(name, group);
    return group;
  }

  #tell(hint: Hint): void {
    for (const listener of this.#listeners) listener(hint);
  }
}

const isSame =
  (a: PartitionName) =>
  (b: PartitionName): boolean =>
    a.topic === b.topic && a.partition === b.partition;
