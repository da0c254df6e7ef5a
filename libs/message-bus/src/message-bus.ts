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
  /** A message may go once every group that ever subscribed has committed it and it is this old. */
  readonly retentionMs: number;
  /**
   * Groups that read it. Where a bus's server may forget how far a group has come (Kafka: `offsets.retention.minutes`),
   * nothing of the topic goes while it does not know the place of each of these.
   */
  readonly groups?: readonly string[];
}

/** Messages of one partition, in order. */
export interface Batch {
  readonly topic: string;
  readonly partition: number;
  readonly messages: readonly IncomingMessage[];
  /**
   * Aborts when this member no longer owns the partition, or is stopping and has waited long enough: what is done after
   * it may be done again.
   */
  readonly signal: AbortSignal;
}

/**
 * Handles one batch. When it resolves, the batch's offsets are committed; when it rejects, the whole batch comes
 * again, after a pause that grows with each failure. Batches of one partition never overlap.
 */
export type BatchHandler = (batch: Batch) => Promise<void>;

export interface SubscribeOptions {
  readonly group: string;
  readonly topics: readonly string[];
  /** At most this many messages in a batch. Default 100. */
  readonly maxMessages?: number;
  /** At most about this many bytes of values in a batch (one message always fits). Default 8 MiB. */
  readonly maxBytes?: number;
  /** A group's first member starts here. Default 'earliest'. */
  readonly startAt?: 'earliest' | 'latest';
  /** Told of every failure of the handler or the connection; the subscription goes on by itself. */
  readonly onError?: (
    error: unknown,
    where: { readonly topic?: string; readonly partition?: number },
  ) => void;
}

/** How a partition gets on that a member owns. Ages are in milliseconds, by this process's clock. */
export interface PartitionProgress {
  readonly topic: string;
  readonly partition: number;
  /** The offset that comes next: everything before it is committed. */
  readonly next: number;
  /** A batch is with the handler. */
  readonly handling: boolean;
  /** Since the bus last answered a look for messages, also that there are none. */
  readonly polledMsAgo: number;
  /** Since the last commit; where there was none yet, since the partition became this member's. */
  readonly committedMsAgo: number;
  /** Since the last failure that was reported. */
  readonly failedMsAgo: number | undefined;
}

export interface SubscriptionProgress {
  /** Since the bus last knew that this member lives. */
  readonly attendedMsAgo: number;
  /** Since the last failure that was reported, of whatever part. */
  readonly failedMsAgo: number | undefined;
  /** Of the partitions that this member owns. */
  readonly partitions: readonly PartitionProgress[];
}

export interface Subscription {
  /** Resolves when the member owns its share of the partitions for the first time. */
  readonly ready: Promise<void>;
  /** For health and metrics. Asks nobody. */
  progress(): SubscriptionProgress;
  /** Finishes the batches in hand, commits them, gives the partitions back. Those that take too long have their signal aborted. */
  stop(): Promise<void>;
}

export interface PartitionLag {
  readonly topic: string;
  readonly partition: number;
  /** Messages published and not yet committed by the group. */
  readonly lag: number;
}

/** Durable topics between services. Every adapter passes the contract suite in `contract/`. */
export interface MessageBus {
  /** Creates what is missing; refuses a topic that exists with another number of partitions. Repeatable. */
  ensureTopics(topics: readonly TopicSettings[]): Promise<void>;

  /** Resolves when all messages are durable. All or none where the adapter can; else repeatable by ce_id. */
  publish(topic: string, messages: readonly OutgoingMessage[]): Promise<void>;

  /** At-least-once delivery to one member of the group per partition; partitions are shared among live members. */
  subscribe(options: SubscribeOptions, handler: BatchHandler): Subscription;

  lag(group: string): Promise<readonly PartitionLag[]>;

  /** Deletes what retention allows. Returns the number of messages that went. */
  applyRetention(now: Date): Promise<number>;

  close(): Promise<void>;
}

/** A message may have 1 MiB, headers included. */
export const MAX_MESSAGE_BYTES = 1024 * 1024;
