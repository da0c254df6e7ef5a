import type { DatasetId } from '@kinledger/contracts';
import type { ConstraintChange } from './constraint-table.js';
import type { LinkageIndex } from './linkage-index.js';
import { memoised } from './memoised.js';
import type { BookChange, Standing, Submission } from './submission-book.js';
import { Int32Column, NONE } from './typed-column.js';

export type RetiringReason = 'replaced' | 'omitted' | 'withdrawn' | 'consent-refused' | 'erased';

/**
 * The subject of a decision: submissions, records that are erased, carer tokens that are, two rows about which a person
 * decides, or every live record because another strategy decides from now on.
 */
export type LiveChange =
  | BookChange
  | { readonly kind: 'erased'; readonly records: readonly number[] }
  | {
      readonly kind: 'carers-erased';
      /** The records that lose tokens, and the occurrences of these tokens. */
      readonly records: readonly number[];
      readonly occurrences: ReadonlySet<number>;
    }
  | { readonly kind: 'constrained'; readonly change: ConstraintChange }
  | { readonly kind: 'relinked' };

/** The fate of a submission's row before linkage. */
export type RowFate = 'live' | 'superseded' | 'unchanged';

/** The rows of a staged submission. Each row has its staged record, or the live record that it leaves unchanged. */
export interface StagedRows {
  readonly records: Int32Column;
  /** 1 for a row with the same content as the live record of its row key. */
  readonly unchanged: Uint8Array;
  /** Row keys that refuse consent, in the order in which they were recorded. */
  readonly refused: ReadonlySet<number>;
  /** Number of further rows that repeat an earlier row of their file. */
  readonly repeated: number;
  /** Where each chunk begins, in row order. */
  readonly chunks: readonly StagedChunkStart[];
}

export interface StagedChunkStart {
  readonly number: number;
  readonly firstRow: number;
}

/**
 * The records that become live or cease to be, and which submissions carry records. All orders are those of the ledger.
 */
export interface LiveChanges {
  /** New rows and revived records. Nothing may depend on their order. */
  readonly becoming: readonly number[];
  readonly ceasing: ReadonlyMap<number, RetiringReason>;
  /** Live records that the submission carries unchanged, in row order. */
  readonly carried: readonly number[];
  /**
   * Records that stay live but whose highest-ranked carrier is now another earlier submission, because their former
   * carrier no longer stands. By that submission, in the order of submissions; oldest records first.
   */
  readonly carriersChanged: ReadonlyMap<number, readonly number[]>;
  /** The fate of each row. */
  readonly fates: readonly RowFate[];
  /** The record of the same row key that ceases when this one becomes live; NONE if there is none. */
  predecessorOf(record: number): number;
  /** The highest-ranked submission that carries the record after the change. */
  carrierOf(record: number): number;
}

/**
 * Determines live records (architecture §4). Each row key has at most one: from its highest-ranked standing carrier (by
 * period, then sequence), unless a standing full file of a later period omits the key. Full files of the same period
 * together form one. If the highest-ranked carrier's record is erased, the key has no live record: what it replaced
 * does not come back. The same holds if the highest-ranked carrier refuses consent, for as long as it ranks highest.
 *
 * Examines only the keys that the change can affect.
 */
export function planLiveRecords(index: LinkageIndex, change: LiveChange, rows: StagedRows): LiveChanges {
  if (change.kind === 'erased') return ceasingAlone(index, change.records);
  if (change.kind !== 'received' && change.kind !== 'withdrawn') return ceasingAlone(index, []);
  return new LivePlan(index, change, rows).outcome();
}

function ceasingAlone(index: LinkageIndex, erased: readonly number[]): LiveChanges {
  const { records } = index;
  const carriers = new UnchangedCarriers(index);
  const live = erased.filter((record) => records.isLive(record));
  return {
    becoming: [],
    ceasing: new Map(live.map((record) => [record, 'erased'])),
    carried: [],
    carriersChanged: new Map(),
    fates: [],
    predecessorOf: () => NONE,
    carrierOf: (record) => carriers.of(record),
  };
}

/** Finds the submissions that carry records of datasets that the change does not touch. */
class UnchangedCarriers {
  readonly #index: LinkageIndex;
  readonly #standing = new Map<DatasetId, Standing>();

  constructor(index: LinkageIndex) {
    this.#index = index;
  }

  of(record: number): number {
    const { records, submissions } = this.#index;
    const { dataset } = submissions.get(records.submissionOf(record));
    const standing = memoised(this.#standing, dataset, () => submissions.standing(dataset));
    return highestCarrier(this.#index, standing, records.keyOf(record)).number;
  }
}

/** The highest-ranked standing carrier of a row key. */
function highestCarrier({ submissions, keys }: LinkageIndex, standing: Standing, key: number): Carrier {
  let best: Carrier = { submission: null, number: NONE, record: NONE };
  let rank = -1;
  for (let carriage = keys.lastCarriage(key); carriage !== NONE; carriage = keys.earlierCarriage(carriage)) {
    const number = keys.submissionAt(carriage);
    if (!standing.submissions.has(number)) continue;
    const submission = submissions.get(number);
    // The loop goes from the last carriage to the first. If two rows of one file have the same key, the first row
    // therefore wins. A file's refusals precede its rows, so they win over them.
    if (submissions.rankOf(submission) < rank) continue;
    rank = submissions.rankOf(submission);
    best = { submission, number, record: keys.recordAt(carriage) };
  }
  return best;
}

class LivePlan {
  readonly #index: LinkageIndex;
  readonly #change: BookChange;
  readonly #rows: StagedRows;
  readonly #submission: Submission;
  readonly #number: number;
  readonly #before: Standing;
  readonly #after: Standing;
  /** For each key, the first row that has it; NONE for a key that is touched for another reason. */
  readonly #touched = new Map<number, number>();
  /** Finds carriers in other datasets, which the change does not affect. */
  readonly #elsewhere: UnchangedCarriers;
  readonly #carriersChanged = new Map<number, number[]>();

  constructor(index: LinkageIndex, change: BookChange, rows: StagedRows) {
    this.#index = index;
    this.#elsewhere = new UnchangedCarriers(index);
    this.#change = change;
    this.#rows = rows;
    const received = change.kind === 'received';
    this.#submission = received ? change.submission : index.submissions.get(change.submission);
    this.#number = received ? index.submissions.count : change.submission;
    this.#before = index.submissions.standing(this.#submission.dataset);
    this.#after = index.submissions.standing(this.#submission.dataset, change);
  }

  outcome(): LiveChanges {
    const { keys } = this.#index;
    const carried: number[] = [];
    const fates = this.#readRows(carried);
    this.#touchFlipped();
    const becoming: number[] = [];
    const ceasing = new Map<number, RetiringReason>();
    const gone = new Map<number, number>();
    for (const [key, row] of this.#touched) {
      const before = keys.liveRecord(key);
      const after = this.#liveAfter(key);
      // For a key without a row, `row` is NONE, and `fates` has no entry there.
      if (fates[row] === 'live' && after !== this.#rows.records.get(row)) fates[row] = 'superseded';
      if (before === after) {
        if (after !== NONE) this.#noteCarrier(key, after);
        continue;
      }
      if (after !== NONE) becoming.push(after);
      if (before === NONE) continue;
      ceasing.set(before, this.#reasonFor(key, before, after));
      if (after !== NONE) gone.set(after, before);
    }
    return {
      becoming,
      ceasing,
      carried,
      carriersChanged: this.#carriersInOrder(),
      fates,
      predecessorOf: (record) => gone.get(record) ?? NONE,
      carrierOf: (record) => this.#carrierOf(record),
    };
  }

  /**
   * Records a carrier change if a record stays live but its highest-ranked carrier is now another earlier submission.
   */
  #noteCarrier(key: number, record: number): void {
    const before = highestCarrier(this.#index, this.#before, key).number;
    const after = this.#highest(key).number;
    if (after === before || (after === this.#number && this.#change.kind === 'received')) return;
    const kept = this.#carriersChanged.get(after);
    if (kept === undefined) this.#carriersChanged.set(after, [record]);
    else kept.push(record);
  }

  #carriersInOrder(): Map<number, number[]> {
    return new Map(
      [...this.#carriersChanged]
        .sort(([one], [other]) => one - other)
        .map(([carrier, kept]) => [carrier, kept.sort((one, other) => one - other)]),
    );
  }

  #readRows(carried: number[]): RowFate[] {
    const { records } = this.#index;
    const fates: RowFate[] = [];
    for (const key of this.#rows.refused) this.#touched.set(key, NONE);
    for (let row = 0; row < this.#rows.records.length; row++) {
      const record = this.#rows.records.get(row);
      const unchanged = this.#rows.unchanged[row] === 1;
      const key = records.keyOf(record);
      const first = this.#touched.get(key);
      if (this.#rows.refused.has(key)) {
        fates.push(unchanged ? 'unchanged' : 'superseded');
        continue;
      }
      if (first === undefined) {
        this.#touched.set(key, row);
        if (unchanged) carried.push(record);
        fates.push(unchanged ? 'unchanged' : 'live');
        continue;
      }
      // For a repeated key in one file, the first row wins. An equal row is unchanged; any other is superseded.
      const repeats = unchanged || records.sameContent(record, this.#rows.records.get(first));
      fates.push(repeats ? 'unchanged' : 'superseded');
    }
    return fates;
  }

  /**
   * Touches the keys of submissions that begin or cease to stand, and keys that a full file omits or no longer omits.
   */
  #touchFlipped(): void {
    const { submissions } = this.#index;
    const fullPeriods = [this.#before.fullPeriod, this.#after.fullPeriod];
    const [early, late] = [Math.min(...fullPeriods), Math.max(...fullPeriods)];
    for (const number of submissions.ofDataset(this.#submission.dataset)) {
      const { period } = submissions.get(number);
      const flips = this.#before.submissions.has(number) !== this.#after.submissions.has(number);
      const reached = period >= early && period < late;
      if (flips || (reached && this.#after.submissions.has(number))) this.#touchCarriages(number);
    }
  }

  #touchCarriages(number: number): void {
    const { submissions, keys } = this.#index;
    const { firstCarriage, endOfCarriages } = submissions.get(number);
    for (let carriage = firstCarriage; carriage < endOfCarriages; carriage++) {
      const key = keys.keyAt(carriage);
      if (!this.#touched.has(key)) this.#touched.set(key, NONE);
    }
  }

  #liveAfter(key: number): number {
    const { submission, record } = this.#highest(key);
    if (submission === null || this.#isOmitted(submission)) return NONE;
    // If the carrier refuses consent, `record` is NONE, which is never erased.
    return this.#index.records.isErased(record) ? NONE : record;
  }

  #isOmitted({ period }: Submission): boolean {
    return period < this.#after.fullPeriod;
  }

  /** The highest-ranked standing carrier of a key after the change. */
  #highest(key: number): Carrier {
    const { submissions } = this.#index;
    const best = highestCarrier(this.#index, this.#after, key);
    const row = this.#touched.get(key) ?? NONE;
    const refuses = this.#rows.refused.has(key);
    // A submission that was parked and is processed later may already be superseded. It then has rows here but does not
    // stand.
    if ((row === NONE && !refuses) || !this.#after.submissions.has(this.#number)) return best;
    if (
      best.submission !== null &&
      submissions.rankOf(this.#submission) < submissions.rankOf(best.submission)
    )
      return best;
    const record = refuses ? NONE : this.#rows.records.get(row);
    return { submission: this.#submission, number: this.#number, record };
  }

  #carrierOf(record: number): number {
    const { records, submissions } = this.#index;
    const elsewhere =
      !records.isStaged(record) &&
      submissions.get(records.submissionOf(record)).dataset !== this.#submission.dataset;
    return elsewhere ? this.#elsewhere.of(record) : this.#highest(records.keyOf(record)).number;
  }

  #reasonFor(key: number, ceasing: number, successor: number): RetiringReason {
    if (this.#change.kind === 'withdrawn' && !this.#isCarried(ceasing)) return 'withdrawn';
    if (successor !== NONE) return 'replaced';
    const { submission, record } = this.#highest(key);
    return submission !== null && record === NONE && !this.#isOmitted(submission)
      ? 'consent-refused'
      : 'omitted';
  }

  #isCarried(record: number): boolean {
    const { keys, records } = this.#index;
    for (let at = keys.lastCarriage(records.keyOf(record)); at !== NONE; at = keys.earlierCarriage(at)) {
      if (keys.recordAt(at) === record && this.#after.submissions.has(keys.submissionAt(at))) return true;
    }
    return false;
  }
}

/** `record` is NONE if the carrier refuses consent or there is no carrier. */
interface Carrier {
  readonly submission: Submission | null;
  readonly number: number;
  readonly record: number;
}
