import { auditOfRemedy } from '@kinledger/contracts';
import { canonicalBytes, sha256Hex } from '@kinledger/domain';
import { Scribe } from '../scribe.js';
import type { CommandHandler } from './command-handler.js';

/** Records the figures of a closed quarter, once: their published form beside the ledger, the rest as a commitment. */
export const publishFigures: CommandHandler<'publish-figures'> = {
  refusalOf(ledger, { payload: { period, closing } }) {
    const closed = ledger.quarters.closingAt(period, closing);
    if (closed === undefined) return 'quarter-not-closed';
    return closed.figures === undefined ? undefined : 'figures-published-already';
  },

  async carryOut({ ledger, writer, cause }, { programme, payload }) {
    const { period, closing, published, commitment } = payload;
    const bytes = canonicalBytes(published);
    const digest = sha256Hex(bytes);
    const scribe = new Scribe(ledger, writer, cause);
    scribe.write(
      {
        type: 'FiguresPublished',
        data: {
          ...{ programme, period, closing, published: digest, commitment },
          ...(published.remedy === undefined ? {} : { audit: auditOfRemedy(published.remedy) }),
        },
      },
      undefined,
      { digest, bytes },
    );
    await writer.finish();
    return { outcome: 'published', rows: 0 };
  },
};
