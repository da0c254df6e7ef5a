import { z } from 'zod';
import { commandId } from '../commands/command-kind.js';
import { code, instant, providerId, recordId } from '../identifiers.js';
import { MAX_CARER_RECORDS_PER_EVENT, tokenPlaces } from '../ledger/erasures.js';
import { MAX_RECORDS_PER_EVENT } from '../ledger/submissions.js';

/**
 * One line of the list of erasures, which is kept outside the databases, so that restoring a backup does not bring back
 * what was erased since. It names records by ids that reveal nothing about anybody, and tokens by their places.
 */
const erasure = z
  .strictObject({
    stream: z.string().min(1).max(200).describe('Ledger stream, such as `programme-leap`.'),
    basis: code.describe('Reason, as a short code.'),
    records: z.array(recordId).max(MAX_RECORDS_PER_EVENT).describe('Records to erase.'),
    carerTokens: z
      .array(z.strictObject({ record: recordId, places: tokenPlaces }))
      .min(1)
      .max(MAX_CARER_RECORDS_PER_EVENT)
      .exactOptional()
      .describe('Tokens to erase on children’s records that stay, by their places: no token is named.'),
    erasedAt: instant,
    command: commandId.exactOptional().describe('The command that requested it.'),
    by: z.string().min(1).max(100).exactOptional().describe('Account that asked.'),
    organisation: providerId.exactOptional().describe('Provider for which the account asked.'),
  })
  .refine(
    ({ records, carerTokens = [] }) => records.length + carerTokens.length > 0,
    'names neither records nor carer tokens',
  );
export type Erasure = z.infer<typeof erasure>;

/** Parses a line; undefined if it is not an erasure. */
export function readErasure(line: string): Erasure | undefined {
  try {
    return erasure.safeParse(JSON.parse(line)).data;
  } catch {
    return undefined;
  }
}
