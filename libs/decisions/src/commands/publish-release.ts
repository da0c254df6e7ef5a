import { Scribe } from '../scribe.js';
import { namedIn, type CommandHandler } from './command-handler.js';

/**
 * Lets the published form of a closed quarter leave: the latest edition, if its digest is that of what was looked at and its
 * audit found nothing. The edition that left until then is superseded.
 */
export const publishRelease: CommandHandler<'publish-release'> = {
  refusalOf(ledger, { payload: { period, edition, digest } }) {
    const closed = ledger.quarters.edition(period, edition);
    if (closed === undefined) return 'quarter-not-closed';
    if (closed.release === 'published') return 'release-published-already';
    if (closed.release === 'withdrawn') return 'release-withdrawn';
    if (ledger.quarters.editionsOf(period).length > edition) return 'release-outdated';
    if (closed.figures === undefined) return 'figures-not-computed';
    if (closed.figures.digest !== digest) return 'release-differs';
    if (closed.figures.audit === undefined) return 'release-not-audited';
    return closed.figures.audit.narrowed > 0 ? 'audit-failed' : undefined;
  },

  async carryOut({ ledger, writer, cause }, command) {
    const { programme, payload, reason } = command;
    const { period, edition } = payload;
    const { closing, disclosure, figures } = ledger.quarters.edition(period, edition) ?? {};
    if (closing === undefined || disclosure === undefined || figures?.audit === undefined)
      throw new Error('a release without figures or audit is published');
    const supersedes = ledger.quarters.standing(period)?.edition;
    const scribe = new Scribe(ledger, writer, cause);
    scribe.write({
      type: 'ReleasePublished',
      data: {
        ...{ programme, period, edition, closing, figures: figures.at, published: figures.digest },
        ...{ disclosure, audit: figures.audit },
        ...(supersedes === undefined ? {} : { supersedes }),
        ...{ reason, ...namedIn(command) },
      },
    });
    await writer.finish();
    return { outcome: 'published', rows: 0 };
  },
};
