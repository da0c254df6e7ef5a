import { isoDate, periodCode } from '@kinledger/contracts';
import { z } from 'zod';

/**
 * How many sessions a service asks for, from a day on. The minimum is what a participant needs to have benefited, the
 * intended number is what the service plans.
 */
export const sessionNumbers = z.strictObject({
  from: isoDate.describe('The first day of which this holds, until the next entry.'),
  minimum: z.int().min(1).max(1000),
  intended: z.int().min(1).max(1000),
  endsAfterDays: z
    .int()
    .min(1)
    .max(1000)
    .exactOptional()
    .describe('An episode has ended when somebody did not come for so many days. Absent: 90.'),
});
export type SessionNumbers = z.infer<typeof sessionNumbers>;

/** How many a service means to reach in a period. */
export const target = z.strictObject({
  period: periodCode,
  of: z.enum(['children', 'adults', 'families']),
  count: z.int().nonnegative(),
});
export type Target = z.infer<typeof target>;

export const offer = z
  .enum(['universal', 'targeted'])
  .describe('universal: open to everybody of the area; targeted: for those with a stated need.');

/** The numbers that hold on a day; undefined before the first entry. */
export const sessionNumbersOn = (
  entries: readonly SessionNumbers[] | undefined,
  day: string,
): SessionNumbers | undefined => entries?.findLast(({ from }) => from <= day);
