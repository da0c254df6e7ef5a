import {
  isPlacing,
  ledgerContracts,
  type DataOf,
  type LedgerDecision,
  type PseudonymisedRow,
  type RecordsPlaced,
} from '@kinledger/contracts';
import { committedBody, encodeLedgerEvent, type CommittedBody, type PlacedDecision } from '@kinledger/domain';
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
  readonly #ledger: ProgrammeLedger;
  readonly #writer: LedgerWriter;
  readonly #cause: Cause;
  /** Events of this cause that the ledger has from earlier decisions. */
  #ordinal: number;

  constructor(ledger: ProgrammeLedger, writer: LedgerWriter, cause: Cause, ordinal = 0) {
    this.#ledger = ledger;
    this.#writer = writer;
    this.#cause = cause;
    this.#ordinal = ordinal;
  }

  /**
   * Writes one decision; `rows` are those whose records enter the ledger with it, one for each placement. Then look at the
   * writer's `isFull`.
   */
  write(decision: LedgerDecision, rows?: readonly PseudonymisedRow[]): void {
    const bodies = rows?.map(committedBody);
    const { type } = decision;
    const data = bodies === undefined ? decision.data : withCommitments(decision, bodies);
    const { cause, time } = this.#cause;
    const revision = this.#ledger.nextRevision;
    // One object for both: a decision and its place have the members of the event, and data still belongs to its type.
    const placed = { type, data, revision, time, cause, ordinal: this.#ordinal } as PlacedDecision;
    const encoded = encodeLedgerEvent(placed);
    this.#ordinal += 1;
    const event = Object.assign(placed, { id: encoded.id, version: ledgerContracts[type].version });
    this.#ledger.apply(event);
    this.#writer.take(
      encoded,
      bodies?.map(({ record, bytes }) => ({ record, revision, bytes })),
    );
  }
}

function withCommitments(
  decision: LedgerDecision,
  bodies: readonly CommittedBody[],
): DataOf<typeof RecordsPlaced> {
  if (!isPlacing(decision)) throw new Error(`${decision.type} brings no record into the ledger`);
  const placements = decision.data.placements.map((placement, ordinal) => {
    const body = bodies[ordinal];
    if (body?.record !== placement.record) throw new Error('a placement has the row of another record');
    return { ...placement, commitments: body.commitments };
  });
  return { ...decision.data, placements };
}
