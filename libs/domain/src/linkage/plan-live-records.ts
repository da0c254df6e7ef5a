import type { DatasetId } from '@kinledger/contracts';
import type { ConstraintChange } from './constraint-table.js';
import type { LinkageIndex } from './linkage-index.js';
import { remembered } from './remembered.js';
import type { BookChange, Standing, Submission } from './submission-book.js';
import { Int32Column, NONE } from './typed-column.js';

export type RetiringReason = 'replaced' | 'omitted' | 'withdrawn' | 'consent-refused' | 'erased';

/**
 * What a decision is about: submissions; records that are forgotten; two rows about which a person decides; or every
 * live record, since another strategy decides from here on.
 */
export type LiveChange =
  | BookChange
  | { readonly kind: 'erased'; readonly records: readonly number[] }
  | { readonly kind: 'constrained'; readonly change: ConstraintChange }
  | { readonly kind: 'relinked' };

/** What a row of the submission comes to, before linkage. */
export type RowFate = 'live' | 'superseded' | 'unchanged';

/** Rows of a submission that was staged: per row its record, as `staged`, or the live record that it leaves unchanged. */
export interface StagedRows {
  readonly records: Int32Column;
  /** 1 for a row whose content is that of the live record of its key. */
  readonly unchanged: Uint8Array;
  /** Keys of rows that refuse consent, in the order in which they were noted. */
  readonly refused: ReadonlySet<number>;
  /** Where the chunks of the rows begin, in row order. */
  readonly chunks: readonly StagedChunkStart[];
}

export interface StagedChunkStart {
  readonly number: number;
  readonly firstRow: number;
}

/** Which records begin and cease to be live, and who carries what. All orders are those of the ledger. */
export interface LiveChanges {
  /** New rows and revived records, in no order that anything may rest on. */
  readonly becoming: readonly number[];
  readonly ceasing: ReadonlyMap<number, RetiringReason>;
  /** Live records that the submission carries unchanged, in row order. */
  readonly carried: readonly number[];
  /**
   * Submission → live records that it gives their period now, though the change does not bring it: the submission that
   * did so no longer stands. In the order of submissions, oldest records first.
   */
  readonly carriersChanged: ReadonlyMap<number, readonly number[]>;
  /** By row. */
  readonly fates: readonly RowFate[];
  /** Becoming record → the record of its key that ceases; NONE where there is none. */
  predecessorOf(record: number): number;
  /** The submission that carries the record at the highest rank, once the change is made. */
  carrierOf(record: number): number;
}

/**
 * Live records (architecture §4): one per row key, from its highest-ranked standing carrier (period order, then
 * sequence), unless a standing full extract of a later period omits the key. Full extracts of one period are parts of
 * one whole. A key whose highest-ranked carrier is erased has no live record: what it replaced does not come back. Nor
 * has one whose highest-ranked carrier refuses consent, for as long as it is the highest-ranked.
 * Only keys that the change can touch are looked at.
 */
export function planLiveRecords(index: LinkageIndex, change: LiveChange, rows: StagedRows): LiveChanges {
  if (change.kind === 'erased') return ceasingAlone(index, change.records);
  if (change.kind === 'constrained' || change.kind === 'relinked') return ceasingAlone(index, []);
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

/** The submissions that give records their period, where their datasets are as they were. */
class UnchangedCarriers {
  readonly #index: LinkageIndex;
  readonly #standing = new Map<DatasetId, Standing>();

  constructor(index: LinkageIndex) {
    this.#index = index;
  }

  of(record: number): number {
    const { records, submissions } = this.#index;
    const { dataset } = submissions.get(records.submissionOf(record));
    const standing = remembered(this.#standing, dataset, () => submissions.standing(dataset));
    return highestCarrier(this.#index, standing, records.keyOf(record)).number;
  }
}

/** The highest-ranked standing carrier of a key. */
function highestCarrier({ submissions, keys }: LinkageIndex, standing: Standing, key: number): Carrier {
  let best: Carrier = { submission: null, number: NONE, record: NONE };
  let rank = -1;
  for (let carriage = keys.lastCarriage(key); carriage !== NONE; carriage = keys.earlierCarriage(carriage)) {
    const number = keys.submissionAt(carriage);
    if (!standing.submissions.has(number)) continue;
    const submission = submissions.get(number);
    // Later carriages come first: of two rows of one file with the same key, the first has the last word here. Refusals
    // come before the rows of their file, so that they hold against these.
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
  /** Key → the first row that has it, or NONE for a key touched otherwise. */
  readonly #touched = new Map<number, number>();
  /** Carriers in other datasets, which the change leaves as they are. */
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
      // A key that no row has was touched at NONE, where no row has a fate.
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

  /** Notes a record that stays live and falls to another submission of before. */
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
      // A key twice in one file: the first row stands, a repetition says nothing new, anything else is set aside.
      const repeats = unchanged || records.sameContent(record, this.#rows.records.get(first));
      fates.push(repeats ? 'unchanged' : 'superseded');
    }
    return fates;
  }

  /** Keys of submissions that begin or cease to stand, and keys that a full extract omits or omitted. */
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
    // NONE, where the carrier refuses consent, is no record that is erased.
    return this.#index.records.isErased(record) ? NONE : record;
  }

  #isOmitted({ period }: Submission): boolean {
    return period < this.#after.fullPeriod;
  }

  /** The highest-ranked standing carrier of a key. */
  #highest(key: number): Carrier {
    const { submissions } = this.#index;
    const best = highestCarrier(this.#index, this.#after, key);
    const row = this.#touched.get(key) ?? NONE;
    const refuses = this.#rows.refused.has(key);
    // One that is tried again after it was parked may have been replaced meanwhile: its rows are here, and it does not stand.
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

/** `record` is NONE where the carrier refuses consent, or there is none. */
interface Carrier {
  readonly submission: Submission | null;
  readonly number: number;
  readonly record: number;
}
