import { contract } from '../contract.js';
import { pseudonymisedRow } from '../messages/pseudonymised-row.js';
import { RowPseudonymised } from '../messages/row-pseudonymised.js';

/**
 * What is kept of a record beside the ledger, and may be erased. Its stored bytes name no version: they are of version 1
 * unless a later shape says otherwise.
 */
export const RecordBody = contract({
  name: 'RecordBody',
  version: 1,
  description:
    'The row of a record, as it came from the restricted zone; the ledger holds commitments to it.',
  schema: pseudonymisedRow,
  example: RowPseudonymised.example.rows[0] as (typeof RowPseudonymised.example.rows)[number],
});
