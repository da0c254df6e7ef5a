import type { Erasure } from '@kinledger/contracts';
import type { EnteredRecord, TokenCuts } from '@kinledger/event-store';

/** The current list of erasures. The same object is returned until the list changes. */
export interface ListedErasures {
  readonly erasures: readonly Erasure[];
  /** Number of lines, including unreadable ones. */
  readonly lines: number;
}

/** The list of erasures, and the deletion of bodies. */
export interface Erasures {
  /** The erasures to execute. An unreadable line is reported once and skipped. */
  list(): Promise<ListedErasures>;
  /** Adds an erasure to the list, durably. */
  append(erasure: Erasure): Promise<void>;
  /** Permanently deletes the bodies of these records. Idempotent. */
  eraseBodies(stream: string, records: readonly EnteredRecord[]): Promise<void>;
  /** Permanently cuts tokens out of the bodies of these records. Idempotent; returns the number of bodies changed. */
  eraseTokens(stream: string, records: readonly TokenCuts[]): Promise<number>;
}
