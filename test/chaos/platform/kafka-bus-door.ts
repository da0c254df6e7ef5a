import { createKafkaMessageBus } from '@kinledger/message-bus/kafka';
import {
  Connection,
  consumerGroupDescribeV0,
  consumerGroupHeartbeatV1,
  listOffsetsV9,
  metadataV12,
  offsetCommitV9,
  offsetFetchV9,
} from '@platformatic/kafka';
import { AdapterBusDoor } from './adapter-bus-door.js';
import type { Consumer } from './platform-under-test.js';

/** Special timestamps of ListOffsets: the beginning and the end of a log. */
const EARLIEST = -2n;
const LATEST = -1n;

/** Epoch in a heartbeat of a member that leaves. */
const LEAVING_EPOCH = -1;
/** Epoch in a commit without a member, which a coordinator accepts while a group is empty. */
const NO_EPOCH = -1;

interface Places {
  readonly name: string;
  readonly partitions: readonly number[];
}

interface Offset {
  readonly topic: string;
  readonly partition: number;
  readonly offset: bigint;
}

/**
 * The bus in a Kafka of one broker. Each request opens its own connection, because the broker may have been killed
 * since the last one.
 */
export class KafkaBusDoor extends AdapterBusDoor {
  readonly #bootstrap: string;
  readonly #prefix: string;

  constructor(bootstrap: string, prefix: string) {
    super(createKafkaMessageBus({ brokers: [bootstrap], clientId: 'kinledger-chaos', prefix }));
    this.#bootstrap = bootstrap;
    this.#prefix = prefix;
  }

  /** Offsets count messages, because there are no transaction markers and no compaction. */
  async published(topic: string): Promise<number> {
    return this.#connected(async (connection) => {
      // Ask for all topics, because a dead-letter topic may not exist.
      const { topics } = await metadataV12.api.async(connection, null, false, false);
      const found = topics.find(({ name }) => name === this.#prefix + topic);
      if (found === undefined) return 0;
      const partitions = found.partitions.map(({ partitionIndex }) => partitionIndex);
      const ends = await offsetsAt(connection, [{ name: this.#prefix + topic, partitions }], LATEST);
      return ends.reduce((sum, { offset }) => sum + Number(offset), 0);
    });
  }

  /**
   * Resets a group's offsets as an operator would. Frozen and killed members stay in the group until their session
   * ends, so this first leaves the group in their name; the broker then refuses late commits of a frozen member.
   */
  async rewind(group: Consumer, messages: number): Promise<number> {
    const groupId = this.#prefix + group;
    return this.#connected(async (connection) => {
      for (const member of await membersOf(connection, groupId)) {
        await signOff(connection, groupId, member);
      }
      const committed = await committedBy(connection, groupId);
      const begins = new Map(
        (await offsetsAt(connection, placesOf(committed), EARLIEST)).map((begin) => [
          nameOf(begin),
          begin.offset,
        ]),
      );
      let again = 0n;
      const back = committed.map((place) => {
        const offset = largest(place.offset - BigInt(messages), begins.get(nameOf(place)) ?? 0n);
        again += place.offset - offset;
        return { ...place, offset };
      });
      if (again > 0n) await commit(connection, groupId, back);
      return Number(again);
    });
  }

  async hasExpired(group: Consumer): Promise<boolean> {
    return this.#connected(
      async (connection) => (await membersOf(connection, this.#prefix + group)).length === 0,
    );
  }

  async #connected<T>(ask: (connection: Connection) => Promise<T>): Promise<T> {
    const [host = '', port] = this.#bootstrap.split(':');
    const connection = new Connection('kinledger-chaos-door', {
      connectTimeout: 5_000,
      requestTimeout: 10_000,
    });
    // The request that was under way fails and reports the error.
    connection.on('error', () => undefined);
    await connection.connect(host, Number(port));
    try {
      return await ask(connection);
    } finally {
      await connection.close().catch(() => undefined);
    }
  }
}

const nameOf = ({ topic, partition }: Omit<Offset, 'offset'>): string => `${topic}/${partition}`;

const largest = (a: bigint, b: bigint): bigint => (a > b ? a : b);

const placesOf = (offsets: readonly Offset[]): Places[] =>
  [...Map.groupBy(offsets, ({ topic }) => topic)].map(([name, each]) => ({
    name,
    partitions: each.map(({ partition }) => partition),
  }));

async function membersOf(connection: Connection, groupId: string): Promise<readonly string[]> {
  const { groups } = await consumerGroupDescribeV0.api.async(connection, [groupId], false);
  return groups.flatMap(({ members }) => members.map(({ memberId }) => memberId));
}

async function signOff(connection: Connection, groupId: string, memberId: string): Promise<void> {
  const [instance, rack, subscribed, pattern, assignor] = [null, null, null, null, null];
  await consumerGroupHeartbeatV1.api.async(
    connection,
    groupId,
    memberId,
    LEAVING_EPOCH,
    instance,
    rack,
    -1,
    subscribed,
    pattern,
    assignor,
    [],
  );
}

async function committedBy(connection: Connection, groupId: string): Promise<readonly Offset[]> {
  const { groups } = await offsetFetchV9.api.async(
    connection,
    [{ groupId, memberId: null, memberEpoch: NO_EPOCH, topics: null }],
    false,
  );
  return groups.flatMap(({ topics }) =>
    topics.flatMap(({ name, partitions }) =>
      partitions.map(({ partitionIndex, committedOffset }) => ({
        topic: name,
        partition: partitionIndex,
        offset: committedOffset,
      })),
    ),
  );
}

async function offsetsAt(
  connection: Connection,
  places: readonly Places[],
  timestamp: bigint,
): Promise<readonly Offset[]> {
  const { topics } = await listOffsetsV9.api.async(
    connection,
    -1,
    0,
    places.map(({ name, partitions }) => ({
      name,
      partitions: partitions.map((partitionIndex) => ({ partitionIndex, currentLeaderEpoch: -1, timestamp })),
    })),
  );
  return topics.flatMap(({ name, partitions }) =>
    partitions.map(({ partitionIndex, offset }) => ({ topic: name, partition: partitionIndex, offset })),
  );
}

async function commit(connection: Connection, groupId: string, offsets: readonly Offset[]): Promise<void> {
  const topics = [...Map.groupBy(offsets, ({ topic }) => topic)].map(([name, each]) => ({
    name,
    partitions: each.map(({ partition, offset }) => ({
      partitionIndex: partition,
      committedOffset: offset,
      committedLeaderEpoch: -1,
      committedMetadata: null,
    })),
  }));
  await offsetCommitV9.api.async(connection, groupId, NO_EPOCH, '', null, topics);
}
