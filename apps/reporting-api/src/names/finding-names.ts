import { capitalised, titleOf, wordsOf } from './readable-code.js';

/** Rules of a row as a whole. */
const ofRow: Readonly<Record<string, string>> = {
  'no-consent': 'No consent given',
  'duplicate-row': 'The row id is that of an earlier row',
  'repeated-row': 'The row says what an earlier row says',
  'extra-cells': 'The row has more values than the header has titles',
};

/** What a rule of a field says of it; the code goes on with the field's name. */
const ofField: readonly (readonly [prefix: string, says: string])[] = [
  ['missing', 'is missing'],
  ['invalid', 'is not valid'],
  ['unlisted', 'is not one of the known values'],
  ['out-of-range', 'is out of range'],
  ['too-long', 'is too long'],
  ['unreal-date', 'is a day that does not exist'],
  ['future-date', 'lies in the future'],
  ['outside-period', 'lies outside the file’s period'],
];

/** Codes that a rule of a row as a whole has. */
export const namedRowRules: ReadonlySet<string> = new Set(Object.keys(ofRow));
/** Beginnings of the codes that rules of fields have. */
export const namedFieldRules: ReadonlySet<string> = new Set(ofField.map(([prefix]) => prefix));

/** `missing-nhs-number` is “NHS number is missing”. */
export function findingName(code: string): string {
  const row = ofRow[code];
  if (row !== undefined) return row;
  const found = ofField.find(([prefix]) => code.startsWith(`${prefix}-`));
  if (found === undefined) return titleOf(code);
  const [prefix, says] = found;
  return `${capitalised(wordsOf(code.slice(prefix.length + 1)))} ${says}`;
}
