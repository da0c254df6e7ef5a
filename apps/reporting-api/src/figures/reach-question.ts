import { parsePeriod, type Period } from '@kinledger/domain';
import { Problem } from '@kinledger/service-kit';
import { z } from 'zod';

/** Query of every reach answer. */
export const reachQuery = z.strictObject({
  period: z
    .string()
    .max(60)
    .describe('2023-24-Q2, Q2 2023/24, 2023-24-AY, …, or "lifetime", which is never a sum of quarters.'),
  asAt: z.coerce
    .number()
    .int()
    .nonnegative()
    .optional()
    .describe('A past ledger position up to which the projector has rebuilt read models.'),
});
export type ReachQuery = z.infer<typeof reachQuery>;

/** The period asked for; undefined means lifetime. @throws Problem 400 for text that names no period. */
export function periodAsked(text: string): Period | undefined {
  if (text.trim().toLowerCase() === 'lifetime') return undefined;
  const period = parsePeriod(text);
  if (period === undefined) {
    throw new Problem(400, 'period-unreadable', {
      detail: 'The period cannot be read: write it as 2023-24-Q2, Q2 2023/24, 2023-24-AY, or lifetime.',
    });
  }
  return period;
}
