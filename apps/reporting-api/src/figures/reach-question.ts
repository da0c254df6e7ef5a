import { parsePeriod, type Period } from '@kinledger/domain';
import type { ReachScope } from '@kinledger/figures';
import { Problem } from '@kinledger/service-kit';
import { z } from 'zod';

/** Query parameters of all reach routes. */
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
    .describe(
      'A past ledger position up to which the projector has rebuilt read models; for the roles data-team and operator alone.',
    ),
});
export type ReachQuery = z.infer<typeof reachQuery>;

/** Parses a period; undefined means lifetime. @throws Problem 400 for any other text. */
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

export const scopeText = z.string().max(120).describe('programme, strand:<strand> or service:<service>');

/** Parses `programme`, `strand:x` or `service:y`. @throws Problem 400 for any other text. */
export function scopeAsked(text: string): ReachScope {
  if (text === 'programme') return { kind: 'programme' };
  const match = /^(strand|service):([a-z0-9-]{1,80})$/.exec(text);
  if (match?.[2] === undefined) {
    throw new Problem(400, 'scope-unreadable', {
      detail: 'The scope cannot be read: write programme, strand:<strand> or service:<service>.',
    });
  }
  return { kind: match[1] === 'strand' ? 'strand' : 'service', id: match[2] };
}
