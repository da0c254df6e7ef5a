import type { DataOf, DataType, DatasetId, SubmissionId, SubmissionReceived } from '@kinledger/contracts';
import { periodOfCode, periodRank } from '../periods/index.js';
import { standing } from '../submissions/standing.js';
import type { Archive, Archived } from './archive.js';
import type { SubmissionStanding } from './decider.js';
import { NONE } from './typed-column.js';

/** What linkage keeps about a submission for the life of the programme. */
export interface Submission {
  readonly id: SubmissionId;
  readonly dataset: DatasetId;
  readonly service: string;
  readonly dataType: DataType;
  /** See `periodRank`. */
  readonly period: number;
  readonly sequence: number;
  /** True for a cumulative file or a snapshot: it retires rows of earlier periods that it omits. */
  readonly full: boolean;
  readonly supersedes: readonly SubmissionId[];
  /** The scopes in which its records are evidence, as bits. */
  readonly scopes: number;
}

interface Entry extends Submission {
  withdrawn: boolean;
  firstCarriage: number;
  endOfCarriages: number;
}

/** A change to the book that is being decided but not yet applied. */
export type BookChange =
  | { readonly kind: 'received'; readonly submission: Submission }
  | { readonly kind: 'withdrawn'; readonly submission: number };

/** The submissions of a dataset that stand, and the newest period for which a full file stands (or NONE). */
export interface Standing {
  readonly submissions: ReadonlySet<number>;
  readonly fullPeriod: number;
}

/** Makes a `Submission` from a received file. The dataset's id is `<service>.<data type>`. */
export function submissionOf(
  file: DataOf<typeof SubmissionReceived>,
  scopesOf: (service: string) => number,
): Submission {
  const dot = file.dataset.lastIndexOf('.');
  const service = file.dataset.slice(0, dot);
  return {
    id: file.submission,
    dataset: file.dataset,
    service,
    dataType: file.dataset.slice(dot + 1) as DataType, // the contract's pattern allows no other
    period: periodRank(periodOfCode(file.period)),
    sequence: file.sequence,
    full: file.extractKind !== 'delta',
    supersedes: file.supersedes,
    scopes: scopesOf(service),
  };
}

/** Submissions in the order in which the ledger received them. */
export class SubmissionBook implements Archived {
  readonly #entries: Entry[] = [];
  readonly #byId = new Map<string, number>();
  readonly #byDataset = new Map<string, number[]>();

  get count(): number {
    return this.#entries.length;
  }

  find(id: SubmissionId): number {
    return this.#byId.get(id) ?? NONE;
  }

  get(submission: number): Submission & Readonly<Pick<Entry, 'firstCarriage' | 'endOfCarriages'>> {
    return this.#entries[submission] as Entry; // below count
  }

  ofDataset(dataset: DatasetId): readonly number[] {
    return this.#byDataset.get(dataset) ?? [];
  }

  receive(submission: Submission, firstCarriage: number): number {
    return this.#enter({ ...submission, withdrawn: false, firstCarriage, endOfCarriages: firstCarriage });
  }

  async passThrough(archive: Archive): Promise<void> {
    const entries = await archive.json(this.#entries);
    if (entries === this.#entries) return;
    for (const entry of entries) this.#enter(entry);
  }

  extendCarriages(submission: number, end: number): void {
    (this.#entries[submission] as Entry).endOfCarriages = end; // below count
  }

  withdraw(submission: number): void {
    (this.#entries[submission] as Entry).withdrawn = true; // below count
  }

  /** The rank of a submission among the carriers of a row key: by period, then by sequence. */
  rankOf(submission: Submission): number {
    return submission.period * 2 ** 20 + submission.sequence;
  }

  standingOf(submission: SubmissionId): SubmissionStanding {
    const index = this.find(submission);
    if (index === NONE) return 'unknown';
    const entry = this.#entries[index] as Entry; // below count
    if (entry.withdrawn) return 'withdrawn';
    return this.standing(entry.dataset).submissions.has(index) ? 'standing' : 'superseded';
  }

  /**
   * The submissions of a dataset that stand, by the rule in `standing`.
   * @param change treated as already applied; a received submission gets the number `count`.
   */
  standing(dataset: DatasetId, change?: BookChange): Standing {
    const members = this.ofDataset(dataset).map((index) => {
      const entry = this.#entries[index] as Entry; // below count
      const withdrawn = entry.withdrawn || (change?.kind === 'withdrawn' && change.submission === index);
      return memberOf(index, entry, withdrawn);
    });
    if (change?.kind === 'received' && change.submission.dataset === dataset) {
      members.push(memberOf(this.count, change.submission, false));
    }
    const stand = standing(members);
    const fullPeriods = stand.filter(({ full }) => full).map(({ period }) => period);
    return {
      submissions: new Set(stand.map(({ index }) => index)),
      fullPeriod: Math.max(NONE, ...fullPeriods),
    };
  }

  #enter(entry: Entry): number {
    const index = this.#entries.push(entry) - 1;
    this.#byId.set(entry.id, index);
    const siblings = this.#byDataset.get(entry.dataset) ?? [];
    siblings.push(index);
    this.#byDataset.set(entry.dataset, siblings);
    return index;
  }
}

const memberOf = (index: number, { id, supersedes, full, period }: Submission, withdrawn: boolean) => ({
  index,
  submission: id,
  withdrawn,
  supersedes,
  full,
  period,
});
