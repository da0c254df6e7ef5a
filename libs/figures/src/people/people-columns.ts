import type { CountColumn } from '../count-columns.js';
import { reachColumns } from '../reach/reach-columns.js';

/** Columns that figures of people share with reach, and mean the same. */
export const { children, adults, families, individuals } = reachColumns;

/** Rows that could be one more person each, in a figure without an upper bound. */
export const unlinkable = {
  unit: 'rows',
  disclosure: 'protected',
  meaning: 'Qualifying rows of children and adults without a usable identifier; nobody is counted for them.',
  csv: 'unlinkable_rows',
} as const satisfies CountColumn;

export const referred = {
  unit: 'rows',
  disclosure: 'protected',
  meaning: 'Qualifying rows of children and adults that wait for review; nobody is counted for them.',
  csv: 'referred_rows',
} as const satisfies CountColumn;

/** The same of a figure by characteristics: such rows are nobody’s, so that they stand where a characteristic is unknown. */
export const unlinkableWhereUnknown = {
  ...unlinkable,
  meaning:
    'Qualifying rows of children and adults without a usable identifier, all in the row for unknown; nobody is counted for them.',
} as const satisfies CountColumn;

export const referredWhereUnknown = {
  ...referred,
  meaning:
    'Qualifying rows of children and adults that wait for review, all in the row for unknown; nobody is counted for them.',
} as const satisfies CountColumn;
