import type { consumerGroupDescribeV0 } from '@platformatic/kafka';
import type { Attendance, Lease, Member, PartitionName } from '../consumer/message-store.js';
import type { Cluster } from './cluster.js';
import { failedBecause } from './kafka-failure.js';
import { committedIn, placesOf, startsOf } from './offsets.js';
import { commitOffsets, describeGroup, groupHeartbeat } from './requests.js';

/** The epoch in the heartbeat of a member that leaves. */
const LEAVING_EPOCH = -1;

/** How long the coordinator waits for a batch in progress before it assigns the partition to another member. */
const HAND_OVER_MS = 15 * 60_000;

const nameOf = ({ topic, partition }: PartitionName) => `${topic}/${partition}`;

/**
 * One member of a group, by the protocol of KIP-848: the coordinator divides the partitions; a member reports its
 * partitions in every heartbeat, and keeps one that it should release until it no longer reports it. Commits carry the
 * member's epoch, so that those of a member that was presumed dead are refused.
 */
export class GroupMember {
  readonly #cluster: Cluster;
  readonly #member: Member;
  readonly #line: string;
  /** Zero while the coordinator does not know the member. */
  #epoch = 0;
  #held = new Map<string, Lease>();
  #assigned: readonly PartitionName[] = [];
  #leases = 0;
  #settled = false;
  #beating: Promise<void> | undefined;

  constructor(cluster: Cluster, member: Member) {
    this.#cluster = cluster;
    this.#member = member;
    this.#line = `member-${member.id}`;
  }

  async attend(): Promise<Attendance> {
    await this.#beat();
    const claim = this.#assigned.filter((partition) => !this.#held.has(nameOf(partition)));
    const kept = new Set(this.#assigned.map(nameOf));
    const giveUp = [...this.#held.values()].filter((lease) => !kept.has(nameOf(lease)));
    return {
      held: [...this.#held.values()].map((lease) => ({ ...lease, end: 0 })),
      share: { claim, giveUp, awaited: await this.#awaited() },
    };
  }

  /**
   * Claims partitions that are assigned to it, at the group's offsets. Commits the starting offsets of a new group at
   * once.
   */
  async claim(partitions: readonly PartitionName[]): Promise<readonly Lease[]> {
    const { group, startAt } = this.#member;
    const assigned = new Set(this.#assigned.map(nameOf));
    const wanted = partitions.filter((partition) => assigned.has(nameOf(partition)));
    if (wanted.length === 0) return [];
    const known = await committedIn(this.#cluster, group, placesOf(wanted));
    const fresh = wanted.filter((partition) => !known.has(nameOf(partition)));
    const starts = await startsOf(this.#cluster, fresh, startAt);
    if (fresh.length > 0) await this.#commitAll(starts);
    for (const { topic, partition, offset } of starts) known.set(nameOf({ topic, partition }), offset);
    return wanted.flatMap(({ topic, partition }) => {
      const committed = known.get(nameOf({ topic, partition }));
      if (committed === undefined) return [];
      this.#leases += 1;
      const lease: Lease = { topic, partition, epoch: this.#leases, committed };
      this.#held.set(nameOf(lease), lease);
      return [lease];
    });
  }

  release(leases: readonly Lease[]): void {
    for (const lease of leases) if (this.#holds(lease)) this.#held.delete(nameOf(lease));
  }

  /** Returns false if the lease now belongs to another member. */
  async commit(lease: Lease, next: number): Promise<boolean> {
    const { topic, partition } = lease;
    for (;;) {
      if (!this.#holds(lease)) return false;
      try {
        await this.#commitAll([{ topic, partition, offset: next }]);
        const held = this.#held.get(nameOf(lease));
        if (held !== undefined) this.#held.set(nameOf(lease), { ...held, committed: next });
        return true;
      } catch (error) {
        if (!failedBecause(error, 'STALE_MEMBER_EPOCH', ...UNKNOWN)) throw error;
        // The group has moved on, with or without this member: the coordinator's answer says which.
        await this.#beat();
      }
    }
  }

  async leave(): Promise<void> {
    try {
      if (this.#epoch > 0) await this.#heartbeat(LEAVING_EPOCH, []);
    } finally {
      this.#held.clear();
      this.#cluster.hangUp(this.#line);
    }
  }

  #holds(lease: Lease): boolean {
    return this.#held.get(nameOf(lease))?.epoch === lease.epoch;
  }

  /** One heartbeat at a time: concurrent callers share it. */
  #beat(): Promise<void> {
    this.#beating ??= this.#joinOrStay().finally(() => (this.#beating = undefined));
    return this.#beating;
  }

  async #joinOrStay(): Promise<void> {
    try {
      await this.#heartbeat(this.#epoch, await this.#holdings());
    } catch (error) {
      if (!failedBecause(error, ...UNKNOWN)) throw error;
      // The coordinator presumed us dead and gave our partitions to others. Join again under the same id.
      this.#epoch = 0;
      this.#held = new Map();
      this.#assigned = [];
      await this.#heartbeat(0, []);
    }
  }

  async #heartbeat(
    epoch: number,
    holdings: { readonly topicId: string; readonly partitions: number[] }[],
  ): Promise<void> {
    const { group, id, topics } = this.#member;
    const names = new Map<string, string>();
    // A missing topic is an error to report, not something to await silently.
    if (epoch >= 0) for (const topic of topics) names.set((await this.#cluster.topic(topic)).id, topic);
    const { memberEpoch, assignment } = await this.#cluster.askCoordinator(
      group,
      this.#line,
      groupHeartbeat,
      group,
      id,
      epoch,
      null,
      null,
      HAND_OVER_MS,
      [...topics],
      null,
      null,
      holdings,
    );
    this.#epoch = memberEpoch;
    if (assignment === null) return;
    this.#assigned = assignment.topicPartitions.flatMap(({ topicId, partitions }) => {
      const topic = names.get(topicId);
      return topic === undefined ? [] : partitions.map((partition) => ({ topic, partition }));
    });
  }

  async #holdings(): Promise<{ topicId: string; partitions: number[] }[]> {
    const byTopic = Map.groupBy(this.#held.values(), ({ topic }) => topic);
    return Promise.all(
      [...byTopic].map(async ([topic, leases]) => ({
        topicId: (await this.#cluster.topic(topic)).id,
        partitions: leases.map(({ partition }) => partition),
      })),
    );
  }

  /**
   * Number of partitions of its share that it has not received. Checked until its first share is complete, because
   * heartbeats tell neither what others have yet to release, nor whether the coordinator knows a new topic yet.
   */
  async #awaited(): Promise<number> {
    if (this.#settled) return 0;
    const { group, id, topics } = this.#member;
    const { groups } = await this.#cluster.askCoordinator(group, this.#line, describeGroup, [group], false);
    const members = groups[0]?.members ?? [];
    const mine = members.filter(({ memberId }) => memberId === id).flatMap(targetOf);
    const everybodys = members.flatMap(targetOf);
    let divided = true;
    for (const topic of topics) {
      const { id: topicId, leaders } = await this.#cluster.topic(topic);
      const partitions = everybodys.filter((target) => target.topicId === topicId);
      if (countOf(partitions) < leaders.length) divided = false;
    }
    const awaited = divided ? Math.max(0, countOf(mine) - this.#assigned.length) : 1;
    this.#settled = awaited === 0;
    return awaited;
  }

  async #commitAll(offsets: readonly (PartitionName & { readonly offset: number })[]): Promise<void> {
    const { group, id } = this.#member;
    const topics = [...Map.groupBy(offsets, ({ topic }) => topic)].map(([name, partitions]) => ({
      name,
      partitions: partitions.map(({ partition, offset }) => ({
        partitionIndex: partition,
        committedOffset: BigInt(offset),
        committedLeaderEpoch: -1,
        committedMetadata: null,
      })),
    }));
    await this.#cluster.askCoordinator(
      group,
      this.#line,
      commitOffsets,
      group,
      this.#epoch,
      id,
      null,
      topics,
    );
  }
}

/** The coordinator does not know the member, or has presumed it dead. */
const UNKNOWN = ['UNKNOWN_MEMBER_ID', 'FENCED_MEMBER_EPOCH'] as const;

const targetOf = ({ targetAssignment }: consumerGroupDescribeV0.ConsumerGroupDescribeResponseMember) =>
  targetAssignment.topicPartitions;

const countOf = (topics: readonly { readonly partitions: readonly number[] }[]): number =>
  topics.reduce((sum, { partitions }) => sum + partitions.length, 0);
