import {
  isPlacing,
  RowChunk,
  type Commitments,
  type CommittedBytes,
  type LedgerEvent,
  type Placement,
  type PseudonymisedRow,
  type RecordId,
} from '@kinledger/contracts';
import { commitmentsTo, type Bodies } from '@kinledger/domain';
import type { Segment, StoredEvent } from '@kinledger/event-store';
import type { AbsentRow, DecidableChunk, StagedRows } from '../staged-rows.js';
import type { StatedTokens } from '../stated-tokens.js';

/** An event of the ledger, and its stored bytes. */
export interface RecordedEvent {
  readonly stored: StoredEvent;
  readonly event: LedgerEvent;
}

/** A record that enters the ledger without a body, which is only valid if an erasure names it. */
export interface MissingBody {
  readonly record: RecordId;
  /** Revision of the event with which the record enters. */
  readonly revision: number;
}

type EnteringPlacement = Placement & { readonly commitments: Commitments };

/** A decision as recorded in the ledger, ending with its closing event, and the remaining bodies of its records. */
export class RecordedDecision implements Bodies, StagedRows {
  readonly missing: readonly MissingBody[];
  /** Records that enter with it and of which tokens were erased since. */
  readonly lacking: readonly RecordId[];
  /** Number of records that enter the ledger with it. */
  readonly records: number;
  readonly #stated: StatedTokens;
  readonly #rows = new Map<RecordId, { readonly chunk: RowChunk; readonly ordinal: number }>();

  constructor(
    readonly events: readonly RecordedEvent[],
    segments: readonly Segment[],
    stated: StatedTokens,
    /** Version of the token keys when it was made. */
    readonly keyVersion: number,
  ) {
    this.#stated = stated;
    for (const { bytes } of segments) {
      const chunk = new RowChunk(bytes);
      for (let ordinal = 0; ordinal < chunk.count; ordinal += 1) {
        const record = chunk.recordOf(ordinal);
        if (record !== undefined) this.#rows.set(record, { chunk, ordinal });
      }
    }
    const entering = events.flatMap(({ event }) =>
      enteringIn(event).map(({ record }) => ({ record, revision: event.revision })),
    );
    this.records = entering.length;
    this.missing = entering.filter(({ record }) => !this.#rows.has(record));
    this.lacking = entering.map(({ record }) => record).filter((record) => this.lacksTokens(record));
  }

  get first(): LedgerEvent {
    return (this.events[0] as RecordedEvent).event; // a decision has events
  }

  get closing(): LedgerEvent {
    return (this.events.at(-1) as RecordedEvent).event; // a decision has events
  }

  get(record: RecordId): PseudonymisedRow | undefined {
    const place = this.#rows.get(record);
    return place?.chunk.row(place.ordinal);
  }

  committedBytesOf(record: RecordId): CommittedBytes | undefined {
    const place = this.#rows.get(record);
    return place?.chunk.committedBytes(place.ordinal);
  }

  lacksTokens(record: RecordId): boolean {
    return this.#stated.lacksTokens(record) && this.isRestated(record);
  }

  /** Whether the ledger states the record's tokens anew because some were erased. */
  statesAnew(record: RecordId): boolean {
    return this.#stated.of(record) !== undefined;
  }

  /**
   * Whether the record's tokens are not those with which it entered: they were wrapped under a later key, or some were
   * taken out and they are those that the ledger states last.
   */
  isRestated(record: RecordId): boolean {
    if ((this.#keyVersionOf(record) ?? 0) > this.keyVersion) return true;
    const stated = this.#stated.of(record);
    const bytes = stated === undefined ? undefined : this.committedBytesOf(record);
    return bytes !== undefined && commitmentsTo(bytes).tokens === stated;
  }

  #keyVersionOf(record: RecordId): number | undefined {
    const place = this.#rows.get(record);
    return place?.chunk.keyVersionOf(place.ordinal);
  }

  /**
   * The remaining rows of its submission. Unchanged rows come first: the ledger has their records, and their places
   * among the others do not affect the decision.
   */
  async *chunksOf(): AsyncGenerator<DecidableChunk> {
    yield this.#unchangedRows();
    let number = -1;
    let entering: EnteringPlacement[] = [];
    for (const { event } of this.events) {
      const placements = enteringIn(event);
      if (placements.length === 0 || event.type !== 'RecordsPlaced') continue;
      const { chunk = 0 } = event.data;
      if (chunk !== number && entering.length > 0) {
        yield new EnteringChunk(number, entering, this);
        entering = [];
      }
      number = chunk;
      entering.push(...placements);
    }
    if (entering.length > 0) yield new EnteringChunk(number, entering, this);
  }

  #unchangedRows(): DecidableChunk {
    const carried: RecordId[] = [];
    const refused: DecidableChunk['head']['refused'][number][] = [];
    let unchanged = 0;
    for (const { event } of this.events) {
      if (event.type === 'RecordsCarried') carried.push(...event.data.records);
      if (event.type === 'ConsentRefused') refused.push(...event.data.rowKeys);
      if (event.type === 'SubmissionLinked') unchanged = event.data.outcomes.unchanged;
    }
    return new UnchangedChunk(carried, refused, Math.max(0, unchanged - carried.length));
  }
}

const enteringIn = (event: LedgerEvent): EnteringPlacement[] =>
  isPlacing(event)
    ? event.data.placements.filter(
        (placement): placement is EnteringPlacement => placement.commitments !== undefined,
      )
    : [];

/** A replay stores nothing. */
abstract class UnstoredChunk {
  get bytes(): Uint8Array {
    throw new Error('a replay stores no rows');
  }

  withoutRows(): Uint8Array {
    return this.bytes;
  }
}

/** Rows whose records enter the ledger. */
class EnteringChunk extends UnstoredChunk implements DecidableChunk {
  readonly head: DecidableChunk['head'];
  readonly #entering: readonly EnteringPlacement[];
  readonly #recorded: RecordedDecision;

  constructor(number: number, entering: readonly EnteringPlacement[], recorded: RecordedDecision) {
    super();
    this.head = { chunk: number, refused: [] };
    this.#entering = entering;
    this.#recorded = recorded;
  }

  get count(): number {
    return this.#entering.length;
  }

  row(ordinal: number): PseudonymisedRow | AbsentRow | undefined {
    const placed = this.#entering[ordinal];
    if (placed === undefined) return undefined;
    const row = this.#recorded.get(placed.record);
    if (row === undefined) return { absent: 'forgotten', placed };
    return this.#recorded.lacksTokens(placed.record) ? { absent: 'tokens', row } : row;
  }

  recordOf(ordinal: number): RecordId | undefined {
    return this.#entering[ordinal]?.record;
  }

  committedBytes(ordinal: number): CommittedBytes | undefined {
    const record = this.recordOf(ordinal);
    return record === undefined || this.#recorded.isRestated(record)
      ? undefined
      : this.#recorded.committedBytesOf(record);
  }

  recordedCommitments(ordinal: number): Commitments | undefined {
    const placed = this.#entering[ordinal];
    if (placed === undefined) return undefined;
    const bytes = this.#recorded.committedBytesOf(placed.record);
    // Of a row whose tokens are stated anew, the rest is still as it entered.
    return bytes === undefined
      ? placed.commitments
      : { body: commitmentsTo(bytes).body, tokens: placed.commitments.tokens };
  }
}

/** Rows of which nothing was kept, because they said nothing new, and keys of rows that refuse consent. */
class UnchangedChunk extends UnstoredChunk implements DecidableChunk {
  readonly head: DecidableChunk['head'];
  readonly repeated: number;
  readonly #carried: readonly RecordId[];

  constructor(carried: readonly RecordId[], refused: DecidableChunk['head']['refused'], repeated: number) {
    super();
    this.head = { chunk: 0, refused };
    this.repeated = repeated;
    this.#carried = carried;
  }

  get count(): number {
    return this.#carried.length;
  }

  row(ordinal: number): AbsentRow | undefined {
    const record = this.#carried[ordinal];
    return record === undefined ? undefined : { absent: 'unchanged', record };
  }

  recordOf(ordinal: number): RecordId | undefined {
    return this.#carried[ordinal];
  }

  committedBytes(): undefined {
    return undefined;
  }
}
