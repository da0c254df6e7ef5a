import {
  canonicalAddress,
  canonicalEmail,
  canonicalGender,
  canonicalMobile,
  canonicalPersonName,
  canonicalPostcode,
  hasNoArea,
  isGenderNotKnown,
  isNoValue,
  isPlaceholder,
  readDay,
} from '@kinledger/domain/identifiers';
import type { ColumnRole, DateOrder } from '../schema/link-schema.js';

/** The canonical text of a cell, or undefined where it holds no value. */
export type Canonical = (raw: string) => string | undefined;

/** A value of some other form: it may be mistyped, and is then still one edit from what was meant. */
const lettersAndDigits = (raw: string): string =>
  raw
    .normalize('NFKD')
    .replaceAll(/[^\p{L}\p{N}]+/gu, '')
    .toLowerCase();

const valueOrNothing = (text: string): string | undefined => (text === '' ? undefined : text);
const FEWEST_DIGITS_OF_A_NUMBER = 5;

/** Programs that take a column for numbers write 1984 as 1984.0 where some of its cells are empty. */
const wholeNumber = /^(\d+)\.0+$/;
const numberRoles: ReadonlySet<ColumnRole> = new Set<ColumnRole>([
  ...(['birth-date', 'postcode', 'house-number', 'mobile', 'nhs-number', 'other-id', 'attribute'] as const),
]);

/**
 * The canonical form of each role: that of the platform’s identifiers, and for text that has not got it, such as a postcode of
 * another country or a mistyped number, its letters and digits.
 */
export function canonicalOf(role: ColumnRole, order: DateOrder): Canonical {
  const canonical = canonicalOfText(role, order);
  return numberRoles.has(role) ? (raw) => canonical(raw.replace(wholeNumber, '$1')) : canonical;
}

function canonicalOfText(role: ColumnRole, order: DateOrder): Canonical {
  switch (role) {
    case 'given-name':
    case 'surname':
      return canonicalPersonName;
    case 'given-name-part':
      return (raw) => canonicalPersonName(raw)?.replaceAll(' ', '').slice(0, 3);
    case 'birth-date':
      return canonicalDate(order);
    case 'gender':
      return (raw) => {
        const gender = canonicalGender(raw);
        if (gender !== undefined) return gender.toLowerCase();
        return isGenderNotKnown(raw) || isNoValue(raw) ? undefined : valueOrNothing(lettersAndDigits(raw));
      };
    case 'postcode':
      return (raw) => {
        const postcode = canonicalPostcode(raw);
        if (postcode !== undefined) return hasNoArea(postcode) ? undefined : postcode.toLowerCase();
        return isNoValue(raw) ? undefined : valueOrNothing(lettersAndDigits(raw));
      };
    case 'house-number':
    case 'address':
    case 'locality':
    case 'attribute':
      return canonicalAddress;
    case 'email':
      return (raw) => {
        const email = canonicalEmail(raw);
        if (email !== undefined) return isPlaceholder('email', email) ? undefined : email;
        return isNoValue(raw) ? undefined : valueOrNothing(raw.toLowerCase().replaceAll(/\s+/g, ''));
      };
    case 'mobile':
      return (raw) => {
        const mobile = canonicalMobile(raw);
        if (mobile !== undefined) return isPlaceholder('mobile', mobile) ? undefined : mobile;
        const digits = raw.replaceAll(/\D+/g, '');
        return digits.length < FEWEST_DIGITS_OF_A_NUMBER ? undefined : digits;
      };
    case 'nhs-number':
      return (raw) => {
        const digits = lettersAndDigits(raw);
        if (digits.length < FEWEST_DIGITS_OF_A_NUMBER || isPlaceholder('nhs-number', digits))
          return undefined;
        return isNoValue(raw) ? undefined : digits;
      };
    case 'other-id':
      return (raw) => (isNoValue(raw) ? undefined : valueOrNothing(lettersAndDigits(raw)));
    default:
      return role satisfies never;
  }
}

const threeNumbers = /^(\d{1,4})[-/. ](\d{1,2})[-/. ](\d{1,4})(?:[T ]\d{1,2}:.*)?$/;
const eightDigits = /^\d{8}$/;
const twoDigitYears = 100;

/** A date as eight digits, yyyymmdd, whether or not there is such a day; else the digits that there are. */
const canonicalDate =
  (order: DateOrder): Canonical =>
  (raw) => {
    const digits = dateDigits(raw, order);
    if (digits === undefined) return undefined;
    const iso = `${digits.slice(0, 4)}-${digits.slice(4, 6)}-${digits.slice(6)}`;
    return isPlaceholder('birth-date', iso) ? undefined : digits;
  };

function dateDigits(raw: string, order: DateOrder): string | undefined {
  const [, first, second, third] = threeNumbers.exec(raw) ?? [];
  if (first !== undefined && second !== undefined && third !== undefined) {
    if (first.length === 4) return inOrder(first, second, third);
    const [day, month] = order === 'month-day-year' ? [second, first] : [first, second];
    return inOrder(fullYear(third), month, day);
  }
  if (eightDigits.test(raw)) {
    if (order === 'year-month-day') return raw;
    const [a, b, year] = [raw.slice(0, 2), raw.slice(2, 4), raw.slice(4)];
    return order === 'day-month-year' ? `${year}${b}${a}` : `${year}${a}${b}`;
  }
  const written = readDay(raw).value;
  if (written !== undefined) return written.replaceAll('-', '');
  const left = raw.replaceAll(/\D+/g, '');
  return left.length < FEWEST_DIGITS_OF_A_NUMBER ? undefined : left;
}

const inOrder = (year: string, month: string, day: string): string =>
  `${year.padStart(4, '0')}${month.padStart(2, '0')}${day.padStart(2, '0')}`;

/** Two digits of a year of birth: people of a hundred and more are rarer than those born this century. */
function fullYear(year: string): string {
  if (year.length > 2) return year;
  const number = Number(year) % twoDigitYears;
  return String(number <= 30 ? 2000 + number : 1900 + number);
}

/** Judges the order of a column of dates from its values: the first order that all but a few of them fit. */
export class DateOrderJudge {
  #monthFirst = 0;
  #dayFirst = 0;
  #yearFirst = 0;

  /** @param cells how many cells of the column have this value. */
  add(written: string, cells: number): void {
    const value = written.replace(wholeNumber, '$1');
    const [, first, second] = threeNumbers.exec(value) ?? [];
    if (first !== undefined && second !== undefined) {
      if (first.length === 4) this.#yearFirst += cells;
      else if (Number(first) > 12) this.#dayFirst += cells;
      else if (Number(second) > 12) this.#monthFirst += cells;
    } else if (eightDigits.test(value)) {
      if (/^(?:1[89]|20)/.test(value)) this.#yearFirst += cells;
      else if (Number(value.slice(0, 2)) > 12) this.#dayFirst += cells;
      else if (Number(value.slice(2, 4)) > 12) this.#monthFirst += cells;
    }
  }

  order(): DateOrder {
    if (this.#yearFirst >= this.#dayFirst + this.#monthFirst && this.#yearFirst > 0) return 'year-month-day';
    return this.#monthFirst > this.#dayFirst ? 'month-day-year' : 'day-month-year';
  }
}
