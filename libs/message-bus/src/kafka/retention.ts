import type { PartitionName } from '../consumer/message-store.js';
import type { PartitionLag, PartitionSpan, TopicSettings } from '../message-bus.js';
import type { Cluster } from './cluster.js';
import { isKafkaFailure } from './kafka-failure.js';
import { committedIn, EARLIEST, LATEST, offsetsAt, type PartitionOffset } from './offsets.js';
import { deleteRecords, listGroups } from './requests.js';

const DELETE_TIMEOUT_MS = 30_000;

const nameOf = ({ topic, partition }: PartitionName) => `${topic}/${partition}`;
const byName = (offsets: readonly PartitionOffset[]) =>
  new Map(offsets.map((each) => [nameOf(each), each.offset]));

export async function lagOf(cluster: Cluster, group: string): Promise<readonly PartitionLag[]> {
  const committed = await committedIn(cluster, group, null);
  const partitions = [...committed.keys()].map(partitionNamed);
  const ends = await offsetsAt(cluster, partitions, LATEST);
  return ends
    .map(({ topic, partition, offset }) => ({
      topic,
      partition,
      lag: Math.max(0, offset - (committed.get(nameOf({ topic, partition })) ?? 0)),
    }))
    .sort((a, b) => (a.topic === b.topic ? a.partition - b.partition : a.topic < b.topic ? -1 : 1));
}

/**
 * Deletes from each topic the messages that are older than its retention and committed by every group that has
 * committed any of it; none while a group that reads it is unknown, because its offsets may have expired unread.
 * Returns the number of messages deleted. Skips a topic that this principal may not trim; another one does.
 */
export async function trim(
  cluster: Cluster,
  kept: ReadonlyMap<string, TopicSettings>,
  now: Date,
): Promise<number> {
  const committed = await committedByAll(cluster);
  let deleted = 0;
  for (const [topic, { retentionMs, groups = [] }] of kept) {
    const { leaders } = await cluster.topic(topic);
    const partitions = leaders.map((_, partition) => ({ topic, partition }));
    const [begins, ends, old] = await Promise.all([
      offsetsAt(cluster, partitions, EARLIEST).then(byName),
      offsetsAt(cluster, partitions, LATEST).then(byName),
      // The first message that is too recent to delete.
      offsetsAt(cluster, partitions, BigInt(now.getTime() - retentionMs + 1)).then(byName),
    ]);
    for (const partition of partitions) {
      const name = nameOf(partition);
      const end = ends.get(name) ?? 0;
      const young = old.get(name) ?? 0;
      const bound = leastCommitted(committed, name, groups) ?? end;
      const until = Math.min(young < 0 ? end : young, bound, end);
      const begin = begins.get(name) ?? 0;
      if (until > begin && (await deleteUntil(cluster, partition, until))) deleted += until - begin;
    }
  }
  return deleted;
}

/**
 * Deletes from some topics what every group has committed, whatever its age, as `trim` does otherwise. A topic that this
 * principal may not trim stays as it is.
 * @returns what is left of each partition.
 */
export async function trimCommitted(
  cluster: Cluster,
  kept: ReadonlyMap<string, TopicSettings>,
  topics: readonly string[],
): Promise<readonly PartitionSpan[]> {
  const committed = await committedByAll(cluster);
  const left: PartitionSpan[] = [];
  for (const topic of topics) {
    const { leaders } = await cluster.topic(topic);
    const partitions = leaders.map((_, partition) => ({ topic, partition }));
    const [begins, ends] = await Promise.all([
      offsetsAt(cluster, partitions, EARLIEST).then(byName),
      offsetsAt(cluster, partitions, LATEST).then(byName),
    ]);
    for (const partition of partitions) {
      const name = nameOf(partition);
      const [begin, end] = [begins.get(name) ?? 0, ends.get(name) ?? 0];
      const bound = leastCommitted(committed, name, kept.get(topic)?.groups ?? []) ?? 0;
      const until = Math.min(bound, end);
      const isTrimmed = until > begin && (await deleteUntil(cluster, partition, until));
      left.push({ ...partition, begin: isTrimmed ? until : begin, end });
    }
  }
  return left;
}

async function deleteUntil(
  cluster: Cluster,
  { topic, partition }: PartitionName,
  offset: number,
): Promise<boolean> {
  try {
    await cluster.askLeader(
      { topic, partition },
      'offsets',
      deleteRecords,
      [{ name: topic, partitions: [{ partitionIndex: partition, offset: BigInt(offset) }] }],
      DELETE_TIMEOUT_MS,
    );
    return true;
  } catch (error) {
    if (isKafkaFailure(error) && error.reasons.includes('TOPIC_AUTHORIZATION_FAILED')) return false;
    throw error;
  }
}

/** Offsets committed by each group, by `topic/partition`. */
async function committedByAll(cluster: Cluster): Promise<ReadonlyMap<string, ReadonlyMap<string, number>>> {
  const answers = await cluster.askAll(listGroups, [], []);
  const groups = new Set(answers.flatMap((answer) => answer.groups.map(({ groupId }) => groupId)));
  const committed = new Map<string, ReadonlyMap<string, number>>();
  for (const group of groups) committed.set(group, await committedIn(cluster, group, null));
  return committed;
}

/**
 * The lowest offset that any group has committed of a partition, 0 if one of `groups` is unknown; undefined if none has
 * committed.
 */
function leastCommitted(
  committed: ReadonlyMap<string, ReadonlyMap<string, number>>,
  partition: string,
  groups: readonly string[],
): number | undefined {
  if (groups.some((group) => committed.get(group)?.get(partition) === undefined)) return 0;
  const places = [...committed.values()].flatMap((each) => each.get(partition) ?? []);
  return places.length === 0 ? undefined : Math.min(...places);
}

function partitionNamed(name: string): PartitionName {
  const slash = name.lastIndexOf('/');
  return { topic: name.slice(0, slash), partition: Number(name.slice(slash + 1)) };
}
