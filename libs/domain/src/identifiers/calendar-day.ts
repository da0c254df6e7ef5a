import { isExaminable, type Canonical } from './canonical.js';
import { timeOfDay } from './time-of-day.js';

/** A calendar day as yyyy-mm-dd. */
export type DayText = Canonical<'birth-date'>;

/** Why a text is not read as a day. */
export type DayProblem =
  | 'two-digit-year'
  | 'year-out-of-range'
  | 'time-of-day'
  | 'month-first'
  | 'unreal-date'
  | 'day-number'
  | 'incomplete-date'
  | 'invalid';

/**
 * What a numeric date shows about the order of day and month in its column; `either` if both readings are real days.
 */
export type DateOrder = 'day-first' | 'month-first' | 'either';

export interface ReadDay {
  readonly value?: DayText;
  readonly problem?: DayProblem;
  readonly order?: DateOrder;
  /** The digits as yyyy-mm-dd, for text that is written like a date but is not one, such as `0000-00-00`. */
  readonly written?: string;
}

const EARLIEST_YEAR = 1900;
const LATEST_YEAR = 2099;

/** Groups of digits with single separators between them: such text needs no normalisation. */
const plain = /^[0-9]+(?:[/.-][0-9]+)*$/;
const rest = String.raw`(?:(?:,? |T)(.+))?$`;
const weekday = String.raw`(?:(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?\.?,? )?`;
const dayFirst = new RegExp(String.raw`^(\d{1,2})([/.\- ])(\d{1,2})\2(\d{1,6})${rest}`);
const yearFirst = new RegExp(String.raw`^(\d{4})([/.\-])(\d{1,2})\2(\d{1,2})${rest}`);
const compact = new RegExp(String.raw`^(\d{4})(\d{2})(\d{2})${rest}`);
const monthSecond = new RegExp(
  String.raw`^${weekday}(\d{1,2})(?:st|nd|rd|th)?(?: of)?[ \-/.]?([a-z]{3,9})[.,]?[ \-/.]?(\d{1,6})${rest}`,
  'i',
);
const monthNameFirst = new RegExp(
  String.raw`^${weekday}([a-z]{3,9})[ .\-/]{1,2}(\d{1,2})(?:st|nd|rd|th)?(?:,? |-|\/)(\d{1,6})${rest}`,
  'i',
);
/** Excel counts days from 1900: since 1927 in five digits, with a fraction if there is a time. */
const dayNumber = /^\d{5}(?:\.\d+)?$/;
const yearAlone = /^(?:19|20)\d{2}$/;
const monthAlone = /^(?:\d{1,2}[/.\- ]\d{4}|\d{4}[/.\-]\d{1,2}|[a-z]{3,9}[ \-/.]?\d{2,4})$/i;

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

/**
 * Reads a real calendar day from 1900 to 2099. It accepts d/m/yyyy (also with dots, dashes or spaces), yyyy-m-d,
 * yyyymmdd, and days with the English name of the month before or after the day. Day comes before month, as in the
 * United Kingdom. A two-digit year is refused, because it could belong to either century. A time of day after the date
 * is dropped; if it states a time zone, the result is the day in London at that instant.
 */
export function readDay(raw: string): ReadDay {
  if (!isExaminable(raw)) return { problem: 'invalid' };
  // Text typed elsewhere may have full-width digits and no-break spaces.
  const text = plain.test(raw) ? raw : raw.normalize('NFKC').trim().replace(/\s+/g, ' ');
  let parts = dayFirst.exec(text);
  if (parts !== null) return numericDay(parts);
  parts = yearFirst.exec(text);
  if (parts !== null) return dayOf(parts[1], Number(parts[3]), Number(parts[4]), parts[5]);
  parts = compact.exec(text);
  if (parts !== null) return dayOf(parts[1], Number(parts[2]), Number(parts[3]), parts[4]);
  parts = monthSecond.exec(text);
  const second = monthNumber(parts?.[2]);
  if (parts !== null && second > 0) return dayOf(parts[3], second, Number(parts[1]), parts[4]);
  parts = monthNameFirst.exec(text);
  const first = monthNumber(parts?.[1]);
  if (parts !== null && first > 0) return dayOf(parts[3], first, Number(parts[2]), parts[4]);
  if (dayNumber.test(text)) return { problem: 'day-number' };
  return { problem: yearAlone.test(text) || monthAlone.test(text) ? 'incomplete-date' : 'invalid' };
}

function numericDay([, first, , second, year, time]: readonly (string | undefined)[]): ReadDay {
  const day = Number(first);
  const month = Number(second);
  // A two-digit year is refused whatever the day and month are. It may not even be the year: the text may be in another
  // order.
  if (year?.length !== 4) return dayOf(year, month, day, time);
  if (month > 12 && month <= 31 && day >= 1 && day <= 12)
    return { problem: 'month-first', order: 'month-first' };
  const read = dayOf(year, month, day, time);
  if (day > 12 && month <= 12) return { ...read, order: 'day-first' };
  return day === month || read.value === undefined ? read : { ...read, order: 'either' };
}

function dayOf(yearText = '', month: number, day: number, time: string | undefined): ReadDay {
  const written = `${yearText}-${twoDigits(month)}-${twoDigits(day)}`;
  if (yearText.length === 2) return { problem: 'two-digit-year' };
  if (yearText.length < 4) return { problem: 'invalid' };
  const year = Number(yearText);
  const isReal = month >= 1 && month <= 12 && day >= 1 && day <= daysIn(year, month);
  if (!isReal) return { problem: 'unreal-date', written };
  if (year < EARLIEST_YEAR || year > LATEST_YEAR) return { problem: 'year-out-of-range', written };
  if (time === undefined) return { value: written as DayText };
  const at = timeOfDay(time);
  if (at === undefined) return { problem: 'time-of-day' };
  if (at.offsetMinutes === undefined) return { value: written as DayText };
  const instant = Date.UTC(year, month - 1, day, 0, at.minutes - at.offsetMinutes);
  return { value: london.format(instant) as DayText };
}

const london = new Intl.DateTimeFormat('en-CA', { timeZone: 'Europe/London', dateStyle: 'short' });

function daysIn(year: number, month: number): number {
  if (month === 2) return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0 ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

/** 1 to 12 for the English name of a month or its first three letters; otherwise 0. */
function monthNumber(name = ''): number {
  const lower = name.toLowerCase();
  // The one abbreviation in use that is not the first three letters.
  if (lower === 'sept') return 9;
  return monthNames.findIndex((month) => month === lower || month.slice(0, 3) === lower) + 1;
}

const twoDigits = (value: number): string => (value < 10 ? `0${value}` : String(value));
