export interface OutgoingMessage {
  /** Messages of one key keep their order. Never a token or an identifier. */
  readonly key: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly value: Uint8Array;
}

export interface IncomingMessage extends OutgoingMessage {
  readonly topic: string;
  readonly partition: number;
  /** Position in its partition, contiguous from 0. */
  readonly offset: number;
}

export interface TopicSettings {
  readonly name: string;
  readonly partitions: number;
  /** A message may be deleted once every group that ever subscribed has committed it and it is this old. */
  readonly retentionMs: number;
  /**
   * Groups that read it. A bus's server may forget a group's offsets (Kafka: `offsets.retention.minutes`); while those
   * of any of these groups are unknown, nothing of the topic is deleted.
   */
  readonly groups?: readonly string[];
}

/** Messages of one partition, in order. */
export interface Batch {
  readonly topic: string;
  readonly partition: number;
  readonly messages: readonly IncomingMessage[];
  /**
   * Aborts when this member no longer owns the partition, or is stopping and has waited long enough: from then on the
   * batch may be delivered again.
   */
  readonly signal: AbortSignal;
}

/**
 * Handles one batch. When it resolves, the batch's offsets are committed; when it rejects, the whole batch is delivered
 * again, after a pause that grows with each failure. Batches of one partition never overlap.
 */
export type BatchHandler = (batch: Batch) => Promise<void>;

export interface SubscribeOptions {
  readonly group: string;
  readonly topics: readonly string[];
  /** Maximum number of messages in a batch. Default 100. */
  readonly maxMessages?: number;
  /** Approximate maximum bytes of values in a batch (one message always fits). Default 8 MiB. */
  readonly maxBytes?: number;
  /** Where a new group starts. Default 'earliest'. */
  readonly startAt?: 'earliest' | 'latest';
  /** Called at every failure of the handler or the connection; the subscription retries by itself. */
  readonly onError?: (
    error: unknown,
    where: { readonly topic?: string; readonly partition?: number },
  ) => void;
}

/** Progress on a partition that a member owns. Ages are in milliseconds, by this process's clock. */
export interface PartitionProgress {
  readonly topic: string;
  readonly partition: number;
  /** The next offset to deliver: everything before it is committed. */
  readonly next: number;
  /** Whether the handler is processing a batch. */
  readonly handling: boolean;
  /** Since the bus last answered a poll for messages, even without any. */
  readonly polledMsAgo: number;
  /** Since the last commit, or since the partition became this member's if there was none yet. */
  readonly committedMsAgo: number;
  /** Since the last reported failure. */
  readonly failedMsAgo: number | undefined;
}

export interface SubscriptionProgress {
  /** Since the bus last confirmed this member's heartbeat. */
  readonly attendedMsAgo: number;
  /** Since the last reported failure of any part. */
  readonly failedMsAgo: number | undefined;
  /** The partitions that this member owns. */
  readonly partitions: readonly PartitionProgress[];
}

export interface Subscription {
  /** Resolves when the member first owns its share of the partitions. */
  readonly ready: Promise<void>;
  /** For health and metrics; makes no calls. */
  progress(): SubscriptionProgress;
  /**
   * Finishes and commits the batches in progress, and releases the partitions. Aborts the signals of batches that take
   * too long.
   */
  stop(): Promise<void>;
}

export interface PartitionLag {
  readonly topic: string;
  readonly partition: number;
  /** Number of messages published and not yet committed by the group. */
  readonly lag: number;
}

/** What is left of a partition: messages from `begin` up to `end`. */
export interface PartitionSpan {
  readonly topic: string;
  readonly partition: number;
  readonly begin: number;
  /** The offset that the next published message will have. */
  readonly end: number;
}

/** Durable topics between services. Every adapter passes the contract suite in `contract/`. */
export interface MessageBus {
  /** Creates missing topics; refuses one that exists with another number of partitions. Idempotent. */
  ensureTopics(topics: readonly TopicSettings[]): Promise<void>;

  /**
   * Resolves when all messages are durable. All or none if the adapter can; otherwise consumers recognise repeats by
   * ce_id.
   */
  publish(topic: string, messages: readonly OutgoingMessage[]): Promise<void>;

  /** Delivers at least once, to one member of the group per partition; live members share the partitions. */
  subscribe(options: SubscribeOptions, handler: BatchHandler): Subscription;

  lag(group: string): Promise<readonly PartitionLag[]>;

  /**
   * What a topic is known by to the server: another one when the topic was made anew, so that what it held is gone. Kept
   * for as long as the topic is there, by every connection.
   * @throws TopicUnknown
   */
  topicId(topic: string): Promise<string>;

  /** Deletes what retention allows. Returns the number of messages deleted. */
  applyRetention(now: Date): Promise<number>;

  /**
   * Deletes of these topics what every group that ever subscribed has committed, whatever its age. Returns what is left;
   * a topic that nobody reads is left as it is.
   */
  trim(topics: readonly string[]): Promise<readonly PartitionSpan[]>;

  close(): Promise<void>;
}

/** Maximum bytes of a message, headers included: 1 MiB. */
export const MAX_MESSAGE_BYTES = 1024 * 1024;
