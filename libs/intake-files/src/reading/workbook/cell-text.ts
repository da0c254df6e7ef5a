/**
 * How a workbook shows the numbers of a cell, as far as it changes what a reader sees.
 *
 * - date: which parts of a date or a time the format shows;
 * - padded: an integer is shown with leading zeros, to so many digits, as telephone numbers are.
 */
export type NumberFormat =
  | { readonly kind: 'general' }
  | { readonly kind: 'percent' }
  | { readonly kind: 'padded'; readonly digits: number }
  | {
      readonly kind: 'date';
      readonly day: boolean;
      readonly month: boolean;
      readonly year: boolean;
      readonly time: boolean;
    };

const general: NumberFormat = { kind: 'general' };
const date = (parts: string): NumberFormat => ({
  kind: 'date',
  day: parts.includes('d'),
  month: parts.includes('m'),
  year: parts.includes('y'),
  time: parts.includes('t'),
});

/** Formats that a workbook names by number alone (ECMA-376 part 1, 18.8.30): those with dates, times and percentages. */
const builtIn: ReadonlyMap<number, NumberFormat> = new Map([
  ...[9, 10].map((id) => [id, { kind: 'percent' }] as const),
  ...[14, 15, 27, 28, 29, 30, 31, 36, 50, 51, 52, 53, 54, 57, 58].map((id) => [id, date('dmy')] as const),
  [16, date('dm')] as const,
  [17, date('my')] as const,
  [22, date('dmyt')] as const,
  ...[18, 19, 20, 21, 32, 33, 34, 35, 45, 46, 47, 55, 56].map((id) => [id, date('t')] as const),
]);

export const builtInFormat = (id: number): NumberFormat => builtIn.get(id) ?? general;

/** Reads a format code such as `dd/mm/yyyy`, `0.0%` or `00000 000000`. */
export function numberFormatOf(code: string): NumberFormat {
  // The first section is for positive numbers. Literals and colours may hold any letter.
  const [section = ''] = code
    .replace(/"[^"]*"|\\.|_.|\*./g, (literal) => (/^\\[ \-]$/.test(literal) ? literal.slice(1) : ''))
    .split(';');
  const isElapsed = /\[(?:h+|m+|s+)\]/i.test(section);
  const bare = section.replace(/\[[^\]]*\]/g, '').toLowerCase();
  if (bare.includes('general')) return general;
  const hasTime = isElapsed || /[hs]/.test(bare);
  const hasYear = bare.includes('y');
  const hasDay = /(?<!d)d{1,2}(?!d)/.test(bare);
  const hasMonth = /m/.test(bare.replace(/am\/pm|a\/p/g, '')) && (hasYear || bare.includes('d') || !hasTime);
  if (hasTime || hasYear || bare.includes('d') || hasMonth)
    return { kind: 'date', day: hasDay, month: hasMonth, year: hasYear, time: hasTime };
  if (bare.includes('%')) return { kind: 'percent' };
  const digits = /^[0\s\-()]+$/.test(bare) ? bare.replace(/[^0]/g, '').length : 0;
  return digits > 1 ? { kind: 'padded', digits } : general;
}

/** More digits than a spreadsheet keeps of a number: the last ones are lost. */
const FIRST_INEXACT = 1e15;

/**
 * A number as its cell holds it, with all its digits: a spreadsheet shows fifteen at most, and fewer in a narrow column.
 * An integer that has lost digits is given as the spreadsheet shows it, such as 1.23457E+17.
 */
export function numberText(raw: string): string {
  const value = Number(raw);
  if (raw.trim() === '' || !Number.isFinite(value)) return raw;
  const rounded = Number(value.toPrecision(15));
  if (Math.abs(rounded) >= FIRST_INEXACT) return rounded.toExponential(5).replace('e', 'E');
  return decimalDigits(rounded);
}

const decimalDigits = (value: number): string => {
  const text = String(value);
  return text.includes('e') ? value.toFixed(20).replace(/\.?0+$/, '') : text;
};

/** The text of a number in a format. A date is given with the year first, which can be read in one way only. */
export function shownText(raw: string, format: NumberFormat, is1904: boolean): string {
  const value = Number(raw);
  if (raw.trim() === '' || !Number.isFinite(value)) return raw;
  switch (format.kind) {
    case 'general':
      return numberText(raw);
    case 'percent':
      return `${numberText(String(Number((value * 100).toPrecision(15))))}%`;
    case 'padded':
      return Number.isInteger(value) && value >= 0
        ? numberText(raw).padStart(format.digits, '0')
        : numberText(raw);
    case 'date':
      return dateText(value, format, is1904) ?? numberText(raw);
  }
}

/** 31 December 9999, the last day that a spreadsheet knows. */
const LAST_DAY = 2_958_465;
const SECONDS = 86_400;
/** 1 January 1904 counts 0 in the system of old Macintoshes, and 1,462 in the other one. */
const DAYS_TO_1904 = 1462;

/**
 * A day number as a date, with as much of it as its format shows: "Feb 2020" has no day, so 2020-02. Undefined for a
 * number that is no date.
 */
function dateText(
  value: number,
  { day, month, year, time }: Extract<NumberFormat, { kind: 'date' }>,
  is1904: boolean,
): string | undefined {
  const isDay = day || month || year;
  const inDays = value + (is1904 && isDay ? DAYS_TO_1904 : 0);
  // A day without a time is not rounded up to the next one.
  const seconds = isDay && !time ? Math.floor(inDays) * SECONDS : Math.round(inDays * SECONDS);
  const days = Math.floor(seconds / SECONDS);
  if (seconds < 0 || days > LAST_DAY) return undefined;
  const ofDay = seconds % SECONDS;
  if (!isDay) return clock(seconds);
  const { y, m, d } = calendarDay(days);
  if (!year) return [...(day ? [d] : []), ...(month ? [m] : [])].map(twoDigits).join('/');
  const whole = [String(y).padStart(4, '0'), ...(month ? [twoDigits(m)] : []), ...(month && day ? [twoDigits(d)] : [])].join('-'); // prettier-ignore
  return time && month && day && ofDay > 0 ? `${whole} ${clock(ofDay)}` : whole;
}

/** Hours may be more than 24: a format can show the time that has passed. */
function clock(seconds: number): string {
  const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  return parts.slice(0, parts[2] === 0 ? 2 : 3).map(twoDigits).join(':'); // prettier-ignore
}

/** The day of a number in the system of 1900, which counts a 29 February 1900 that did not exist. */
function calendarDay(days: number): { readonly y: number; readonly m: number; readonly d: number } {
  if (days === 0) return { y: 1900, m: 1, d: 0 };
  if (days === 60) return { y: 1900, m: 2, d: 29 };
  const at = new Date(Date.UTC(1899, 11, days < 60 ? 31 + days : 30 + days));
  return { y: at.getUTCFullYear(), m: at.getUTCMonth() + 1, d: at.getUTCDate() };
}

const twoDigits = (number: number): string => String(number).padStart(2, '0');
