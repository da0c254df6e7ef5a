import { reviewAnswer, type CommandData, type RecordId, type ReferralId } from '@kinledger/contracts';
import { Problem, type Caller } from '@kinledger/service-kit';
import type { z } from 'zod';
import type { Examinations } from './examinations.js';
import type { ReviewOrder, ReviewOrders } from './review-orders.js';

export type ReviewAnswer = z.output<typeof reviewAnswer>;

export interface Answered {
  /** The reviewer's own look at the referral, which showed what the answer would change. */
  readonly examination: string;
  readonly candidate: string;
  readonly answer: ReviewAnswer;
  readonly reason: string;
}

export interface Undone {
  readonly subject: string;
  readonly candidate: string;
  readonly reason: string;
}

export interface ReviewsOptions {
  readonly examinations: Pick<Examinations, 'find'>;
  readonly orders: ReviewOrders;
}

/** What reviewers order: an answer about a pair that they have looked at, or the end of a decision. */
export class Reviews {
  readonly #options: ReviewsOptions;

  constructor(options: ReviewsOptions) {
    this.#options = options;
  }

  /** @throws Problem 404 for a look that is not one's own or gone, 400 for a candidate that it did not show. */
  async answer({ examination, candidate, answer, reason }: Answered, caller: Caller): Promise<ReviewOrder> {
    const { examinations, orders } = this.#options;
    const found = await examinations.find(examination, caller);
    if (found?.result == null) throw examinationUnknown();
    const { referral, subject, pairs } = found.result;
    if (!pairs.some((pair) => pair.candidate.record === candidate)) {
      throw new Problem(400, 'candidate-not-examined', {
        detail: 'Your look at the referral did not show this candidate: name one that it showed.',
      });
    }
    const payload = { referral, subject: subject.record, candidate, answer } as Payload<'review-referral'>; // ids of the ledger
    return orders.order({ kind: 'review-referral', payload }, reason, caller);
  }

  undo({ subject, candidate, reason }: Undone, caller: Caller): Promise<ReviewOrder> {
    const payload = { subject, candidate } as { subject: RecordId; candidate: RecordId }; // the linker checks them
    return this.#options.orders.order({ kind: 'undo-review', payload }, reason, caller);
  }

  find(id: string): Promise<ReviewOrder | undefined> {
    return this.#options.orders.find(id);
  }
}

type Payload<Kind extends 'review-referral'> = CommandData<Kind>['payload'] & {
  readonly referral: ReferralId;
};

export const examinationUnknown = (): Problem =>
  new Problem(404, 'examination-unknown', {
    detail:
      'You have no such look at a referral, or it is not ready. Looks go after a day, when somebody is erased, and when the database server crashes: look again.',
  });
