import { titleOf } from './readable-code.js';

/** What became of rows, at intake and at linkage, in the order in which a reader wants them. */
const rows: Readonly<Record<string, string>> = {
  read: 'Read',
  accepted: 'Accepted',
  warned: 'Accepted with a warning',
  rejected: 'Rejected',
  duplicate: 'Repeated in the file',
  registered: 'New people',
  matched: 'Joined a person known already',
  referred: 'Wait for review',
  unlinkable: 'Cannot be linked: no usable identifier',
  impersonal: 'Activity that names no person',
  superseded: 'Passed over: a row of higher rank was there',
  unchanged: 'Unchanged since an earlier file',
  corrected: 'Corrected an earlier row',
  retired: 'Earlier rows that this file took the place of',
};

export const rowName = (code: string): string => rows[code] ?? titleOf(code);
/** Orders outcomes as a reader wants them; those without a name come last. */
export const byRowName = (left: string, right: string): number => placeOf(left) - placeOf(right);

const order = Object.keys(rows);
const placeOf = (code: string): number => (order.indexOf(code) + order.length + 1) % (order.length + 1);

export const namedRows: ReadonlySet<string> = new Set(Object.keys(rows));
