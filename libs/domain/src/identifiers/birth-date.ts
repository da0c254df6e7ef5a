import { isExaminable, type Canonical } from './canonical.js';

/** A calendar day as dd.mm.yyyy. */
export type BirthDateText = Canonical<'birth-date'>;

const midnight = String.raw`(?:[T ]0{1,2}:00(?::00(?:\.0+)?)?Z?)?`;
const dayFirst = new RegExp(String.raw`^(\d{1,2})([/.\- ])(\d{1,2})\2(\d{4})${midnight}$`);
const yearFirst = new RegExp(String.raw`^(\d{4})([/.\-])(\d{1,2})\2(\d{1,2})${midnight}$`);
const compact = /^(\d{4})(\d{2})(\d{2})$/;
const monthNamed = /^(\d{1,2})[ -]([a-z]{3,9})[ -](\d{4})$/i;
const monthNames = [
  'january',
  'february',
  'march',
  'april',
  'may',
  'june',
  'july',
  'august',
  'september',
  'october',
  'november',
  'december',
];
const EARLIEST_YEAR = 1900;
const LATEST_YEAR = 2099;

/**
 * A real calendar day from 1900 to 2099 as dd.mm.yyyy. Read are d/m/yyyy (also with dots, dashes or spaces),
 * yyyy-m-d, yyyymmdd and 3 Feb 2020; a time of midnight after it, as exports add, is dropped. Day comes before month,
 * as in the United Kingdom; a year of two digits is refused, because it could be either century.
 */
export function canonicalBirthDate(raw: string): BirthDateText | undefined {
  if (!isExaminable(raw)) return undefined;
  const text = raw.trim();
  let parts = dayFirst.exec(text);
  if (parts !== null) return calendarDay(Number(parts[4]), Number(parts[3]), Number(parts[1]));
  parts = yearFirst.exec(text);
  if (parts !== null) return calendarDay(Number(parts[1]), Number(parts[3]), Number(parts[4]));
  parts = compact.exec(text);
  if (parts !== null) return calendarDay(Number(parts[1]), Number(parts[2]), Number(parts[3]));
  parts = monthNamed.exec(text);
  if (parts !== null) return calendarDay(Number(parts[3]), monthNumber(parts[2] ?? ''), Number(parts[1]));
  return undefined;
}

/** The month of a birth date as yyyy-mm: all of it that the platform zone holds in clear. */
export const birthMonthOf = (birthDate: BirthDateText): string =>
  `${birthDate.slice(6)}-${birthDate.slice(3, 5)}`;

function calendarDay(year: number, month: number, day: number): BirthDateText | undefined {
  if (year < EARLIEST_YEAR || year > LATEST_YEAR || month < 1 || month > 12) return undefined;
  if (day < 1 || day > daysIn(year, month)) return undefined;
  return `${twoDigits(day)}.${twoDigits(month)}.${year}` as BirthDateText;
}

function daysIn(year: number, month: number): number {
  if (month === 2) return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0 ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

/** 1 to 12 from the English name of a month or its first three letters; else 0. */
function monthNumber(name: string): number {
  const lower = name.toLowerCase();
  // The one abbreviation in use that is neither the name nor its first three letters.
  if (lower === 'sept') return 9;
  return monthNames.findIndex((month) => month === lower || month.slice(0, 3) === lower) + 1;
}

const twoDigits = (value: number): string => (value < 10 ? `0${value}` : String(value));
