import type { Erasure } from '@kinledger/contracts';
import type { EnteredRecord } from '@kinledger/event-store';

/** The list of erasures as it stands. The same object comes back for as long as the list does not change. */
export interface ListedErasures {
  readonly erasures: readonly Erasure[];
  /** Lines that the list has, those that cannot be read included. */
  readonly lines: number;
}

/** Where erasures come from, and who carries them out on bodies. */
export interface Erasures {
  /** What is to be erased. A line that cannot be read is reported once and left out. */
  list(): Promise<ListedErasures>;
  /** Puts an erasure on the list, durably. */
  append(erasure: Erasure): Promise<void>;
  /** Deletes the bodies of these records for ever; repeating it is harmless. */
  eraseBodies(stream: string, records: readonly EnteredRecord[]): Promise<void>;
}
