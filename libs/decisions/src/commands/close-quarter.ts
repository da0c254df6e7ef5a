import { londonDay, periodOfCode } from '@kinledger/domain';
import { Scribe } from '../scribe.js';
import { namedIn, type CommandHandler } from './command-handler.js';

/**
 * Closes a quarter: one event, which names the position and all that the figures depend on. Submissions that were accepted
 * before the command was asked for are decided by then, since `after` names the last of them.
 */
export const closeQuarter: CommandHandler<'close-quarter'> = {
  refusalOf(ledger, { payload: { period, edition = 1 }, time }) {
    const editions = ledger.quarters.editionsOf(period);
    if (edition <= editions.length) return 'quarter-closed-already';
    const last = editions.at(-1);
    const isNext = edition === editions.length + 1 && (last === undefined || last.figures !== undefined);
    if (!isNext) return 'edition-out-of-turn';
    // The command's time is when it was asked for; nobody reads a clock here.
    if (londonDay(new Date(time)) < periodOfCode(period).end) return 'quarter-not-over';
    return ledger.parked > 0 ? 'submission-parked' : undefined;
  },

  async carryOut({ ledger, writer, cause, quarterVersions }, command) {
    const { programme, payload, reason } = command;
    const { period, nilReturns, edition } = payload;
    if (quarterVersions === undefined) throw new Error('a quarter was closed where none can be');
    const scribe = new Scribe(ledger, writer, cause);
    scribe.write({
      type: 'QuarterClosed',
      data: {
        ...{ programme, period, reason, ...namedIn(command), versions: quarterVersions },
        ...(nilReturns === undefined ? {} : { nilReturns }),
        ...(edition === undefined ? {} : { edition }),
      },
    });
    await writer.finish();
    return { outcome: 'closed', rows: 0 };
  },
};
