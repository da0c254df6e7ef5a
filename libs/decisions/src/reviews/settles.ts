import type { Opinion } from './review-book.js';

/** Each reviewer’s latest answer: somebody who was unsure may answer again. */
function latestAnswers(opinions: readonly Opinion[]): ReadonlyMap<string, Opinion['answer']> {
  return new Map(opinions.map(({ by, answer }) => [by, answer]));
}

/**
 * Whether an answer settles a pair, given the answers before it. One reviewer is enough, or two who agree; a third person
 * settles what two dispute. An unsure answer settles nothing.
 */
export function settles(before: readonly Opinion[], opinion: Opinion, asksSecond: boolean): boolean {
  if (opinion.answer === 'unsure') return false;
  if (!asksSecond) return true;
  return [...latestAnswers(before)].some(([by, answer]) => by !== opinion.by && answer === opinion.answer);
}

/** Whether this person has answered for good, so that another one decides next. */
export const hasAnswered = (opinions: readonly Opinion[], by: string): boolean =>
  (latestAnswers(opinions).get(by) ?? 'unsure') !== 'unsure';

/** Where a pair that nobody has decided stands. */
export type PairStanding = 'waiting' | 'unsure' | 'second-awaited' | 'disputed';

export function standingOfPair(opinions: readonly Opinion[]): PairStanding {
  const answers = new Set(latestAnswers(opinions).values());
  if (answers.has('same') && answers.has('different')) return 'disputed';
  if (answers.has('same') || answers.has('different')) return 'second-awaited';
  return answers.has('unsure') ? 'unsure' : 'waiting';
}
