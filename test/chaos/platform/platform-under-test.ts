import type { LocalConnection } from '@kinledger/contracts';
import type { OutgoingMessage } from '@kinledger/message-bus';
import type { Victim } from './victim.js';

export type Row = Readonly<Record<string, unknown>>;

/** Service whose messages are delivered to it as a consumer group of its own name. */
export type Consumer = 'pseudonymiser' | 'linker' | 'projector';

export const consumers: readonly Consumer[] = ['pseudonymiser', 'linker', 'projector'];

/** What the harness does with a bus from outside. One per adapter. */
export interface BusDoor {
  publish(topic: string, messages: readonly OutgoingMessage[]): Promise<void>;
  /** Publishes the first messages of a topic a second time, under the same ids. It must have so many. */
  publishAgain(topic: string, messages: number): Promise<void>;
  /** Messages that a group has not committed. */
  lag(group: Consumer): Promise<number>;
  /** Number of messages that were ever published to a topic. */
  published(topic: string): Promise<number>;
  /**
   * Takes a group back by up to so many messages in each partition, where they are still kept: they are delivered a
   * second time, in batches that begin elsewhere. Its members must not be running.
   */
  rewind(group: Consumer, messages: number): Promise<number>;
  /** Whether a member of the group that is silent for too long has lost its partitions. */
  hasExpired(group: Consumer): Promise<boolean>;
}

/**
 * A platform to disturb, whatever its bus and its event store are. Databases are asked as their superuser: a test may
 * see what no service may.
 */
export interface PlatformUnderTest {
  readonly connection: LocalConnection;
  /** Rejects when whoever keeps everything running has ended by itself; never resolves. */
  readonly over: Promise<never>;
  /** Everything that may be killed; each comes back by itself. */
  readonly victims: readonly Victim[];
  readonly bus: BusDoor;
  victim(name: string): Victim;
  query<R extends Row>(database: 'restricted' | 'platform', sql: string, values?: unknown[]): Promise<R[]>;
  /** The stored bytes of the ledger, as text, in order. */
  ledger(): Promise<readonly string[]>;
  /** Revision of the ledger's last event, -1 where there is none. */
  ledgerHead(): Promise<number>;
  /** Rebuilds the read models. @returns their content digests before and after. */
  rebuild(): Promise<{ readonly before: string; readonly after: string }>;
  /** Has a parked submission tried again, by the command line, and waits for it. @returns its new place. */
  unpark(submission: string): Promise<number>;
  /** Starts one more linker beside the one that is there; from then on it is a victim too. */
  startSecondLinker(): Promise<void>;
  /** Copies everybody's logs out of the platform's home, for whoever looks into what went wrong. @returns the folder. */
  keepLogs(): string;
  stop(): Promise<void>;
}

/** Starts a platform with keys that a seed gives: two platforms of one seed write the same ledger. */
export type PlatformFactory = (seed: string) => Promise<PlatformUnderTest>;
