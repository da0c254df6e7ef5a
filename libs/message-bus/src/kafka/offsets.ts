import type { PartitionName } from '../consumer/message-store.js';
import type { Cluster } from './cluster.js';
import { failedBecause } from './kafka-failure.js';
import { committedOffsets, listOffsets } from './requests.js';

export type PartitionOffset = PartitionName & { readonly offset: number };

/** Special timestamps of ListOffsets: the beginning and the end of the log. */
export const EARLIEST = -2n;
export const LATEST = -1n;

type Places = { readonly name: string; readonly partitionIndexes: number[] }[];

export const placesOf = (partitions: readonly PartitionName[]): Places =>
  [...Map.groupBy(partitions, ({ topic }) => topic)].map(([name, each]) => ({
    name,
    partitionIndexes: each.map(({ partition }) => partition),
  }));

/**
 * Offsets that a group has committed, by `topic/partition`: of these partitions, or of all. Empty for an unknown group.
 */
export async function committedIn(
  cluster: Cluster,
  group: string,
  places: Places | null,
): Promise<Map<string, number>> {
  try {
    const { groups } = await cluster.askCoordinator(
      group,
      'offsets',
      committedOffsets,
      [{ groupId: group, memberId: null, memberEpoch: -1, topics: places }],
      false,
    );
    const committed = new Map<string, number>();
    for (const { name, partitions } of groups[0]?.topics ?? []) {
      for (const { partitionIndex, committedOffset } of partitions) {
        if (committedOffset >= 0n) committed.set(`${name}/${partitionIndex}`, Number(committedOffset));
      }
    }
    return committed;
  } catch (error) {
    if (failedBecause(error, 'GROUP_ID_NOT_FOUND')) return new Map();
    throw error;
  }
}

/** The first offset at or after a time (ms), or at an end of the log. -1 if all messages are older. */
export async function offsetsAt(
  cluster: Cluster,
  partitions: readonly PartitionName[],
  timestamp: bigint,
): Promise<readonly PartitionOffset[]> {
  const led = await Promise.all(
    partitions.map(async (partition) => ({
      partition,
      leader: (await cluster.topic(partition.topic)).leaders[partition.partition] ?? -1,
    })),
  );
  const answers = [...Map.groupBy(led, ({ leader }) => leader).values()].map(async (sameLeader) => {
    const places = sameLeader.map(({ partition }) => partition);
    const [first] = places;
    if (first === undefined) return [];
    const { topics } = await cluster.askLeader(
      first,
      'offsets',
      listOffsets,
      -1,
      0,
      [...Map.groupBy(places, ({ topic }) => topic)].map(([name, each]) => ({
        name,
        partitions: each.map(({ partition }) => ({
          partitionIndex: partition,
          currentLeaderEpoch: -1,
          timestamp,
        })),
      })),
    );
    return topics.flatMap(({ name, partitions: found }) =>
      found.map(({ partitionIndex, offset }) => ({
        topic: name,
        partition: partitionIndex,
        offset: Number(offset),
      })),
    );
  });
  return (await Promise.all(answers)).flat();
}

/** Offsets at which a group begins that has committed none. */
export const startsOf = (
  cluster: Cluster,
  partitions: readonly PartitionName[],
  startAt: 'earliest' | 'latest',
): Promise<readonly PartitionOffset[]> =>
  partitions.length === 0
    ? Promise.resolve([])
    : offsetsAt(cluster, partitions, startAt === 'earliest' ? EARLIEST : LATEST);
