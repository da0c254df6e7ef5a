import { capitalised, titleOf, wordsOf } from './readable-code.js';

/** Rules for a whole row. */
const ofRow: Readonly<Record<string, string>> = {
  'no-consent': 'No consent given',
  'duplicate-row': 'The row id is that of an earlier row',
  'repeated-row': 'The row says what an earlier row says',
  'extra-cells': 'The row has more values than the header has titles',
  'shared-nhs-number': 'The NHS number stands on another case too',
};

/** Rules for a field; the code ends with the field's name. */
const ofField: readonly (readonly [prefix: string, says: string])[] = [
  ['missing', 'is missing'],
  ['invalid', 'is not valid'],
  ['clear-text', 'holds clear text where a digest is due'],
  ['unlisted', 'is not one of the known values'],
  ['out-of-range', 'is out of range'],
  ['too-long', 'is too long'],
  ['unreal-date', 'is a day that does not exist'],
  ['future-date', 'lies in the future'],
  ['outside-period', 'lies outside the file’s period'],
  ['far-outside-period', 'lies far outside the file’s period'],
  ['placeholder', 'is a placeholder, and is taken as missing'],
  ['not-known', 'is not known or not stated'],
  ['repaired', 'was repaired'],
  ['several-addresses', 'holds more than one address'],
  ['not-digits', 'is not made of digits'],
  ['wrong-length', 'has too many or too few digits'],
  ['scientific-notation', 'was shortened by a spreadsheet'],
  ['initials', 'is an initial'],
  ['month-first', 'is written with the month first'],
  ['day-first', 'is written with the day first, against what was said'],
  ['two-digit-year', 'has a year of two digits'],
  ['year-out-of-range', 'has a year that is out of range'],
  ['time-of-day', 'holds a time of day that cannot be read'],
  ['day-number', 'is a spreadsheet’s day number'],
  ['incomplete-date', 'is not a whole date'],
  ['implausible-age', 'makes the age implausible'],
  ['mixed-date-order', 'is written in two orders of day and month'],
  ['undecided-date-order', 'does not show which of day and month comes first'],
  ['from-day-number', 'was read from a spreadsheet’s day number'],
  ['zero-restored', 'got back the 0 that a spreadsheet took away'],
];

/** Codes of the rules for a whole row. */
export const namedRowRules: ReadonlySet<string> = new Set(Object.keys(ofRow));
/** Prefixes of the codes of rules for fields. */
export const namedFieldRules: ReadonlySet<string> = new Set(ofField.map(([prefix]) => prefix));

/** Turns `missing-nhs-number` into “NHS number is missing”. */
export function findingName(code: string): string {
  const row = ofRow[code];
  if (row !== undefined) return row;
  const found = ofField.find(([prefix]) => code.startsWith(`${prefix}-`));
  if (found === undefined) return titleOf(code);
  const [prefix, says] = found;
  return `${capitalised(wordsOf(code.slice(prefix.length + 1)))} ${says}`;
}
