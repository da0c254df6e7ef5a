import { eraseRecords as erase } from '../erase-records.js';
import { namedIn, type CommandHandler } from './command-handler.js';

/** Erases records. All of them must be known, so that a mistyped id is noticed. */
export const eraseRecords: CommandHandler<'erase-records'> = {
  refusalOf(ledger, { payload: { records } }, can) {
    if (!can.erase) return 'erasures-not-configured';
    const erasable = ledger.engine.erasable(records);
    const missing = new Set(records).difference(new Set(erasable));
    if (missing.size > 0 && !missing.isSubsetOf(new Set(ledger.erased))) return 'record-unknown';
    return erasable.length === 0 ? 'records-erased-already' : undefined;
  },

  async carryOut(context, command) {
    const { ledger, cause, erasing } = context;
    if (erasing === undefined) throw new Error('an erasure was decided although erasure is not configured');
    const records = ledger.engine.erasable(command.payload.records);
    await erasing.prepare({ command, records });
    await erase(context, { ...cause, basis: command.reason, ...namedIn(command), records });
    await erasing.eraseBodies(ledger.entered(records));
    return { outcome: 'erased', rows: 0 };
  },
};
