import type { PeriodCode } from '@kinledger/contracts';
import { academicYear, isCalendarDate, periodOfDate, quarter } from './period.js';
import type { Period, QuarterNumber } from './period.js';

/** Longer text is not a period. The bound limits how much work the patterns below do on hostile input. */
const MAX_LENGTH = 60;

// A year is 2023-24, 2023/24, 2023/2024, 202324 or 20232024. The text is in lower case and single-spaced when the
// patterns see it.
const year = String.raw`(\d{4}) ?[-/]? ?(\d{4}|\d{2})`;
const financial = String.raw`(?:financial year|fin year|fy)`;
const quarterNumber = String.raw`(?:q|quarter ?)([1-4])`;
const academic = String.raw`(?:academic year|school year|ay)`;
const gap = String.raw`[ ,:-]{0,3}`;

const yearThenQuarter = new RegExp(
  `^(?:${financial}${gap})?${year}${gap}(?:${financial}${gap})?${quarterNumber}$`,
);
const quarterThenYear = new RegExp(
  `^(?:${financial}${gap})?${quarterNumber}${gap}(?:of )?(?:${financial}${gap})?${year}$`,
);
const yearThenAcademic = new RegExp(`^${year}${gap}${academic}$`);
const academicThenYear = new RegExp(`^${academic}${gap}${year}$`);
const span = /^(\S{10}) (?:to|-|until) (\S{10})$/;

/**
 * Parses a period as people and systems write it: `2023-24-Q2`, `Q2 2023/24`, `202324 Q2`, `202324 Financial year Q2`,
 * `FY 2023/24 Quarter 2`, `2023-24-AY`, `Academic year 2023/24`, or its first and last day, as in `01/07/2023 to
 * 30/09/2023`. Ignores case and extra white space.
 * @returns undefined for anything else: a year without a quarter, two years that are not consecutive, or dates that do
 * not span exactly one period.
 */
export function parsePeriod(text: string): Period | undefined {
  if (typeof text !== 'string' || text.length > MAX_LENGTH) return undefined;
  const words = text
    .normalize('NFKC')
    .replace(/[‐‑‒–—]/g, '-')
    .replace(/\s+/g, ' ')
    .trim()
    .toLowerCase();

  const first = yearThenQuarter.exec(words);
  if (first) return ofQuarter(first[1], first[2], first[3]);
  const second = quarterThenYear.exec(words);
  if (second) return ofQuarter(second[2], second[3], second[1]);
  const school = yearThenAcademic.exec(words) ?? academicThenYear.exec(words);
  if (school) {
    const startYear = yearsInSequence(school[1], school[2]);
    return startYear === undefined ? undefined : academicYear(startYear);
  }
  const days = span.exec(words);
  return days ? ofDays(isoDateOf(days[1]), isoDateOf(days[2])) : undefined;
}

/**
 * The period of a canonical code.
 * @throws RangeError if the code does not name a period, such as `2023-25-Q1`.
 */
export function periodOfCode(code: PeriodCode): Period {
  const period = parsePeriod(code);
  if (period?.code !== code) throw new RangeError('not a period code');
  return period;
}

function ofQuarter(
  from: string | undefined,
  to: string | undefined,
  number: string | undefined,
): Period | undefined {
  const startYear = yearsInSequence(from, to);
  return startYear === undefined ? undefined : quarter(startYear, Number(number) as QuarterNumber);
}

/** The first of two consecutive years. The second may be written with two digits or four. */
function yearsInSequence(from = '', to = ''): number | undefined {
  const startYear = Number(from);
  if (startYear < 1 || startYear > 9998) return undefined;
  const expected = String(startYear + 1).padStart(4, '0');
  return to === expected || to === expected.slice(2) ? startYear : undefined;
}

function ofDays(firstDay: string | undefined, lastDay: string | undefined): Period | undefined {
  if (firstDay === undefined || lastDay === undefined) return undefined;
  for (const kind of ['quarter', 'academic-year'] as const) {
    const period = periodOfDate(firstDay, kind);
    if (period?.start === firstDay && periodOfDate(lastDay, kind)?.code === period.code) {
      if (dayAfter(lastDay) === period.end) return period;
    }
  }
  return undefined;
}

function isoDateOf(text = ''): string | undefined {
  const british = /^(\d{2})[/.](\d{2})[/.](\d{4})$/.exec(text);
  const iso = british ? `${british[3] ?? ''}-${british[2] ?? ''}-${british[1] ?? ''}` : text;
  return isCalendarDate(iso) ? iso : undefined;
}

function dayAfter(isoDate: string): string {
  return new Date(Date.parse(`${isoDate}T00:00:00Z`) + 86_400_000).toISOString().slice(0, 10);
}
