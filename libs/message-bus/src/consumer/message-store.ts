import type { IncomingMessage, OutgoingMessage, PartitionLag, TopicSettings } from '../message-bus.js';

export interface PartitionName {
  readonly topic: string;
  readonly partition: number;
}

/** One partition as a group sees it. */
export interface LeaseState extends PartitionName {
  /** The live member that may deliver it, or null. */
  readonly owner: string | null;
  /** Counts the owners: an earlier one cannot commit. */
  readonly epoch: number;
  /** The next offset to deliver. */
  readonly committed: number;
  /** The offset that the next published message will have. */
  readonly end: number;
}

/** A partition in the hands of a member. */
export type Lease = Omit<LeaseState, 'owner' | 'end'>;

export interface GroupState {
  /** The live ones. */
  readonly members: readonly { readonly id: string; readonly topics: readonly string[] }[];
  /** Of the topics that the asking member subscribes to. */
  readonly leases: readonly LeaseState[];
}

/** One live subscription. */
export interface Member {
  readonly group: string;
  /** UUID, another one for each subscription. */
  readonly id: string;
  readonly topics: readonly string[];
  readonly startAt: 'earliest' | 'latest';
  /** A member that was silent for so long is gone, and so are its leases. */
  readonly ttlMs: number;
}

/** How a member should move towards its share of the partitions. */
export interface Share {
  /** Free partitions that are this member's to take. */
  readonly claim: readonly PartitionName[];
  /** Partitions that it has over its share: to be given back once the batch in hand is done. */
  readonly giveUp: readonly PartitionName[];
  /** Partitions of its share that another member has yet to give up. */
  readonly awaited: number;
}

/** What a member that says that it lives learns. */
export interface Attendance {
  /** What is its own. `end` is where the partition ends; 0 where `fetch` itself waits for messages. */
  readonly held: readonly (Lease & { readonly end: number })[];
  readonly share: Share;
}

export interface FetchLimits {
  readonly maxMessages: number;
  readonly maxBytes: number;
  /** Aborts when nobody wants the messages any more. */
  readonly signal: AbortSignal;
  /** Called whenever the store has answered, also that there is nothing. */
  readonly heard: () => void;
}

export interface FetchedMessages {
  readonly messages: readonly IncomingMessage[];
  /** Where the partition ended when they were read; undefined when there were none. */
  readonly end: number | undefined;
}

export type Hint =
  | { readonly kind: 'published'; readonly topic: string; readonly partitions: readonly number[] }
  | { readonly kind: 'group'; readonly group: string }
  /** Anything may have happened while nobody listened. */
  | { readonly kind: 'anything' };

/**
 * What the adapters differ in: where messages and leases are kept, and who divides the partitions. How members
 * deliver, commit, repeat and give back is the same code on top of it.
 */
export interface MessageStore {
  ensureTopics(topics: readonly TopicSettings[]): Promise<void>;
  /** All or none, durable when it resolves. A partition's offsets become readable in their order. */
  publish(topic: string, messages: readonly OutgoingMessage[]): Promise<void>;

  /** Says that the member lives, remembers its group, takes the leases of members that are gone. */
  attend(member: Member): Promise<Attendance>;
  /** Takes those of the partitions that nobody owns. */
  claim(member: Member, partitions: readonly PartitionName[]): Promise<readonly Lease[]>;
  /** Gives leases back, where they are still the member's. */
  release(member: Member, leases: readonly Lease[]): Promise<void>;
  leave(member: Member): Promise<void>;

  /** Contiguous messages from an offset on, within the limits, but one at least if there is one. May wait for one. */
  fetch(from: PartitionName, offset: number, limits: FetchLimits): Promise<FetchedMessages>;
  /** False when the lease is another's by now. */
  commit(member: Member, lease: Lease, next: number): Promise<boolean>;

  ends(topics: readonly string[]): Promise<readonly (PartitionName & { readonly end: number })[]>;
  lag(group: string): Promise<readonly PartitionLag[]>;
  /** Deletes a bounded number of messages; zero when nothing more may go. */
  deleteSome(now: Date): Promise<number>;

  onHint(listener: (hint: Hint) => void): () => void;
  close(): Promise<void>;
}
