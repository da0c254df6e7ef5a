import { z } from 'zod';
import { recordId } from '../identifiers.js';
import { MAX_RECORDS_PER_EVENT } from '../ledger/submissions.js';
import { commandContract } from './command-kind.js';

export const EraseRecords = commandContract({
  kind: 'erase-records',
  description: 'Erase records permanently. The command’s reason is the basis of the erasure.',
  payload: z.object({ records: z.array(recordId).min(1).max(MAX_RECORDS_PER_EVENT) }),
  refusals: {
    'record-unknown': 'The ledger does not have all of these records: nothing was erased.',
    'records-erased-already': 'All of these records have been erased already.',
    'erasures-not-configured':
      'This installation cannot erase: the linker has no list of erasures, or no role that may delete bodies.',
  },
  example: { records: ['1e0f6d2c9b8a47561e0f6d2c9b8a4756'] },
});
