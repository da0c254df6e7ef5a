import { Scribe } from '../scribe.js';
import { namedIn, type CommandHandler } from './command-handler.js';

/** Stops the published form of a quarter from leaving. It stays beside the ledger, and known to whoever has it. */
export const withdrawRelease: CommandHandler<'withdraw-release'> = {
  refusalOf(ledger, { payload: { period, edition } }) {
    const closed = ledger.quarters.edition(period, edition);
    if (closed === undefined) return 'quarter-not-closed';
    return closed.release === 'published' ? undefined : 'release-not-standing';
  },

  async carryOut({ ledger, writer, cause }, command) {
    const { programme, payload, reason } = command;
    const { period, edition } = payload;
    const closed = ledger.quarters.edition(period, edition);
    if (closed === undefined) throw new Error('a release that there is not is withdrawn');
    const scribe = new Scribe(ledger, writer, cause);
    scribe.write({
      type: 'ReleaseWithdrawn',
      data: { programme, period, edition, closing: closed.closing, reason, ...namedIn(command) },
    });
    await writer.finish();
    return { outcome: 'unpublished', rows: 0 };
  },
};
