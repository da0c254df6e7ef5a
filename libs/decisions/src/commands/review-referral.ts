import type { CommandData } from '@kinledger/contracts';
import type { ProgrammeLedger } from '../programme-ledger.js';
import type { RowPair, WaitingReferral } from '../reviews/review-book.js';
import { plainReviews, type ReviewPolicy } from '../reviews/review-policy.js';
import { hasAnswered, settles } from '../reviews/settles.js';
import { Scribe } from '../scribe.js';
import { writeDecisions } from '../write-decisions.js';
import { namedIn, type CommandHandler } from './command-handler.js';

/**
 * Records what a reviewer says of two records, and the links that follow once it settles them. Which rows the two are
 * follows from the ledger.
 */
export const reviewReferral: CommandHandler<'review-referral'> = {
  refusalOf(ledger, command, { reviews = plainReviews }) {
    const asked = pairAsked(ledger, command, reviews);
    if (asked === undefined) return 'referral-unknown';
    // A decision keeps the two groups apart, be it of these rows or of others among them.
    if (asked.referral.reason === 'forbidden' || ledger.reviews.decisionOn(asked.rows) !== undefined)
      return 'decided-already';
    return hasAnswered(ledger.reviews.opinionsOn(asked.rows), command.askedBy.person)
      ? 'reviewed-by-you-already'
      : undefined;
  },

  async carryOut(context, command) {
    const { ledger, writer, cause, reviews = plainReviews } = context;
    const { payload, reason } = command;
    const { answer, ...review } = payload;
    const asked = pairAsked(ledger, command, reviews);
    if (asked === undefined) throw new Error('a referral was reviewed that does not wait');
    const { rows, referral } = asked;
    const decided = { rows, reason, ...namedIn(command) };
    const scribe = new Scribe(ledger, writer, cause);
    const opinion = { by: command.askedBy.person, answer };
    if (
      answer === 'unsure' ||
      !settles(ledger.reviews.opinionsOn(rows), opinion, reviews.asksSecond(referral.reason))
    ) {
      scribe.write({ type: 'ReviewGiven', data: { ...decided, ...review, answer } });
    } else {
      const type = answer === 'same' ? 'LinkReviewed' : 'LinkForbidden';
      await writeDecisions(ledger.engine.constrain({ type, data: { ...decided, review } }), scribe, context);
    }
    await writer.finish();
    return { outcome: 'reviewed', rows: 0 };
  },
};

/** The referral, and the rows of the two records; undefined unless it waits and both may be shown. */
function pairAsked(
  ledger: ProgrammeLedger,
  { payload: { referral: id, subject, candidate } }: CommandData<'review-referral'>,
  { isSensitive }: ReviewPolicy,
): { readonly referral: WaitingReferral; readonly rows: RowPair } | undefined {
  const referral = ledger.reviews.referral(id);
  if (referral?.subject !== subject || !referral.candidates.includes(candidate)) return undefined;
  const [one, other] = [ledger.engine.rowOf(subject), ledger.engine.rowOf(candidate)];
  if (one === undefined || other === undefined) return undefined;
  if (isSensitive(one.dataset) || isSensitive(other.dataset)) return undefined;
  return { referral, rows: [one.rowKey, other.rowKey] };
}
