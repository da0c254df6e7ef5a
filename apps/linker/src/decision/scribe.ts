import {
  ledgerContracts,
  type Commitments,
  type LedgerDecision,
  type LedgerEvent,
  type PseudonymisedRow,
} from '@kinledger/contracts';
import { bodyBytes, commitmentsOf, encodeLedgerEvent } from '@kinledger/domain';
import type { LedgerWriter } from './ledger-writer.js';
import type { ProgrammeLedger } from './programme-ledger.js';

/** The message that a decision follows from: its ce_id, and its ce_time letter for letter. */
export interface Cause {
  readonly cause: string;
  readonly time: string;
}

/**
 * Gives the decisions of one cause their places: bytes for the ledger, bodies beside it, and the ledger in memory
 * moved on. No clock, no chance: what it writes follows from the cause and the decisions alone.
 */
export class Scribe {
  private ordinal = 0;

  constructor(
    private readonly ledger: ProgrammeLedger,
    private readonly writer: LedgerWriter,
    private readonly cause: Cause,
  ) {}

  /** Events written so far. */
  get events(): number {
    return this.ordinal;
  }

  /** Writes one decision; `row` is the row whose record enters the ledger with it. Then look at the writer's `isFull`. */
  write(decision: LedgerDecision, row?: PseudonymisedRow): void {
    const complete = row === undefined ? decision : withCommitments(decision, commitmentsOf(row));
    const { cause, time } = this.cause;
    const revision = this.ledger.nextRevision;
    const encoded = encodeLedgerEvent({ ...complete, revision, time, cause, ordinal: this.ordinal });
    this.ordinal += 1;
    const { version } = ledgerContracts[complete.type];
    // The parts of a decision with its place are those of the event.
    const event = { ...complete, id: encoded.id, version, revision, time, cause } as LedgerEvent;
    this.ledger.apply(event);
    this.writer.take(
      encoded,
      row === undefined ? undefined : { record: row.record, revision, bytes: bodyBytes(row) },
    );
  }
}

function withCommitments(decision: LedgerDecision, commitments: Commitments): LedgerDecision {
  const { type } = decision;
  if (type !== 'IndividualRegistered' && type !== 'IndividualMatched' && type !== 'RecordSetAside') {
    throw new Error(`${type} brings no record into the ledger`);
  }
  // Each of the three placements has the same optional member.
  return { type, data: { ...decision.data, commitments } } as LedgerDecision;
}
