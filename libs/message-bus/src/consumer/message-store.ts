import type {
  IncomingMessage,
  OutgoingMessage,
  PartitionLag,
  PartitionSpan,
  TopicSettings,
} from '../message-bus.js';

export interface PartitionName {
  readonly topic: string;
  readonly partition: number;
}

/** A partition's state for one group. */
export interface LeaseState extends PartitionName {
  /** The live member that may deliver it, or null. */
  readonly owner: string | null;
  /** Increases with each owner, so that an earlier one cannot commit. */
  readonly epoch: number;
  /** The next offset to deliver. */
  readonly committed: number;
  /** The offset that the next published message will have. */
  readonly end: number;
}

/** A partition that a member owns. */
export type Lease = Omit<LeaseState, 'owner' | 'end'>;

export interface GroupState {
  /** The live members. */
  readonly members: readonly { readonly id: string; readonly topics: readonly string[] }[];
  /** Leases of the topics that the asking member subscribes to. */
  readonly leases: readonly LeaseState[];
}

/** One live subscription. */
export interface Member {
  readonly group: string;
  /** UUID, unique to the subscription. */
  readonly id: string;
  readonly topics: readonly string[];
  readonly startAt: 'earliest' | 'latest';
  /** A member that was silent for this long has left, and lost its leases. */
  readonly ttlMs: number;
}

/** How a member should move towards its share of the partitions. */
export interface Share {
  /** Free partitions that this member should claim. */
  readonly claim: readonly PartitionName[];
  /** Partitions in excess of its share, to release once the batch in progress is done. */
  readonly giveUp: readonly PartitionName[];
  /** Number of partitions of its share that another member has yet to release. */
  readonly awaited: number;
}

/** The answer to a member's heartbeat. */
export interface Attendance {
  /** Leases that it holds. `end` is the end of the partition; 0 if `fetch` itself waits for messages. */
  readonly held: readonly (Lease & { readonly end: number })[];
  readonly share: Share;
}

export interface FetchLimits {
  readonly maxMessages: number;
  readonly maxBytes: number;
  /** Aborts when the messages are no longer wanted. */
  readonly signal: AbortSignal;
  /** Called whenever the store has answered, even without messages. */
  readonly heard: () => void;
}

export interface FetchedMessages {
  readonly messages: readonly IncomingMessage[];
  /** The end of the partition when the messages were read; undefined if there were none. */
  readonly end: number | undefined;
}

export type Hint =
  | { readonly kind: 'published'; readonly topic: string; readonly partitions: readonly number[] }
  | { readonly kind: 'group'; readonly group: string }
  /** Anything may have happened while nobody listened. */
  | { readonly kind: 'anything' };

/**
 * What differs between adapters: where messages and leases are stored, and who divides the partitions. Delivery,
 * commits, retries and releases are the same code on top of it.
 */
export interface MessageStore {
  ensureTopics(topics: readonly TopicSettings[]): Promise<void>;
  /** All or none, durable when it resolves. The offsets of a partition become readable in order. */
  publish(topic: string, messages: readonly OutgoingMessage[]): Promise<void>;

  /** A heartbeat: renews the member, registers its group, and frees the leases of members that have expired. */
  attend(member: Member): Promise<Attendance>;
  /** Claims those of the partitions that are free. */
  claim(member: Member, partitions: readonly PartitionName[]): Promise<readonly Lease[]>;
  /** Releases leases that the member still holds. */
  release(member: Member, leases: readonly Lease[]): Promise<void>;
  leave(member: Member): Promise<void>;

  /** Contiguous messages from an offset on, within the limits, but at least one if there is any. May wait for one. */
  fetch(from: PartitionName, offset: number, limits: FetchLimits): Promise<FetchedMessages>;
  /** Returns false if the lease now belongs to another member. */
  commit(member: Member, lease: Lease, next: number): Promise<boolean>;

  ends(topics: readonly string[]): Promise<readonly (PartitionName & { readonly end: number })[]>;
  lag(group: string): Promise<readonly PartitionLag[]>;
  topicId(topic: string): Promise<string>;
  /** Deletes a bounded number of messages; returns zero when no more may be deleted. */
  deleteSome(now: Date): Promise<number>;
  /** Deletes what every group has committed, whatever its age; returns what is left. */
  trim(topics: readonly string[]): Promise<readonly PartitionSpan[]>;

  onHint(listener: (hint: Hint) => void): () => void;
  close(): Promise<void>;
}
