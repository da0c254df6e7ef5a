import { z } from 'zod';
import { solverName, type DisclosureRemedy } from './quarter-figures.js';

/** Which closing of a quarter, from 1. */
export const quarterEdition = z.int().min(1).max(99);

/** What an audit of a quarter’s published form found. It names no count: who reads the ledger learns no place to look at. */
export const releaseAudit = z.object({
  solver: solverName
    .exactOptional()
    .describe('What solved it, and its version. Absent: the published form does not say it.'),
  fewest: z
    .int()
    .positive()
    .describe(
      'A suppressed count is safe with so many values or more that it can have, given all that is published.',
    ),
  audited: z.int().nonnegative().describe('Suppressed counts that were looked at.'),
  narrowed: z
    .int()
    .nonnegative()
    .describe(
      'Those of them that can have fewer values, or of which the solver did not find out. None: the audit is passed.',
    ),
});
export type ReleaseAudit = z.infer<typeof releaseAudit>;

/** So many values each suppressed count of a remedied form can have at least; see `libs/disclosure`. */
const FEWEST_VALUES = 3;

/** What the remedy of a published form says of its audit. */
export const auditOfRemedy = ({ solver, audited, narrowed }: DisclosureRemedy): ReleaseAudit => ({
  ...(solver === undefined ? {} : { solver }),
  ...{ fewest: FEWEST_VALUES, audited, narrowed: narrowed.length },
});
