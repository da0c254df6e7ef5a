import { setTimeout as pause } from 'node:timers/promises';
import { Connection } from '@platformatic/kafka';
import { BackOff } from '@kinledger/waiting';
import { topicUnknown } from '../errors.js';
import { brokerAddress, type BrokerAddress, type KafkaConnectionSettings } from './connection-settings.js';
import { asKafkaFailure, failedBecause, isTransient, kafkaFailure, NO_ANSWER } from './kafka-failure.js';
import { findCoordinator, metadataOfTopics, type KafkaRequest } from './requests.js';

export interface TopicDescription {
  readonly name: string;
  readonly id: string;
  /** Node id of the leader of each partition; -1 if it has none at the moment. */
  readonly leaders: readonly number[];
}

const CONNECT_TIMEOUT_MS = 10_000;
const PAUSES = { firstMs: 50, longestMs: 1_000 };

/**
 * The brokers of a cluster: which of them leads a partition or coordinates a group, and connections to them.
 *
 * A broker answers the requests of one connection in order, so a request that waits for long (a fetch) or must not wait
 * (a heartbeat) uses a connection of its own, named by its `line`.
 */
export class Cluster {
  readonly #settings: KafkaConnectionSettings;
  readonly #connections = new Map<string, Promise<Connection>>();
  readonly #topics = new Map<string, TopicDescription>();
  readonly #coordinators = new Map<string, BrokerAddress>();
  #nodes = new Map<number, BrokerAddress>();
  /** Addresses whose last request got no answer. */
  readonly #silent = new Set<string>();
  #closed = false;

  constructor(settings: KafkaConnectionSettings) {
    this.#settings = settings;
  }

  get isClosed(): boolean {
    return this.#closed;
  }

  /** @throws TopicUnknown */
  async topic(name: string): Promise<TopicDescription> {
    const known = this.#topics.get(name);
    if (known !== undefined) return known;
    await this.#learn([name]);
    const learnt = this.#topics.get(name);
    if (learnt === undefined) throw topicUnknown(name);
    return learnt;
  }

  /** Forgets a topic's description, because a leader has moved or the topic was recreated. */
  forgetTopic(name: string): void {
    this.#topics.delete(name);
  }

  /** Resolves when every partition of a topic has a leader that the brokers know. */
  async waitForLeaders(name: string): Promise<void> {
    await this.retry(async () => {
      this.forgetTopic(name);
      await this.#learn([name]);
      const leaders = this.#topics.get(name)?.leaders ?? [-1];
      if (leaders.includes(-1)) throw kafkaFailure('Metadata', ['LEADER_NOT_AVAILABLE']);
    }, ['LEADER_NOT_AVAILABLE']);
  }

  /** Sends a request to any broker. */
  async askAny<A extends unknown[], R>(api: KafkaRequest<A, R>, ...args: A): Promise<R> {
    const addresses = this.#likelyFirst([
      ...this.#nodes.values(),
      ...this.#settings.brokers.map((text) => this.#reached(brokerAddress(text))),
    ]);
    let failure: unknown = kafkaFailure(api.name, [NO_ANSWER], 'no broker address is known');
    for (const address of addresses) {
      try {
        return await this.#ask(address, 'any', api, ...args);
      } catch (error) {
        if (!failedBecause(error, NO_ANSWER)) throw error;
        failure = error;
      }
    }
    throw failure;
  }

  /** Each address once. Those that gave no answer the last time come last: to wait for a dead broker takes seconds. */
  #likelyFirst(addresses: readonly BrokerAddress[]): readonly BrokerAddress[] {
    const each = [...new Map(addresses.map((address) => [nameOf(address), address])).values()];
    const isSilent = (address: BrokerAddress) => this.#silent.has(nameOf(address));
    return [...each.filter((address) => !isSilent(address)), ...each.filter(isSilent)];
  }

  /** Sends a request to every broker. */
  async askAll<A extends unknown[], R>(api: KafkaRequest<A, R>, ...args: A): Promise<readonly R[]> {
    await this.#learn([]);
    return Promise.all([...this.#nodes.values()].map((address) => this.#ask(address, 'any', api, ...args)));
  }

  /** Sends a request to the leader of a partition. If it has moved, the next call finds the new one. */
  async askLeader<A extends unknown[], R>(
    { topic, partition }: { readonly topic: string; readonly partition: number },
    line: string,
    api: KafkaRequest<A, R>,
    ...args: A
  ): Promise<R> {
    const leader = (await this.topic(topic)).leaders[partition];
    const address = leader === undefined ? undefined : this.#nodes.get(leader);
    if (address === undefined) {
      this.forgetTopic(topic);
      throw kafkaFailure(api.name, ['LEADER_NOT_AVAILABLE']);
    }
    try {
      return await this.#ask(address, line, api, ...args);
    } catch (error) {
      if (isTransient(error) || failedBecause(error, 'UNKNOWN_TOPIC_ID')) this.forgetTopic(topic);
      throw error;
    }
  }

  /** Sends a request to the coordinator of a group; while that moves or starts, retries until it answers. */
  async askCoordinator<A extends unknown[], R>(
    group: string,
    line: string,
    api: KafkaRequest<A, R>,
    ...args: A
  ): Promise<R> {
    return this.retry(async () => {
      try {
        return await this.#ask(await this.#coordinatorOf(group), line, api, ...args);
      } catch (error) {
        if (isTransient(error)) this.#coordinators.delete(group);
        throw error;
      }
    }, ['COORDINATOR_NOT_AVAILABLE', 'NOT_COORDINATOR', 'COORDINATOR_LOAD_IN_PROGRESS']);
  }

  /** Retries work that fails for one of these reasons for up to `ms`, by default half a minute. */
  async retry<T>(work: () => Promise<T>, reasons: readonly string[], ms = 30_000): Promise<T> {
    const deadline = performance.now() + ms;
    const backOff = new BackOff(PAUSES);
    for (;;) {
      try {
        return await work();
      } catch (error) {
        if (this.#closed || performance.now() > deadline || !failedBecause(error, ...reasons)) throw error;
      }
      await pause(backOff.failed());
    }
  }

  /** Closes a line's connections; requests in progress on them fail. */
  hangUp(line: string): void {
    for (const [key, connection] of this.#connections) {
      if (!key.startsWith(`${line} `)) continue;
      this.#connections.delete(key);
      void connection.then(discard, () => undefined);
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    const connections = [...this.#connections.values()];
    this.#connections.clear();
    await Promise.all(
      connections.map((connection) =>
        connection.then(
          (open) => open.close(),
          () => undefined,
        ),
      ),
    );
  }

  async #ask<A extends unknown[], R>(
    address: BrokerAddress,
    line: string,
    api: KafkaRequest<A, R>,
    ...args: A
  ): Promise<R> {
    try {
      const connection = await this.#connection(address, line);
      const answer = await api.async(connection, ...args);
      this.#silent.delete(nameOf(address));
      return answer;
    } catch (error) {
      const failure = asKafkaFailure(api.name, error);
      if (failedBecause(failure, NO_ANSWER)) this.#silent.add(nameOf(address));
      else this.#silent.delete(nameOf(address));
      throw failure;
    }
  }

  #connection(address: BrokerAddress, line: string): Promise<Connection> {
    if (this.#closed) throw kafkaFailure('connecting', [NO_ANSWER], 'the bus is closed');
    const key = `${line} ${nameOf(address)}`;
    const known = this.#connections.get(key);
    if (known !== undefined) return known;
    const opened = this.#open(address, () => {
      if (this.#connections.get(key) === opened) this.#connections.delete(key);
    });
    this.#connections.set(key, opened);
    return opened;
  }

  async #open({ host, port }: BrokerAddress, onGone: () => void): Promise<Connection> {
    const { clientId, tls, sasl, requestTimeoutMs = 30_000 } = this.#settings;
    const connection = new Connection(clientId, {
      connectTimeout: CONNECT_TIMEOUT_MS,
      requestTimeout: requestTimeoutMs,
      maxInflights: 100,
      ...(tls === undefined ? {} : { tls: { ...tls() } }),
      ...(sasl === undefined ? {} : { sasl: { ...sasl } }),
    });
    // Without a listener an error would end the process; the caller learns of it from the failed request.
    connection.on('error', () => {
      onGone();
      discard(connection);
    });
    connection.on('close', onGone);
    try {
      await connection.connect(host, port);
      return connection;
    } catch (error) {
      onGone();
      throw error;
    }
  }

  async #coordinatorOf(group: string): Promise<BrokerAddress> {
    const known = this.#coordinators.get(group);
    if (known !== undefined) return known;
    const { coordinators } = await this.askAny(findCoordinator, 0, [group]);
    const found = coordinators[0];
    if (found === undefined) throw kafkaFailure('FindCoordinator', ['COORDINATOR_NOT_AVAILABLE']);
    const address = this.#reached(found);
    this.#coordinators.set(group, address);
    return address;
  }

  async #learn(names: readonly string[]): Promise<void> {
    const { brokers, topics } = await this.askAny(metadataOfTopics, names);
    this.#nodes = new Map(brokers.map(({ nodeId, host, port }) => [nodeId, this.#reached({ host, port })]));
    for (const { name, topicId, errorCode, partitions } of topics) {
      if (name === null || name === undefined || errorCode !== 0) continue;
      const leaders: number[] = [];
      for (const { partitionIndex, leaderId } of partitions) leaders[partitionIndex] = leaderId;
      this.#topics.set(name, { name, id: topicId, leaders });
    }
  }

  #reached({ host, port }: BrokerAddress): BrokerAddress {
    return this.#settings.reach?.({ host, port }) ?? { host, port };
  }
}

const nameOf = ({ host, port }: BrokerAddress): string => `${host}:${port}`;

/** Closes a connection at once, with everything in progress on it. */
function discard(connection: Connection): void {
  // The client's type omits that the socket is undefined if connecting failed immediately.
  (connection.socket as Connection['socket'] | undefined)?.destroy();
}
