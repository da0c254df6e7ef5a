import type { GoldenColumn, GoldenTable } from '../golden-table.js';
import { dateKey, londonDay, periodKey, UNKNOWN } from '../keys.js';

/** Whole years, from that of the earliest day that the read models have to that of the latest. */
const span = `days_known AS (
  SELECT min(as_of) AS first, max(as_of) AS last FROM numbered_record
  UNION ALL SELECT min(period_start), max(period_start) FROM submission
  UNION ALL SELECT ${londonDay('min(received_at)')}, ${londonDay('max(received_at)')} FROM submission
  UNION ALL SELECT make_date(min(left(period, 4)::int), 4, 1), make_date(max(left(period, 4)::int) + 1, 1, 1) FROM closed_quarter
  UNION ALL SELECT ${londonDay('min(closed_at)')}, ${londonDay('max(closed_at)')} FROM closed_quarter
  UNION ALL SELECT min((said->>'on')::date), max((said->>'on')::date)
            FROM programme, jsonb_array_elements(definition->'populations') AS said
  UNION ALL SELECT make_date(min(left(said->>'period', 4)::int), 4, 1), make_date(max(left(said->>'period', 4)::int) + 1, 1, 1)
            FROM programme, jsonb_array_elements(definition->'services') AS service,
                 jsonb_array_elements(service->'targets') AS said
), span AS (
  SELECT date_trunc('year', min(first)) AS first, date_trunc('year', max(last)) + interval '1 year' AS until
  FROM days_known HAVING min(first) IS NOT NULL
)`;

const computed = (type: 'int' | 'text', meaning: string, definition?: string): GoldenColumn => ({
  ...{ type, nullable: true, meaning, source: 'the calendar' },
  ...(definition === undefined ? {} : { definition }),
});

const financial = 'the financial year begins on 1 April';
const academic = 'the academic year begins on 1 September';
const yearStarting = (month: number): string =>
  `(extract(year FROM day)::int - (extract(month FROM day) < ${month})::int)`;
const yearText = (year: string, between: string): string =>
  `lpad((${year})::text, 4, '0') || '${between}' || lpad(((${year} + 1) % 100)::text, 2, '0')`;
const financialYear = yearStarting(4);
const academicYear = yearStarting(9);
const quarterOf = `((extract(month FROM day)::int + 8) % 12 / 3 + 1)`;

export const date: GoldenTable = {
  name: 'date',
  kind: 'dimension',
  grain: 'one day, without gaps, in whole years',
  meaning:
    'Days with the financial and academic periods that they are in. Facts refer to it in several roles.',
  readers: 'everybody',
  key: ['date_key'],
  columns: {
    date_key: {
      type: 'int',
      meaning: `Key of the day, which sorts as days do; ${UNKNOWN} for a day that is not known.`,
      source: 'the calendar',
      definition: 'days since 1 January of year 1',
    },
    date: { type: 'date', nullable: true, meaning: 'The day.', source: 'the calendar' },
    year: computed('int', 'The calendar year.'),
    month: computed('int', 'The month, from 1 to 12.'),
    month_name: computed('text', 'The month’s name.'),
    weekday: computed('int', 'The day of the week: 1 is Monday.'),
    weekday_name: computed('text', 'The name of the day of the week.'),
    financial_year_key: computed('int', 'The year in which the financial year begins; it sorts.', financial),
    financial_year: computed('text', 'The financial year, such as 2023/24.', financial),
    financial_quarter_key: {
      ...computed('int', 'The financial quarter; it sorts.', financial),
      refersTo: { table: 'period' },
    },
    financial_quarter: computed('text', 'The financial quarter, such as 2023-24-Q2.', financial),
    academic_year_key: {
      ...computed('int', 'The academic year; it sorts.', academic),
      refersTo: { table: 'period' },
    },
    academic_year: computed('text', 'The academic year, such as 2023/24.', academic),
  },
  common: `${span}, days AS (
  SELECT generate_series(first, until - interval '1 day', interval '1 day')::date AS day FROM span
)`,
  sql: `SELECT ${dateKey('day')}, day, extract(year FROM day)::int, extract(month FROM day)::int, to_char(day, 'FMMonth'),
       extract(isodow FROM day)::int, to_char(day, 'FMDay'),
       ${financialYear}, ${yearText(financialYear, '/')},
       ${periodKey(`date_trunc('quarter', day)`, 3)}, ${yearText(financialYear, '-')} || '-Q' || ${quarterOf},
       ${periodKey(`make_date(${academicYear}, 9, 1)`, 12)}, ${yearText(academicYear, '/')}
FROM days
UNION ALL
SELECT ${UNKNOWN}, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, ${UNKNOWN}, NULL, ${UNKNOWN}, NULL`,
};

export const period: GoldenTable = {
  name: 'period',
  kind: 'dimension',
  grain: 'one financial quarter or academic year',
  meaning:
    'The periods of files and of figures. An academic year overlaps quarters: never add the two kinds up.',
  readers: 'everybody',
  key: ['period_key'],
  columns: {
    period_key: {
      type: 'int',
      meaning: `Key of the period; it sorts by first day, then by length. ${UNKNOWN}: not known.`,
      source: 'the calendar',
    },
    period: {
      type: 'text',
      nullable: true,
      meaning: 'Code, such as 2023-24-Q2 or 2023-24-AY.',
      source: 'the calendar',
    },
    kind: { type: 'text', nullable: true, meaning: 'quarter or academic-year.', source: 'the calendar' },
    label: {
      type: 'text',
      nullable: true,
      meaning: 'Name for people, such as Q2 2023/24.',
      source: 'the calendar',
    },
    first_day: { type: 'date', nullable: true, meaning: 'The first day.', source: 'the calendar' },
    last_day: { type: 'date', nullable: true, meaning: 'The last day.', source: 'the calendar' },
    financial_year_key: computed(
      'int',
      'The financial year of a quarter; null for an academic year.',
      financial,
    ),
  },
  common: `${span}, starts AS (
  SELECT generate_series(first, until - interval '1 day', interval '3 months')::date AS day, 'quarter' AS kind FROM span
  UNION ALL
  SELECT generate_series(first - interval '4 months', until - interval '1 day', interval '1 year')::date, 'academic-year' FROM span
)`,
  sql: `SELECT CASE kind WHEN 'quarter' THEN ${periodKey('day', 3)} ELSE ${periodKey('day', 12)} END,
       CASE kind WHEN 'quarter' THEN ${yearText(financialYear, '-')} || '-Q' || ${quarterOf} ELSE ${yearText(academicYear, '-')} || '-AY' END,
       kind,
       CASE kind WHEN 'quarter' THEN 'Q' || ${quarterOf} || ' ' || ${yearText(financialYear, '/')} ELSE 'Academic year ' || ${yearText(academicYear, '/')} END,
       day, (day + CASE kind WHEN 'quarter' THEN interval '3 months' ELSE interval '1 year' END - interval '1 day')::date,
       CASE kind WHEN 'quarter' THEN ${financialYear} END
FROM starts
UNION ALL
SELECT ${UNKNOWN}, NULL, NULL, NULL, NULL, NULL, NULL`,
};

/** SQL of the key of a period by its code, such as 2023-24-Q2. */
export const periodKeyOfCode = (code: string): string => {
  const year = `left(${code}, 4)::int`;
  return `coalesce(CASE WHEN ${code} LIKE '%-AY' THEN (${year} * 12 + 8) * 13 + 12
    WHEN ${code} LIKE '%-Q_' THEN (${year} * 12 + 3 * right(${code}, 1)::int) * 13 + 3 END, ${UNKNOWN})`;
};
