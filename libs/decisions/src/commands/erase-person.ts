import { MAX_RECORDS_PER_EVENT } from '@kinledger/contracts';
import { eraseCarerTokens, inEvents, placesOf } from '../erase-carer-tokens.js';
import { eraseRecords } from '../erase-records.js';
import { namedIn, type CommandHandler } from './command-handler.js';

/**
 * Forgets a person: all records of whom tokens and row keys name, those that are retired or replaced too, and the tokens
 * on children's records that name the person as a carer.
 */
export const erasePerson: CommandHandler<'erase-person'> = {
  refusalOf(ledger, { payload }, can) {
    if (!can.erase) return 'erasures-not-configured';
    const { individuals, records } = ledger.engine.findPersons(payload);
    if (records.length === 0) return 'person-unknown';
    return individuals > 1 && !payload.all ? 'several-individuals' : undefined;
  },

  countOf(ledger, { payload }) {
    const { individuals } = ledger.engine.findPersons(payload);
    return individuals > 1 ? individuals : undefined;
  },

  async carryOut(context, command) {
    const { ledger, cause, erasing } = context;
    if (erasing === undefined) throw new Error('an erasure was decided where nothing can be erased');
    const { records, carerTokens } = ledger.engine.findPersons(command.payload);
    const rows = await erasing.readBodies(ledger.entered(carerTokens.map(({ record }) => record)));
    const carers = inEvents(placesOf(carerTokens, rows));
    const parts = Array.from({ length: Math.ceil(records.length / MAX_RECORDS_PER_EVENT) }, (_, part) =>
      records.slice(part * MAX_RECORDS_PER_EVENT, (part + 1) * MAX_RECORDS_PER_EVENT),
    );
    // All of it is on the list before any of it is in the ledger: after a crash the list finishes the rest.
    for (const part of carers) await erasing.prepare({ command, carerTokens: part });
    for (const part of parts) await erasing.prepare({ command, records: part });
    const order = { ...cause, basis: command.reason, ...namedIn(command) };
    // Carer tokens first: else children would become related through the token of a carer who is gone.
    for (const part of carers) {
      await erasing.eraseTokens(await eraseCarerTokens(context, { ...order, carerTokens: part, rows }));
    }
    for (const part of parts) {
      await eraseRecords(context, { ...order, records: part });
      await erasing.eraseBodies(ledger.entered(part));
    }
    return { outcome: 'erased', rows: 0 };
  },
};
