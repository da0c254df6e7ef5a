import type { CountColumns } from '../count-columns.js';
import { defineFigure } from '../figure.js';
import { inScopes, startOfAnswer } from '../reach/qualifying.js';
import { rounded, shownOf } from '../statistics/derived.js';
import { asAsked, liveRowsOfServices, startOf } from './rows-of-kind.js';

const rows = { unit: 'rows', disclosure: 'protected', mayChangeBy: 'rows' } as const;

export const workforceColumns = {
  people: {
    ...{ unit: 'people', disclosure: 'protected' },
    meaning: 'Individuals with a qualifying row in the role. Not part of reach.',
  },
  attendances: { ...rows, meaning: 'Qualifying rows in the role, of whomever.' },
  unlinkable: {
    ...rows,
    meaning: 'Of the attendances, those that are linked to nobody: each could be one more person.',
  },
  timed: { ...rows, meaning: 'Of the attendances, those that say how long they took.' },
  minutes: {
    ...{ unit: 'minutes', kind: 'measured', disclosure: 'mean', meanOf: ['timed'] },
    meaning: 'Minutes of the attendances that say how long they took.',
  },
} as const satisfies CountColumns;

/** People who work in services, by role. The hours of posts that services state are in `inputs`. */
export const workforce = defineFigure({
  id: 'workforce',
  version: 1,
  title: 'Practitioners and volunteers',
  columns: workforceColumns,
  dimensions: { role: { type: 'text', meaning: 'practitioner or volunteer, as the row says.' } },
  derived: {
    hours: {
      unit: 'hours',
      meaning: 'minutes in hours.',
      of: (row) => {
        const shown = shownOf(row, ['minutes']);
        return shown === undefined ? null : rounded(shown.minutes / 60, 1);
      },
    },
  },
  sql: `
  WITH worked AS MATERIALIZED (
    SELECT ${startOf('r.as_of')} AS start, s.strand, s.service, r.individual, r.role, r.minutes${liveRowsOfServices}
    WHERE r.qualifying AND r.role IN ('practitioner', 'volunteer') AND ${asAsked}
  )
  SELECT ${startOfAnswer}, scope, role, count(DISTINCT individual)::int, count(*)::int,
         (count(*) FILTER (WHERE individual IS NULL))::int, count(minutes)::int, sum(minutes)::float8
  FROM ${inScopes('worked')}
  GROUP BY start, scope, role ORDER BY start, scope COLLATE "C", role COLLATE "C"`,
});
