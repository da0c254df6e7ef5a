import type { LedgerEvent, RecordId, ReferralId, ReviewAnswer, RowKey } from '@kinledger/contracts';
import { passMapThrough, type Archive, type Archived, type ReferralReason } from '@kinledger/domain';

/** A referral that waits for a review. */
export interface WaitingReferral {
  readonly reason: ReferralReason;
  /** The rule that would have made the link; score and levels where the strategy has them. */
  readonly rule: string;
  readonly score: number | undefined;
  readonly levels: Readonly<Record<string, string>> | undefined;
  readonly subject: RecordId;
  readonly candidates: readonly RecordId[];
}

/** What one reviewer said of two rows. */
export interface Opinion {
  readonly by: string;
  readonly answer: ReviewAnswer;
}

/** Keys of two rows. */
export type RowPair = [RowKey, RowKey];
type Verdict = Exclude<ReviewAnswer, 'unsure'>;
type ReviewEvent = Extract<
  LedgerEvent,
  {
    readonly type:
      | 'LinkReferred'
      | 'LinkReferralLapsed'
      | 'ReviewGiven'
      | 'LinkReviewed'
      | 'LinkForbidden'
      | 'LinkAllowed';
  }
>;

const nobody: readonly Opinion[] = [];
const nameOf = ([one, other]: RowPair): string => (one < other ? `${one} ${other}` : `${other} ${one}`);

/**
 * The referrals that wait, and for each pair of rows what reviewers answered and what stands. Answers name rows, so they
 * count for corrected rows too, and for another referral of the same two. An undone decision takes the answers with it.
 */
export class ReviewBook implements Archived {
  readonly #waiting = new Map<ReferralId, WaitingReferral>();
  readonly #opinions = new Map<string, readonly Opinion[]>();
  readonly #decided = new Map<string, Verdict>();

  #kept = 0;

  /** The number of referrals that wait for a person: not those in which a decision keeps two groups apart. */
  get waiting(): number {
    return this.#waiting.size - this.#kept;
  }

  referral(id: ReferralId): WaitingReferral | undefined {
    return this.#waiting.get(id);
  }

  referrals(): IterableIterator<[ReferralId, WaitingReferral]> {
    return this.#waiting.entries();
  }

  /** The decision about two rows that stands. */
  decisionOn(pair: RowPair): Verdict | undefined {
    return this.#decided.get(nameOf(pair));
  }

  /** What reviewers answered about two rows that nobody has decided, the first answer first. */
  opinionsOn(pair: RowPair): readonly Opinion[] {
    return this.#opinions.get(nameOf(pair)) ?? nobody;
  }

  take(event: ReviewEvent): void {
    switch (event.type) {
      case 'LinkReferred': {
        const { referral, reason, rule, score, levels, subject, candidates } = event.data;
        this.#remove(referral);
        this.#waiting.set(referral, { reason, rule, score, levels, subject, candidates });
        if (reason === 'forbidden') this.#kept += 1;
        return;
      }
      case 'LinkReferralLapsed':
        return this.#remove(event.data.referral);
      case 'ReviewGiven': {
        const { rows, by, answer } = event.data;
        this.#opinions.set(nameOf(rows), [...this.opinionsOn(rows), { by, answer }]);
        return;
      }
      case 'LinkReviewed':
        return this.#decide(event.data.rows, 'same');
      case 'LinkForbidden':
        return this.#decide(event.data.rows, 'different');
      case 'LinkAllowed':
        this.#opinions.delete(nameOf(event.data.rows));
        this.#decided.delete(nameOf(event.data.rows));
        return;
      default:
        event satisfies never;
    }
  }

  async passThrough(archive: Archive): Promise<void> {
    await passMapThrough(archive, this.#waiting);
    this.#kept = [...this.#waiting.values()].filter(({ reason }) => reason === 'forbidden').length;
    await passMapThrough(archive, this.#opinions);
    await passMapThrough(archive, this.#decided);
  }

  #remove(id: ReferralId): void {
    if (this.#waiting.get(id)?.reason === 'forbidden') this.#kept -= 1;
    this.#waiting.delete(id);
  }

  #decide(rows: RowPair, verdict: Verdict): void {
    this.#opinions.delete(nameOf(rows));
    this.#decided.set(nameOf(rows), verdict);
  }
}
