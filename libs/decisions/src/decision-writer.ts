import type { LedgerEvent } from '@kinledger/contracts';
import type { EncodedLedgerEvent } from '@kinledger/domain';
import type { Payload, Segment } from '@kinledger/event-store';

/** An event of a decision, as data and as the bytes that the ledger stores. */
export interface WrittenEvent {
  readonly event: LedgerEvent;
  readonly encoded: EncodedLedgerEvent;
  /** Makes the segment of rows whose records enter with the event; undefined if none do. */
  readonly segment: (() => Segment) | undefined;
  /** What it names by its digest; absent where it names nothing. */
  readonly payload?: Payload | undefined;
}

/** Takes the events of decisions in ledger order. */
export interface DecisionWriter {
  /**
   * Takes the next event. Check `isFull` afterwards.
   * @returns the event that the ledger contains at its revision, from which later decisions follow; undefined if there
   * is none.
   */
  take(written: WrittenEvent): LedgerEvent | undefined;
  readonly isFull: boolean;
  /** Sends the events taken so far. */
  flush(): Promise<void>;
  /** Resolves when all events taken are durable. */
  finish(): Promise<void>;
}
