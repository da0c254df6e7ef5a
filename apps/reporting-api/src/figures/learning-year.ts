import { academicYear, quartersOfYear, type Period } from '@kinledger/domain';
import { Problem } from '@kinledger/service-kit';

/** Of which years a programme’s annual learning report is. */
export type LearningYearKind = 'financial' | 'academic';

/** A year of four quarters, which is no period of a submission. */
export interface FinancialYear extends Pick<Period, 'start' | 'end' | 'label'> {
  readonly code: string;
  readonly kind: 'financial-year';
}

export type LearningYear = Period | FinancialYear;

/** The financial year from 1 April of `startYear`. @throws RangeError for a year outside 1 to 9998. */
export function financialYear(startYear: number): FinancialYear {
  const [first, , , last] = quartersOfYear(startYear);
  return {
    code: first.code.replace('Q1', 'FY'),
    kind: 'financial-year',
    start: first.start,
    end: last.end,
    label: first.label.replace('Q1', 'Financial year'),
  };
}

const yearOf = (startYear: number, kind: LearningYearKind): LearningYear =>
  kind === 'academic' ? academicYear(startYear) : financialYear(startYear);

/** The year of that kind to which the last day of a quarter belongs. */
export function learningYearOf({ code }: Period, kind: LearningYearKind): LearningYear {
  const startYear = Number(code.slice(0, 4));
  // Q1 ends in June; the other quarters end in the academic year of the same name as their financial year.
  return yearOf(kind === 'academic' && code.endsWith('Q1') ? startYear - 1 : startYear, kind);
}

/**
 * The year that is asked for by its code.
 * @throws Problem 400 for a text that is no code of a year of this kind.
 */
export function learningYearAsked(text: string, kind: LearningYearKind): LearningYear {
  const suffix = kind === 'academic' ? 'AY' : 'FY';
  const [, first = '', second] = new RegExp(`^(\\d{4})-(\\d{2})-${suffix}$`, 'i').exec(text.trim()) ?? [];
  const startYear = Number(first);
  const isYear = startYear >= 1 && startYear <= 9998 && Number(second) === (startYear + 1) % 100;
  if (first === '' || !isYear)
    throw new Problem(400, 'period-unreadable', {
      detail: `The year cannot be read: the programme’s annual learning report is of ${kind} years, written as 2023-24-${suffix}.`,
    });
  return yearOf(startYear, kind);
}
