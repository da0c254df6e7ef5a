import type { ExaminedPair, ExaminedReferral } from '@kinledger/decisions';
import type { EventStorePlace } from '@kinledger/event-store';
import type { QuarterEffect } from './review-effect.js';
import type { RowSource } from './review-queue.js';

/**
 * What an answer would change: the counts of each quarter. How many individuals merge or split is not told, because individuals of hidden
 * records may be among them.
 */
export interface AnswerEffect {
  readonly quarters: readonly QuarterEffect[];
}

/** A candidate with the evidence, where both rows come from, and what each answer would change. */
export interface PairExamination extends Omit<ExaminedPair, 'consequences' | 'candidate'> {
  readonly candidate: RowSource;
  readonly effects: { readonly same: AnswerEffect; readonly different: AnswerEffect };
}

/** All that a reviewer is shown of a referral. */
export interface Examination extends Omit<ExaminedReferral, 'pairs' | 'subject'> {
  readonly subject: RowSource;
  readonly pairs: readonly PairExamination[];
}

/** What a worker thread is given: it opens the ledger itself. */
export interface ExaminationWorkerData {
  readonly place: Omit<EventStorePlace, 'onStanding'>;
  readonly stream: string;
}

/** What a worker thread says of a referral. */
export interface ExaminationWorkerMessage {
  /** Absent where the referral does not wait any more. */
  readonly examined: ExaminedReferral | undefined;
  /** Bytes of the linkage index that the thread keeps. */
  readonly bytes: number;
}
