import { readDay } from './calendar-day.js';
import { canonicalEmail } from './email.js';
import { canonicalMobile } from './mobile.js';
import { canonicalNhsNumber } from './nhs-number.js';
import { canonicalPostcode } from './postcode.js';

/** What of a person free text can hold that its form gives away. Names it cannot tell. */
export type IdentifierInText = 'email' | 'nhs-number' | 'postcode' | 'mobile' | 'date';

/** People write a number or a date in up to so many words: “+44 7700 900 123”, “Mon 12 March 2020”. */
const MAX_WORDS = 4;
/** Punctuation around words, which is no part of them; an email address may stand in angle brackets. */
const around = /^[("'‘“[{<:;,]+|[)"'’”\]}>:;,.!?]+$/gu;

const isDate = (text: string): boolean => {
  const { value, problem } = readDay(text);
  return value !== undefined || problem === 'two-digit-year';
};

/**
 * How a text is taken apart: at white space as it stands; where punctuation joins a label to a word, as in “dob:12/03/2020”; and at
 * punctuation inside of numbers too. The last would make days of times and of lists, so that runs of such words are no days.
 */
const splits: readonly { readonly at: RegExp; readonly most: number; readonly daysInRuns: boolean }[] = [
  { at: /\s+/u, most: MAX_WORDS, daysInRuns: true },
  { at: /\s+|(?<!\d)[:;,=|()#]|[:;,=|()#](?!\d)/u, most: MAX_WORDS, daysInRuns: true },
  { at: /[\s:;,=|()#]+/u, most: MAX_WORDS, daysInRuns: false },
  // “2023/24” stays one word: with the year that follows it, it would be ten digits.
  { at: /[\s:;,=|()#\\]+|(?<!\b\d{4})\/|\/(?!\d{2}\b)/u, most: MAX_WORDS, daysInRuns: false },
  // “NHS9434765919” and “tel_07700900123”.
  { at: /[^\d+]+/u, most: 1, daysInRuns: false },
];

const readers: readonly (readonly [IdentifierInText, (text: string) => boolean])[] = [
  ['email', (text) => canonicalEmail(text) !== undefined],
  ['nhs-number', (text) => canonicalNhsNumber(text) !== undefined],
  ['mobile', (text) => canonicalMobile(text) !== undefined],
  // “Not known” is read as a postcode where one is asked for.
  ['postcode', (text) => /\d/.test(text) && canonicalPostcode(text) !== undefined],
  ['date', isDate],
];

/**
 * The kinds of identifiers that free text holds, as files of people write them: email addresses, NHS numbers with their check
 * digit, mobile numbers, postcodes, and days that could be somebody’s birth date.
 */
export function identifiersIn(text: string): readonly IdentifierInText[] {
  const plain = text.normalize('NFKC');
  const found = new Set<IdentifierInText>();
  for (const { at, most, daysInRuns } of splits) {
    const words = plain
      .split(at)
      .map((word) => word.replaceAll(around, ''))
      .filter((word) => word !== '');
    for (let from = 0; from < words.length; from += 1)
      for (let count = 1; count <= most && from + count <= words.length; count += 1) {
        const candidate = words.slice(from, from + count).join(' ');
        for (const [kind, reads] of readers)
          if ((kind !== 'date' || count === 1 || daysInRuns) && reads(candidate)) found.add(kind);
      }
  }
  return readers.flatMap(([kind]) => (found.has(kind) ? [kind] : []));
}
