import { z } from 'zod';
import { commandId } from '../commands/command-kind.js';
import { code, instant, programmeId } from '../identifiers.js';

/**
 * One line of the list of suppressions that is kept outside the databases, so that a restored backup does not let
 * somebody's rows in again. It names people by MACs that say nothing without the key of suppressions.
 */
const suppression = z.strictObject({
  programme: programmeId,
  request: commandId.describe('The request that asked for it.'),
  act: z.enum(['suppress', 'lift']),
  marks: z
    .array(
      z.strictObject({
        kind: z.enum([
          'nhs-number',
          'child-key',
          'row-key',
          'email-birth-date',
          'mobile-birth-date',
          'email-case-number',
          'mobile-case-number',
          'carer-email',
          'carer-mobile',
        ]),
        mac: z.string().regex(/^[0-9a-f]{32}$/),
      }),
    )
    .min(1)
    .max(500),
  basis: code.describe('Why: a short code.'),
  by: z.string().min(1).max(100).describe('Account that asked.'),
  at: instant,
});
export type Suppression = z.infer<typeof suppression>;

/** A suppression, or undefined for a line that is none. */
export function readSuppression(line: string): Suppression | undefined {
  try {
    return suppression.safeParse(JSON.parse(line)).data;
  } catch {
    return undefined;
  }
}
