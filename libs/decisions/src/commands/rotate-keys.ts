import { Scribe } from '../scribe.js';
import { namedIn, type CommandHandler } from './command-handler.js';

/**
 * Rotates the token key. The ledger says that the rotation has begun before the first body changes, so that whoever
 * finds the decision unfinished finishes it before any other; bodies are then re-keyed in place, each part of them before
 * its event.
 */
export const rotateKeys: CommandHandler<'rotate-keys'> = {
  refusalOf(ledger, { payload: { keyVersion } }, { newestKey }) {
    if (newestKey === undefined) return 'rekeying-not-configured';
    if (keyVersion !== ledger.keyVersion + 1) return 'key-version-differs';
    return keyVersion > newestKey ? 'key-missing' : undefined;
  },

  // Either way the ledger's version says it: a key is missing where there are no more of them than that.
  countOf: ({ keyVersion }) => keyVersion,

  async carryOut({ ledger, writer, cause, rekeying, signal }, command) {
    if (rekeying === undefined) throw new Error('keys are rotated where nobody can re-key bodies');
    const { reason, payload } = command;
    const { keyVersion } = payload;
    const order = { from: ledger.keyVersion, to: keyVersion, upTo: ledger.closedAt };
    await rekeying.prepare();
    const scribe = new Scribe(ledger, writer, cause);
    scribe.write({ type: 'KeyRotationBegun', data: { keyVersion, reason, ...namedIn(command) } });
    await writer.finish();
    let count = 0;
    for await (const { placedAt, records } of rekeying.rekey(order, signal)) {
      scribe.write({ type: 'RecordsRekeyed', data: { keyVersion, placedAt, records: [...records] } });
      count += records.length;
      if (writer.isFull) {
        signal.throwIfAborted();
        await writer.flush();
      }
    }
    scribe.write({ type: 'KeyRotated', data: { keyVersion, records: count } });
    await writer.finish();
    return { outcome: 'rekeyed', rows: 0 };
  },
};
