import type { PeriodCode } from '@kinledger/contracts';
import { parsePeriod } from '@kinledger/domain';
import { Problem } from '@kinledger/service-kit';

/** @throws Problem 400 for text that is no financial quarter. */
export function quarterAsked(text: string): PeriodCode {
  const period = parsePeriod(text);
  if (period?.kind === 'quarter') return period.code;
  throw new Problem(400, 'quarter-unreadable', {
    detail: 'Only a financial quarter is closed: write it as 2023-24-Q2 or Q2 2023/24.',
  });
}
