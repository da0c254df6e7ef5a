import { z } from 'zod';
import { commandId } from '../commands/command-kind.js';
import { code, instant, recordId } from '../identifiers.js';
import { MAX_RECORDS_PER_EVENT } from '../ledger/submissions.js';

/**
 * One line of the list of erasures that is kept outside the databases, so that a restored backup does not bring back
 * what was erased after it was made. It names records by ids that say nothing about anybody.
 */
const erasure = z.strictObject({
  stream: z.string().min(1).max(200).describe('Ledger stream, such as `programme-leap`.'),
  basis: code.describe('Why: a short code.'),
  records: z.array(recordId).min(1).max(MAX_RECORDS_PER_EVENT),
  erasedAt: instant,
  command: commandId.exactOptional().describe('The command that ordered it.'),
  by: z.string().min(1).max(100).exactOptional().describe('Account that asked.'),
});
export type Erasure = z.infer<typeof erasure>;

/** An erasure, or undefined for a line that is none. */
export function readErasure(line: string): Erasure | undefined {
  try {
    return erasure.safeParse(JSON.parse(line)).data;
  } catch {
    return undefined;
  }
}
