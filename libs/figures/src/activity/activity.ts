import type { CountColumns } from '../count-columns.js';
import { defineFigure } from '../figure.js';
import { inScopes, startOfAnswer } from '../reach/qualifying.js';
import { rounded, shownOf } from '../statistics/derived.js';
import { asAsked, liveRowsOfServices, startOf } from './rows-of-kind.js';

const rows = { unit: 'rows', disclosure: 'protected', mayChangeBy: 'rows' } as const;

export const activityColumns = {
  childAttendances: { ...rows, meaning: 'Qualifying rows of children: sessions that they attended.' },
  adultAttendances: { ...rows, meaning: 'Qualifying rows of adults: sessions that they attended.' },
  anonymousAttendances: {
    ...rows,
    meaning: 'Qualifying rows that name nobody; each may stand for a group.',
  },
  attendances: {
    ...{ unit: 'rows', disclosure: 'computed again' },
    sumOf: ['childAttendances', 'adultAttendances', 'anonymousAttendances'],
    meaning: 'childAttendances + adultAttendances + anonymousAttendances.',
  },
  workforceAttendances: {
    ...rows,
    meaning: 'Qualifying rows of practitioners and volunteers. Not part of attendances.',
  },
  notAttended: { ...rows, meaning: 'Rows that say that somebody did not attend.' },
  otherContacts: {
    ...rows,
    meaning: 'Attended rows of kinds that do not qualify, such as a newsletter.',
  },
  sessionDays: {
    ...rows,
    meaning:
      'Days on which a service had a qualifying session of a kind. At least as many sessions took place: rows do not tell two of one kind and day apart.',
  },
  timed: { ...rows, meaning: 'Of the attendances, those that say how long they took.' },
  minutes: {
    ...{ unit: 'minutes', kind: 'measured', disclosure: 'mean', meanOf: ['timed'] },
    meaning: 'Minutes of the attendances that say how long they took.',
  },
} as const satisfies CountColumns;

/** SQL of rows of sessions, and of what is counted of them. */
const contacts = `
  contact AS MATERIALIZED (
    SELECT ${startOf('r.as_of')} AS start, s.strand, s.service, r.session_kind AS kind, r.as_of AS day, r.role, r.attended,
           r.qualifying, r.minutes${liveRowsOfServices}
    WHERE r.session_kind IS NOT NULL AND ${asAsked}
  )`;
const ofFamilies = `qualifying AND role NOT IN ('practitioner', 'volunteer')`;
const rowsWhere = (condition: string): string => `(count(*) FILTER (WHERE ${condition}))::int`;
const sessionDays = '(count(DISTINCT (service, kind, day)) FILTER (WHERE qualifying))::int';

/** Sessions and attendances, by rows: people who come often count often. */
export const activity = defineFigure({
  id: 'activity',
  version: 1,
  title: 'Sessions and attendances',
  columns: activityColumns,
  dimensions: {},
  derived: {
    perSessionDay: {
      unit: 'ratio',
      meaning: 'attendances for each of sessionDays.',
      of: (row) => {
        const shown = shownOf(row, ['attendances', 'sessionDays']);
        return shown === undefined || shown.sessionDays === 0
          ? null
          : rounded(shown.attendances / shown.sessionDays, 1);
      },
    },
    meanMinutes: {
      unit: 'minutes',
      meaning: 'minutes for each of the attendances that say how long they took.',
      of: (row) => {
        const shown = shownOf(row, ['minutes', 'timed']);
        return shown === undefined || shown.timed === 0 ? null : rounded(shown.minutes / shown.timed, 1);
      },
    },
  },
  sql: `
  WITH ${contacts}
  SELECT ${startOfAnswer}, scope,
         ${rowsWhere(`qualifying AND role = 'child'`)}, ${rowsWhere(`qualifying AND role = 'adult'`)},
         ${rowsWhere(`qualifying AND role = 'none'`)}, ${rowsWhere(ofFamilies)},
         ${rowsWhere(`qualifying AND role IN ('practitioner', 'volunteer')`)}, ${rowsWhere('NOT attended')},
         ${rowsWhere('attended AND NOT qualifying')}, ${sessionDays},
         ${rowsWhere(`${ofFamilies} AND minutes IS NOT NULL`)}, (sum(minutes) FILTER (WHERE ${ofFamilies}))::float8
  FROM ${inScopes('contact')}
  GROUP BY start, scope ORDER BY start, scope COLLATE "C"`,
});

const { childAttendances, adultAttendances, anonymousAttendances, attendances } = activityColumns;

/** The same by kind of session. */
export const activityByKind = defineFigure({
  id: 'activity-by-kind',
  version: 1,
  title: 'Sessions and attendances by kind of session',
  columns: {
    ...{ childAttendances, adultAttendances, anonymousAttendances, attendances },
    sessionDays: activityColumns.sessionDays,
  },
  dimensions: { kind: { type: 'text', meaning: 'Kind of session, of those that qualify.' } },
  sql: `
  WITH ${contacts}
  SELECT ${startOfAnswer}, scope, kind,
         ${rowsWhere(`role = 'child'`)}, ${rowsWhere(`role = 'adult'`)}, ${rowsWhere(`role = 'none'`)},
         ${rowsWhere(ofFamilies)}, ${sessionDays}
  FROM ${inScopes('(SELECT * FROM contact WHERE qualifying)')}
  GROUP BY start, scope, kind ORDER BY start, scope COLLATE "C", kind COLLATE "C"`,
});
