import { isoDate, periodCode, type ExtractKind, type PeriodCode } from '@kinledger/contracts';
import { z } from 'zod';

/** Which periods of a dataset a file, or a nil return, is expected for, and when it is due. */
export const expectedReturns = z
  .strictObject({
    every: z
      .enum(['quarter', 'academic-year', 'never'])
      .exactOptional()
      .describe('Absent: an academic year for a snapshot, a quarter otherwise. never: a file comes or not.'),
    dueDays: z
      .int()
      .min(1)
      .max(366)
      .exactOptional()
      .describe('The last day on which a return is in time, so many days after the period. Absent: 28.'),
    from: isoDate
      .exactOptional()
      .describe(
        'Periods that begin before it are not expected. Absent: as for the programme, else since the agreement.',
      ),
    absent: z
      .array(periodCode)
      .min(1)
      .exactOptional()
      .describe('Periods for which no such file exists, anywhere, such as a collection that was cancelled.'),
  })
  .describe('Returns that are expected of a dataset, within its agreement.');

/** The same with defaults filled in. */
export interface ReturnsExpected {
  readonly every: 'quarter' | 'academic-year' | 'never';
  readonly dueDays: number;
  /** The first day on which an expected period may begin; undefined for the agreement's. */
  readonly from: string | undefined;
  /** Periods without a return. */
  readonly absent: ReadonlySet<PeriodCode>;
}

const DUE_DAYS = 28;

/** The returns that are expected of a dataset. */
export const returnsExpectedOf = ({
  extractKind,
  returns,
}: {
  readonly extractKind: ExtractKind;
  readonly returns?: z.infer<typeof expectedReturns>;
}): ReturnsExpected => ({
  every: returns?.every ?? (extractKind === 'snapshot' ? 'academic-year' : 'quarter'),
  dueDays: returns?.dueDays ?? DUE_DAYS,
  from: returns?.from,
  absent: new Set(returns?.absent),
});
