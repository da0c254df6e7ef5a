import type { LocalConnection } from '@kinledger/contracts';
import type { OutgoingMessage } from '@kinledger/message-bus';
import type { Victim } from './victim.js';

export type Row = Readonly<Record<string, unknown>>;

/** A service that consumes messages; its consumer group has the same name. */
export type Consumer = 'pseudonymiser' | 'linker' | 'projector';

export const consumers: readonly Consumer[] = ['pseudonymiser', 'linker', 'projector'];

/** The harness's access to a bus from outside. One implementation per adapter. */
export interface BusDoor {
  publish(topic: string, messages: readonly OutgoingMessage[]): Promise<void>;
  /** Publishes the first messages of a topic again, under the same ids. The topic must hold at least that many. */
  publishAgain(topic: string, messages: number): Promise<void>;
  /** Number of messages that a group has not committed. */
  lag(group: Consumer): Promise<number>;
  /** Number of messages ever published to a topic. */
  published(topic: string): Promise<number>;
  /**
   * Rewinds a group by up to so many messages in each partition, as far as they are retained, so that they are
   * redelivered in different batches. Its members must not be running.
   */
  rewind(group: Consumer, messages: number): Promise<number>;
  /** Whether a silent member of the group has lost its partitions. */
  hasExpired(group: Consumer): Promise<boolean>;
}

/**
 * A platform to disturb, on any bus and event store. Queries run as the database's superuser, so a test sees more than
 * any service may.
 */
export interface PlatformUnderTest {
  readonly connection: LocalConnection;
  /** Rejects if the launcher ends by itself; never resolves. */
  readonly over: Promise<never>;
  /** Everything that may be killed; each restarts by itself. */
  readonly victims: readonly Victim[];
  readonly bus: BusDoor;
  victim(name: string): Victim;
  query<R extends Row>(database: 'restricted' | 'platform', sql: string, values?: unknown[]): Promise<R[]>;
  /** The stored bytes of the ledger, as text, in order. */
  ledger(): Promise<readonly string[]>;
  /** Revision of the ledger's last event, -1 if there is none. */
  ledgerHead(): Promise<number>;
  /** Rebuilds the read models. @returns their content digests before and after. */
  rebuild(): Promise<{ readonly before: string; readonly after: string }>;
  /** Un-parks a submission by the command line, and waits for it. @returns its new intake number. */
  unpark(submission: string): Promise<number>;
  /** Starts a second linker, which also becomes a victim. */
  startSecondLinker(): Promise<void>;
  /** Copies all logs out of the platform's home, to examine a failure. @returns the folder. */
  keepLogs(): string;
  stop(): Promise<void>;
}

/** Starts a platform with keys derived from a seed: two platforms with one seed write the same ledger. */
export type PlatformFactory = (seed: string) => Promise<PlatformUnderTest>;
