import type { CommandData } from '@kinledger/contracts';
import type { ProgrammeLedger } from '../programme-ledger.js';
import type { RowPair } from '../reviews/review-book.js';
import { plainReviews, type ReviewPolicy } from '../reviews/review-policy.js';
import { Scribe } from '../scribe.js';
import { writeDecisions } from '../write-decisions.js';
import { namedIn, type CommandHandler } from './command-handler.js';

/** Revokes the decision about two rows: the rules decide again. */
export const undoReview: CommandHandler<'undo-review'> = {
  refusalOf(ledger, command, { reviews = plainReviews }) {
    return rowsAsked(ledger, command, reviews) === undefined ? 'not-decided' : undefined;
  },

  async carryOut(context, command) {
    const { ledger, writer, cause, reviews = plainReviews } = context;
    const rows = rowsAsked(ledger, command, reviews);
    if (rows === undefined) throw new Error('a review was undone that does not stand');
    const data = { rows, reason: command.reason, ...namedIn(command) };
    const scribe = new Scribe(ledger, writer, cause);
    await writeDecisions(ledger.engine.constrain({ type: 'LinkAllowed', data }), scribe, context);
    await writer.finish();
    return { outcome: 'reviewed', rows: 0 };
  },
};

/** The rows of the two records, if a decision about them stands and both may be shown. */
function rowsAsked(
  { engine, reviews }: ProgrammeLedger,
  { payload: { subject, candidate } }: CommandData<'undo-review'>,
  { isSensitive }: ReviewPolicy,
): RowPair | undefined {
  const [one, other] = [engine.rowOf(subject), engine.rowOf(candidate)];
  if (one === undefined || other === undefined) return undefined;
  if (isSensitive(one.dataset) || isSensitive(other.dataset)) return undefined;
  const rows: RowPair = [one.rowKey, other.rowKey];
  return reviews.decisionOn(rows) === undefined ? undefined : rows;
}
