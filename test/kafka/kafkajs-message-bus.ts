import { connect } from 'node:net';
import {
  busClosed,
  MAX_MESSAGE_BYTES,
  messageBytes,
  partitionOf,
  topicUnknown,
  type BatchHandler,
  type IncomingMessage,
  type MessageBus,
  type OutgoingMessage,
  type PartitionLag,
  type PartitionProgress,
  type SubscribeOptions,
  type Subscription,
  type TopicSettings,
} from '@kinledger/message-bus';
import kafkajs, {
  type Admin,
  type Consumer,
  type EachBatchPayload,
  type Kafka,
  type Producer,
} from 'kafkajs';

export interface KafkaJsOptions {
  readonly brokers: readonly string[];
  readonly clientId: string;
  readonly sessionMs: number;
  readonly firstPauseMs: number;
  readonly longestPauseMs: number;
  /** Where every broker is reached in place of the address that it advertises. */
  readonly reached?: { readonly host: string; readonly port: number };
}

interface Owned {
  next: number;
  handling: boolean;
  polledAt: number;
  committedAt: number;
  failedAt: number | undefined;
}

/**
 * The port on kafkajs, as well as its public interface allows: for the comparison that the decision on a client
 * rests on, and for nothing else.
 */
export class KafkaJsMessageBus implements MessageBus {
  private readonly kafka: Kafka;
  private readonly options: KafkaJsOptions;
  private readonly subscriptions = new Set<Subscription>();
  private readonly retentions = new Map<string, number>();
  private readonly partitions = new Map<string, number>();
  private producer: Promise<Producer> | undefined;
  private admin: Promise<Admin> | undefined;
  private closing: Promise<void> | undefined;

  constructor(options: KafkaJsOptions) {
    this.options = options;
    const { reached } = options;
    this.kafka = new kafkajs.Kafka({
      brokers: [...options.brokers],
      clientId: options.clientId,
      logLevel: kafkajs.logLevel.NOTHING,
      retry: { initialRetryTime: 50, maxRetryTime: 1000, retries: 20 },
      ...(reached === undefined ? {} : { socketFactory: ({ onConnect }) => connect(reached, onConnect) }),
    });
  }

  async ensureTopics(topics: readonly TopicSettings[]): Promise<void> {
    const admin = await this.connectedAdmin();
    const existing = new Set(await admin.listTopics());
    for (const { name, partitions, retentionMs } of topics) {
      this.retentions.set(name, retentionMs);
      if (!existing.has(name)) {
        await admin
          .createTopics({
            topics: [
              {
                topic: name,
                numPartitions: partitions,
                configEntries: [
                  { name: 'retention.ms', value: '-1' },
                  { name: 'max.message.bytes', value: String(2 * MAX_MESSAGE_BYTES) },
                  { name: 'message.timestamp.type', value: 'LogAppendTime' },
                ],
              },
            ],
            waitForLeaders: true,
          })
          .catch((error: unknown) => {
            if (!String(error).includes('already exists')) throw error;
          });
      }
      const actual = await this.partitionsOf(name);
      if (actual !== partitions) throw partitionsDiffer(name, partitions, actual);
    }
  }

  async publish(topic: string, messages: readonly OutgoingMessage[]): Promise<void> {
    if (this.closing !== undefined) throw busClosed();
    for (const message of messages) {
      if (messageBytes(message) > MAX_MESSAGE_BYTES) {
        throw Object.assign(new Error('too large'), { code: 'message-too-large' });
      }
      if (message.key.includes('\0')) throw Object.assign(new Error('NUL'), { code: 'message-malformed' });
    }
    if (messages.length === 0) return;
    const partitions = await this.partitionsOf(topic);
    const producer = await this.connectedProducer();
    await producer.send({
      topic,
      acks: -1,
      compression: kafkajs.CompressionTypes.GZIP,
      messages: messages.map(({ key, headers, value }) => ({
        key: Buffer.from(key),
        headers: { ...headers },
        value: Buffer.from(value),
        partition: partitionOf(key, partitions),
      })),
    });
  }

  subscribe(options: SubscribeOptions, handler: BatchHandler): Subscription {
    if (this.closing !== undefined) throw busClosed();
    const subscription = new KafkaJsSubscription(this.kafka, this.options, options, handler);
    this.subscriptions.add(subscription);
    return subscription;
  }

  async lag(group: string): Promise<readonly PartitionLag[]> {
    const admin = await this.connectedAdmin();
    const lags: PartitionLag[] = [];
    for (const { topic, partitions } of await admin.fetchOffsets({ groupId: group })) {
      const ends = new Map(
        (await admin.fetchTopicOffsets(topic)).map(({ partition, high }) => [partition, Number(high)]),
      );
      for (const { partition, offset } of partitions) {
        if (Number(offset) >= 0)
          lags.push({ topic, partition, lag: (ends.get(partition) ?? 0) - Number(offset) });
      }
    }
    return lags.sort((a, b) =>
      a.topic === b.topic ? a.partition - b.partition : a.topic < b.topic ? -1 : 1,
    );
  }

  async applyRetention(now: Date): Promise<number> {
    const admin = await this.connectedAdmin();
    const { groups } = await admin.listGroups();
    const least = new Map<string, number>();
    for (const { groupId } of groups) {
      for (const { topic, partitions } of await admin.fetchOffsets({ groupId })) {
        for (const { partition, offset } of partitions) {
          const name = `${topic}/${partition}`;
          if (Number(offset) >= 0) least.set(name, Math.min(Number(offset), least.get(name) ?? Infinity));
        }
      }
    }
    let deleted = 0;
    for (const [topic, retentionMs] of this.retentions) {
      const ends = await admin.fetchTopicOffsets(topic);
      const young = await admin.fetchTopicOffsetsByTimestamp(topic, now.getTime() - retentionMs + 1);
      for (const { partition, low, high } of ends) {
        const first = Number(young.find((each) => each.partition === partition)?.offset ?? high);
        const until = Math.min(first, least.get(`${topic}/${partition}`) ?? Infinity, Number(high));
        if (until <= Number(low)) continue;
        await admin.deleteTopicRecords({ topic, partitions: [{ partition, offset: String(until) }] });
        deleted += until - Number(low);
      }
    }
    return deleted;
  }

  close(): Promise<void> {
    this.closing ??= (async () => {
      await Promise.all([...this.subscriptions].map((subscription) => subscription.stop()));
      await (await this.producer)?.disconnect();
      await (await this.admin)?.disconnect();
    })();
    return this.closing;
  }

  private async partitionsOf(topic: string): Promise<number> {
    const known = this.partitions.get(topic);
    if (known !== undefined) return known;
    const admin = await this.connectedAdmin();
    const { topics } = await admin.fetchTopicMetadata({ topics: [topic] }).catch((error: unknown) => {
      if (error instanceof kafkajs.KafkaJSProtocolError && error.type === 'UNKNOWN_TOPIC_OR_PARTITION') {
        throw topicUnknown(topic);
      }
      throw error;
    });
    const count = topics[0]?.partitions.length ?? 0;
    this.partitions.set(topic, count);
    return count;
  }

  private connectedProducer(): Promise<Producer> {
    this.producer ??= (async () => {
      const producer = this.kafka.producer({
        idempotent: true,
        maxInFlightRequests: 1,
        allowAutoTopicCreation: false,
      });
      await producer.connect();
      return producer;
    })();
    return this.producer;
  }

  private connectedAdmin(): Promise<Admin> {
    this.admin ??= (async () => {
      const admin = this.kafka.admin();
      await admin.connect();
      return admin;
    })();
    return this.admin;
  }
}

const partitionsDiffer = (topic: string, expected: number, actual: number) =>
  Object.assign(new Error(`topic ${topic} has ${actual} partitions, not ${expected}`), {
    code: 'partitions-differ',
  });

class KafkaJsSubscription implements Subscription {
  readonly ready: Promise<void>;
  private readonly consumer: Consumer;
  private readonly settings: KafkaJsOptions;
  private readonly options: SubscribeOptions;
  private readonly handler: BatchHandler;
  private readonly owned = new Map<string, Owned>();
  private readonly signals = new Set<AbortController>();
  private readonly started: Promise<void>;
  private stopping: Promise<void> | undefined;
  private attendedAt = performance.now();
  private failedAt: number | undefined;
  private becomeReady: () => void = () => undefined;
  private neverReady: (error: Error) => void = () => undefined;

  constructor(kafka: Kafka, settings: KafkaJsOptions, options: SubscribeOptions, handler: BatchHandler) {
    this.settings = settings;
    this.options = options;
    this.handler = handler;
    this.ready = new Promise((resolve, reject) => {
      this.becomeReady = resolve;
      this.neverReady = reject;
    });
    this.ready.catch(() => undefined);
    this.consumer = kafka.consumer({
      groupId: options.group,
      sessionTimeout: settings.sessionMs,
      heartbeatInterval: settings.sessionMs / 10,
      rebalanceTimeout: 60_000,
      maxWaitTimeInMs: 200,
      maxBytesPerPartition: Math.min(options.maxBytes ?? 8 * 1024 * 1024, 1024 * 1024),
      retry: {
        initialRetryTime: 50,
        maxRetryTime: 1000,
        retries: 20,
        restartOnFailure: () => Promise.resolve(true),
      },
    });
    this.consumer.on('consumer.group_join', ({ payload }) => {
      this.abandon();
      this.owned.clear();
      for (const [topic, partitions] of Object.entries(payload.memberAssignment)) {
        for (const partition of partitions) {
          const now = performance.now();
          this.owned.set(`${topic}/${partition}`, {
            next: 0,
            handling: false,
            polledAt: now,
            committedAt: now,
            failedAt: undefined,
          });
        }
      }
      this.becomeReady();
    });
    this.consumer.on('consumer.rebalancing', () => this.abandon());
    this.consumer.on('consumer.crash', ({ payload }) => this.report(payload.error));
    this.consumer.on('consumer.heartbeat', () => (this.attendedAt = performance.now()));
    this.consumer.on('consumer.fetch', () => {
      for (const each of this.owned.values()) each.polledAt = performance.now();
    });
    this.started = this.start();
  }

  progress() {
    const now = performance.now();
    const partitions = [...this.owned].map(([name, each]): PartitionProgress => {
      const slash = name.lastIndexOf('/');
      return {
        topic: name.slice(0, slash),
        partition: Number(name.slice(slash + 1)),
        next: each.next,
        handling: each.handling,
        polledMsAgo: now - each.polledAt,
        committedMsAgo: now - each.committedAt,
        failedMsAgo: each.failedAt === undefined ? undefined : now - each.failedAt,
      };
    });
    return {
      attendedMsAgo: now - this.attendedAt,
      failedMsAgo: this.failedAt === undefined ? undefined : now - this.failedAt,
      partitions,
    };
  }

  stop(): Promise<void> {
    this.stopping ??= (async () => {
      this.neverReady(Object.assign(new Error('stopped'), { code: 'subscription-stopped' }));
      this.abandon();
      await this.started;
      await this.consumer.disconnect();
      this.owned.clear();
    })();
    return this.stopping;
  }

  private async start(): Promise<void> {
    const { topics, startAt } = this.options;
    for (;;) {
      if (this.stopping !== undefined) return;
      try {
        await this.consumer.connect();
        await this.consumer.subscribe({ topics: [...topics], fromBeginning: startAt !== 'latest' });
        await this.consumer.run({
          autoCommit: false,
          eachBatchAutoResolve: false,
          partitionsConsumedConcurrently: 16,
          eachBatch: (payload) => this.consume(payload),
        });
        return;
      } catch (error) {
        const missing =
          error instanceof kafkajs.KafkaJSProtocolError && error.type === 'UNKNOWN_TOPIC_OR_PARTITION';
        this.report(missing ? topicUnknown(topics[0] ?? '') : error);
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    }
  }

  private async consume(payload: EachBatchPayload): Promise<void> {
    const { batch } = payload;
    const { topic, partition } = batch;
    const messages = batch.messages.map((message): IncomingMessage => ({
      topic,
      partition,
      offset: Number(message.offset),
      key: (message.key ?? Buffer.alloc(0)).toString(),
      headers: Object.fromEntries(
        Object.entries(message.headers ?? {}).map(([name, value]) => [name, String(value)]),
      ),
      value: message.value ?? Buffer.alloc(0),
    }));
    const idle = () => payload.isRunning() && !payload.isStale() && this.stopping === undefined;
    for (const slice of this.slices(messages)) {
      if (!idle()) return;
      const last = slice.at(-1)?.offset ?? 0;
      const owned = this.owned.get(`${topic}/${partition}`);
      const beating = setInterval(
        () => void payload.heartbeat().catch(() => undefined),
        this.settings.sessionMs / 10,
      );
      try {
        for (let failures = 0; ;) {
          const signal = new AbortController();
          this.signals.add(signal);
          try {
            if (owned !== undefined) owned.handling = true;
            await this.handler({ topic, partition, messages: slice, signal: signal.signal });
            break;
          } catch (error) {
            if (owned !== undefined) owned.failedAt = performance.now();
            this.report(error, { topic, partition });
            const pause = Math.min(this.settings.longestPauseMs, this.settings.firstPauseMs * 2 ** failures);
            await new Promise((resolve) => setTimeout(resolve, pause));
            failures += 1;
            if (!idle()) return;
          } finally {
            this.signals.delete(signal);
            if (owned !== undefined) owned.handling = false;
          }
        }
        await this.consumer.commitOffsets([{ topic, partition, offset: String(last + 1) }]);
        payload.resolveOffset(String(last));
        if (owned !== undefined) {
          owned.next = last + 1;
          owned.committedAt = performance.now();
        }
      } finally {
        clearInterval(beating);
      }
    }
  }

  private *slices(messages: readonly IncomingMessage[]): Generator<IncomingMessage[]> {
    const { maxMessages = 100, maxBytes = 8 * 1024 * 1024 } = this.options;
    let slice: IncomingMessage[] = [];
    let bytes = 0;
    for (const message of messages) {
      const size = message.value.byteLength;
      if (slice.length > 0 && (slice.length === maxMessages || bytes + size > maxBytes)) {
        yield slice;
        slice = [];
        bytes = 0;
      }
      slice.push(message);
      bytes += size;
    }
    if (slice.length > 0) yield slice;
  }

  private abandon(): void {
    for (const signal of this.signals) signal.abort();
  }

  private report(error: unknown, where: { topic?: string; partition?: number } = {}): void {
    this.failedAt = performance.now();
    try {
      this.options.onError?.(error, where);
    } catch {
      // A listener that fails stops nothing.
    }
  }
}
