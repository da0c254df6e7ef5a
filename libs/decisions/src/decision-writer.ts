import type { LedgerEvent } from '@kinledger/contracts';
import type { EncodedLedgerEvent } from '@kinledger/domain';
import type { Segment } from '@kinledger/event-store';

/** An event of a decision, as data and as the bytes that the ledger keeps of it. */
export interface WrittenEvent {
  readonly event: LedgerEvent;
  readonly encoded: EncodedLedgerEvent;
  /** Makes the rows whose records it brings in; absent where it brings none. */
  readonly segment: (() => Segment) | undefined;
}

/** Takes the events of decisions, one after the other, in the order of the ledger. */
export interface DecisionWriter {
  /**
   * Takes the next event. Then look at `isFull`.
   * @returns the event that stands in the ledger in its place, which is what decisions go on from; undefined where none does.
   */
  take(written: WrittenEvent): LedgerEvent | undefined;
  readonly isFull: boolean;
  /** Sends what was taken. */
  flush(): Promise<void>;
  /** Resolves when everything that was taken is durable. */
  finish(): Promise<void>;
}
