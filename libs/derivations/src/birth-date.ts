import type { Derivation } from './derivation.js';
import { deletionsOf } from './deletions.js';
import { derivedValues, oneValue } from './derived-values.js';

const isoDay = /^(\d{4})-(\d{2})-(\d{2})$/;

const partOf =
  (write: (year: string, month: string, day: string) => string) =>
  (day: string): readonly string[] => {
    const [, year, month, dayOfMonth] = isoDay.exec(day) ?? [];
    if (year === undefined || month === undefined || dayOfMonth === undefined) return [];
    return oneValue(write(year, month, dayOfMonth));
  };

/** The day of the year without its year, such as 02-29. */
export const monthDayOf = partOf((_, month, day) => `${month}-${day}`);
export const yearOf = partOf((year) => year);

export const birthDate = {
  full: {
    ...{ name: 'birth-date', version: 1, domain: 'birth-date', plain: true },
    of: oneValue,
  } satisfies Derivation,
  /** Equal for a date and the one that has its day and month exchanged. */
  swapped: {
    ...{ name: 'birth-date-swapped', version: 1, domain: 'birth-date:swapped' },
    of: partOf((year, month, day) => `${year} ${derivedValues([month, day]).join(' ')}`),
  } satisfies Derivation,
  deletions: {
    ...{ name: 'birth-date-deletions', version: 1, domain: 'birth-date:deletions', sizes: [9] },
    of: (day) => deletionsOf(day.replaceAll('-', '')),
  } satisfies Derivation,
  yearMonth: {
    ...{ name: 'birth-date-year-month', version: 1, domain: 'birth-date:year-month', lowEntropy: true },
    of: partOf((year, month) => `${year}-${month}`),
  } satisfies Derivation,
  monthDay: {
    ...{ name: 'birth-date-month-day', version: 1, domain: 'birth-date:month-day', lowEntropy: true },
    of: monthDayOf,
  } satisfies Derivation,
  yearDay: {
    ...{ name: 'birth-date-year-day', version: 1, domain: 'birth-date:year-day', lowEntropy: true },
    of: partOf((year, _, day) => `${year}-${day}`),
  } satisfies Derivation,
  year: {
    ...{ name: 'birth-date-year', version: 1, domain: 'birth-date:year', lowEntropy: true },
    of: yearOf,
  } satisfies Derivation,
};
