import type { CountColumn } from '../count-columns.js';
import { defineFigure } from '../figure.js';
import { startOfAnswer } from '../reach/qualifying.js';
import { adults, children, referredWhereUnknown, unlinkableWhereUnknown } from './people-columns.js';
import { lastDay } from './people-reached.js';
import { sessionsSoFar } from './sessions-so-far.js';

const inProgress = (who: string) =>
  ({
    ...{ unit: 'people', disclosure: 'protected' },
    meaning: `Of these ${who}, those whose episode goes on: below the intended number, and seen or registered in the last days of the period.`,
  }) as const satisfies CountColumn;

/** Days after which an episode has ended when nobody came, where the definition does not say. */
const ENDS_AFTER_DAYS = 90;

/**
 * How many sessions of a service people had, until the period’s end, who attended or were registered in the period. The
 * numbers of the service are those of the day on which somebody began.
 */
export const dosage = defineFigure({
  id: 'dosage',
  version: 1,
  title: 'Sessions per person, by the minimum and the intended number',
  columns: {
    ...{ children, adults },
    ...{ childrenInProgress: inProgress('children'), adultsInProgress: inProgress('adults') },
    ...{ unlinkable: unlinkableWhereUnknown, referred: referredWhereUnknown },
  },
  dimensions: {
    band: {
      type: 'text',
      meaning:
        '0 or 1 session; below-minimum: 2 or more; minimum: from the minimum to below the intended number; intended: that or more; null: sessions of a service without these numbers.',
    },
    minimum: {
      type: 'int',
      meaning: 'Sessions that a participant needs to have benefited; null: not defined.',
    },
    intended: { type: 'int', meaning: 'Sessions that the service plans; null: not defined.' },
  },
  sql: `
  WITH ${sessionsSoFar(`$4::text IS NULL OR $4 = 'service:' || s.service`)}, banded AS (
    SELECT f.start, f.service, f.role, t.minimum, t.intended,
           CASE WHEN f.sessions = 0 THEN '0' WHEN f.sessions >= t.intended THEN 'intended' WHEN f.sessions >= t.minimum THEN 'minimum'
                WHEN t.minimum IS NULL THEN NULL WHEN f.sessions = 1 THEN '1' ELSE 'below-minimum' END AS band,
           coalesce(f.sessions < t.intended, true)
             AND coalesce(${lastDay}, f.last_of_service) - f.last_day < coalesce(t.ends_after, ${ENDS_AFTER_DAYS}) AS goes_on
    FROM so_far f
    LEFT JOIN terms t ON t.service = f.service AND f.began >= t.from_day AND (t.until_day IS NULL OR f.began < t.until_day)
    WHERE f.start IS NOT NULL
  ), nobodys AS (
    SELECT CASE WHEN $3 = 'quarter' THEN date_trunc('quarter', r.as_of)::date ELSE '-infinity' END AS start, s.service,
           count(*) FILTER (WHERE r.reason = 'unlinkable') AS unlinkable, count(*) FILTER (WHERE r.reason = 'referred') AS referred
    FROM numbered_record r
    JOIN numbered_dataset n ON n.number = r.dataset
    JOIN dataset d ON d.dataset = n.dataset
    JOIN service s ON s.service = d.service
    WHERE NOT s.administrative AND r.qualifying AND r.state = 'set-aside' AND r.role IN ('child', 'adult')
      AND ($1::date IS NULL OR r.as_of >= $1::date) AND ($2::date IS NULL OR r.as_of < $2::date)
      AND ($4::text IS NULL OR $4 = 'service:' || s.service)
    GROUP BY 1, 2
  ), counts AS (
    SELECT start, service, band, minimum, intended, count(*) FILTER (WHERE role = 'child') AS children,
           count(*) FILTER (WHERE role = 'adult') AS adults, count(*) FILTER (WHERE role = 'child' AND goes_on) AS children_on,
           count(*) FILTER (WHERE role = 'adult' AND goes_on) AS adults_on, 0 AS unlinkable, 0 AS referred
    FROM banded GROUP BY start, service, band, minimum, intended
    UNION ALL
    SELECT start, service, NULL, NULL, NULL, 0, 0, 0, 0, unlinkable, referred FROM nobodys WHERE unlinkable + referred > 0
  )
  SELECT ${startOfAnswer}, 'service:' || service, band, minimum, intended, sum(children)::int, sum(adults)::int,
         sum(children_on)::int, sum(adults_on)::int, sum(unlinkable)::int, sum(referred)::int
  FROM counts GROUP BY start, service, band, minimum, intended
  ORDER BY start, service COLLATE "C", minimum NULLS LAST, intended, array_position('{0,1,below-minimum,minimum,intended}', band)`,
});
