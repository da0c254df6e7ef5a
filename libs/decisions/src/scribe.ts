import {
  isPlacing,
  ledgerContracts,
  type Commitments,
  type DataOf,
  type LedgerDecision,
  type RecordsPlaced,
} from '@kinledger/contracts';
import { commitmentsTo, encodeLedgerEvent, type PlacedDecision } from '@kinledger/domain';
import type { Payload, Segment } from '@kinledger/event-store';
import type { ChunkRows } from './chunk-cursor.js';
import type { DecisionWriter } from './decision-writer.js';
import type { ProgrammeLedger } from './programme-ledger.js';

/** The message that causes a decision: its ce_id, and its ce_time character for character. */
export interface Cause {
  readonly cause: string;
  readonly time: string;
}

/**
 * Turns the decisions of one cause into ledger events: assigns revisions, encodes them, makes their segments, and
 * applies them to the ledger in memory. Uses neither clock nor randomness: the output follows from the cause and the
 * decisions alone.
 */
export class Scribe {
  readonly #ledger: ProgrammeLedger;
  readonly #writer: DecisionWriter;
  readonly #cause: Cause;
  /** Number of events of this cause from earlier decisions. */
  #ordinal: number;

  constructor(ledger: ProgrammeLedger, writer: DecisionWriter, cause: Cause, ordinal = 0) {
    this.#ledger = ledger;
    this.#writer = writer;
    this.#cause = cause;
    this.#ordinal = ordinal;
  }

  /**
   * Writes one decision; `entering` are the rows whose records enter the ledger with it, one for each placement; `payload`
   * is what it names by its digest. Check the writer's `isFull` afterwards.
   */
  write(decision: LedgerDecision, entering?: ChunkRows, payload?: Payload): void {
    const { type } = decision;
    const data = entering === undefined ? decision.data : withCommitments(decision, entering);
    const { cause, time } = this.#cause;
    const revision = this.#ledger.nextRevision;
    // One object serves both: the decision with its place has the members of the event, and data still matches its
    // type.
    const placed = { type, data, revision, time, cause, ordinal: this.#ordinal } as PlacedDecision;
    const encoded = encodeLedgerEvent(placed);
    this.#ordinal += 1;
    const event = Object.assign(placed, { id: encoded.id, version: ledgerContracts[type].version });
    const segment = entering === undefined ? undefined : () => segmentOf(entering, revision);
    const standing = this.#writer.take({ event, encoded, segment, payload });
    if (standing !== undefined) this.#ledger.apply(standing);
  }
}

function withCommitments(
  decision: LedgerDecision,
  { chunk, ordinals }: ChunkRows,
): DataOf<typeof RecordsPlaced> {
  if (!isPlacing(decision)) throw new Error(`${decision.type} brings no record into the ledger`);
  const placements = decision.data.placements.map((placement, index) => {
    return { ...placement, commitments: commitmentsAt(chunk, ordinals[index] ?? Number.NaN) };
  });
  return { ...decision.data, placements };
}

function commitmentsAt(chunk: ChunkRows['chunk'], ordinal: number): Commitments {
  const bytes = chunk.committedBytes(ordinal);
  const commitments = bytes === undefined ? chunk.recordedCommitments?.(ordinal) : commitmentsTo(bytes);
  if (commitments === undefined) throw new Error('a record enters the ledger without its row');
  return commitments;
}

/** The chunk unchanged, except without the rows whose records do not enter here. */
function segmentOf({ chunk, ordinals }: ChunkRows, revision: number): Segment {
  const bodies = ordinals.length;
  if (bodies === chunk.count) return { revision, bodies, bytes: chunk.bytes };
  const entering = new Set(ordinals);
  const others = Array.from({ length: chunk.count }, (_, ordinal) => ordinal).filter(
    (ordinal) => !entering.has(ordinal),
  );
  return { revision, bodies, bytes: chunk.withoutRows(others) };
}
