import { titleOf } from './readable-code.js';

/** Names of the outcomes of rows, at intake and at linkage, in display order. */
const rows: Readonly<Record<string, string>> = {
  read: 'Read',
  accepted: 'Accepted',
  warned: 'Accepted with a warning',
  rejected: 'Rejected',
  duplicate: 'Repeated in the file',
  consentRefused: 'Consent refused for a person known by this row id',
  suppressed: 'Withheld: of people whose data was erased',
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
/** Compares outcomes by display order; those without a name come last. */
export const byRowName = (left: string, right: string): number => placeOf(left) - placeOf(right);

const order = Object.keys(rows);
const placeOf = (code: string): number => (order.indexOf(code) + order.length + 1) % (order.length + 1);

export const namedRows: ReadonlySet<string> = new Set(Object.keys(rows));
