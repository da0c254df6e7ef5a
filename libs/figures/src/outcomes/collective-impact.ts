import type { CountColumns, ShownCounts } from '../count-columns.js';
import { defineFigure } from '../figure.js';
import { startOfAnswer } from '../reach/qualifying.js';
import { ratioColumns, shareColumns, shownOf } from '../statistics/derived.js';
import { oddsRatio, ratioWith, riskRatio, type Ratio, type TwoGroups } from '../statistics/intervals.js';
import { impactResults } from './impact-results.js';

const people = { unit: 'people', disclosure: 'protected' } as const;
const rows = { unit: 'rows', disclosure: 'protected', mayChangeBy: 'rows' } as const;

export const impactCohortColumns = {
  unlinkable: {
    ...rows,
    meaning: 'Scores that are linked to nobody, because their rows have no usable identifier; not compared.',
  },
  referred: { ...rows, meaning: 'Scores whose rows wait for review; not compared.' },
  children: { ...people, meaning: 'Individuals with a score of the outcome.' },
  incomplete: {
    ...people,
    meaning: 'Of the children, those who lack a score of one of its measures; not compared.',
  },
  compared: { ...people, meaning: 'Of the children, those with all scores of one day: the cohort.' },
  usedNone: { ...people, meaning: 'Of the cohort, those whose family had used no service before.' },
  usedServices: { ...people, meaning: 'Of the cohort, those whose family had used a service before.' },
  withoutResidence: {
    ...people,
    meaning: 'Of the cohort, those without a known deprivation; a stratum of their own.',
  },
  withoutEthnicity: {
    ...people,
    meaning: 'Of the cohort, those without a known ethnic group; a stratum of their own.',
  },
} as const satisfies CountColumns;

const outcome = {
  type: 'text',
  meaning: 'Outcome of collective impact, as the theory of change names it.',
} as const;

/** Who is compared for an outcome of collective impact, and who is not and why. */
export const impactCohort = defineFigure({
  id: 'impact-cohort',
  version: 1,
  title: 'Collective impact: who is compared',
  readFrom: 'outcome',
  columns: impactCohortColumns,
  dimensions: { outcome },
  ofAdministrativeSources: true,
  sql: `
  WITH ${impactResults}, nobody AS (
    SELECT start, outcome, (count(*) FILTER (WHERE reason = 'unlinkable'))::int AS unlinkable,
           (count(*) FILTER (WHERE reason = 'referred'))::int AS referred
    FROM result WHERE state = 'set-aside' GROUP BY start, outcome
  ), child AS (
    SELECT start, outcome, count(*)::int AS children, (count(*) FILTER (WHERE NOT complete))::int AS incomplete
    FROM assessed GROUP BY start, outcome
  ), cohort AS (
    SELECT start, outcome, count(*)::int AS compared, (count(*) FILTER (WHERE services = 0))::int AS used_none,
           (count(*) FILTER (WHERE services > 0))::int AS used_any, (count(*) FILTER (WHERE quintile IS NULL))::int AS no_residence,
           (count(*) FILTER (WHERE ethnic_group IS NULL))::int AS no_ethnicity
    FROM compared GROUP BY start, outcome
  )
  SELECT ${startOfAnswer}, 'programme', outcome, coalesce(unlinkable, 0), coalesce(referred, 0), coalesce(children, 0),
         coalesce(incomplete, 0), coalesce(compared, 0), coalesce(used_none, 0), coalesce(used_any, 0), coalesce(no_residence, 0),
         coalesce(no_ethnicity, 0)
  FROM child FULL JOIN nobody USING (start, outcome) LEFT JOIN cohort USING (start, outcome)
  ORDER BY start, outcome COLLATE "C"`,
});

/** Whether scores that are linked to somebody differ from those that are not: who is not linked is not compared. */
export const impactLinkage = defineFigure({
  id: 'impact-linkage',
  version: 1,
  title: 'Collective impact: scores that are linked, and those that are not',
  readFrom: 'outcome',
  ofAdministrativeSources: true,
  columns: {
    scores: { ...rows, meaning: 'Scores of the measure.' },
    achieved: { ...rows, meaning: 'Of these, those that achieve the outcome.' },
  },
  dimensions: {
    outcome,
    measure: { type: 'text', meaning: 'Measure of the theory of change.' },
    linkage: {
      type: 'text',
      meaning: 'linked to somebody; unlinkable without a usable identifier; referred: waits for review.',
    },
  },
  derived: shareColumns('achieved', {
    ...{ part: 'achieved', whole: 'scores', meaning: 'achieved as a share of the scores.' },
  }),
  sql: `
  WITH ${impactResults}, told AS (
    SELECT start, outcome, measure_id, CASE WHEN state = 'linked' THEN 'linked' ELSE reason END AS linkage, achieved FROM result
  )
  SELECT ${startOfAnswer}, 'programme', outcome, measure_id, linkage, count(*)::int, (count(*) FILTER (WHERE achieved))::int
  FROM told GROUP BY start, outcome, measure_id, linkage
  ORDER BY start, outcome COLLATE "C", measure_id COLLATE "C", linkage COLLATE "C"`,
});

const adjusted = {
  unit: 'ratio',
  kind: 'measured',
  disclosure: 'mean',
  meanOf: ['people', 'achieved', 'othersPeople', 'othersAchieved'],
} as const;
const method =
  'adjusted for deprivation quintile of the residence and ethnic group in five, each with a stratum of the unknown (Mantel-Haenszel)';

export const collectiveImpactColumns = {
  people: { ...people, meaning: 'Children of the cohort in the group.' },
  achieved: { ...people, meaning: 'Of these, those who achieved the outcome.' },
  othersPeople: {
    ...people,
    meaning: 'Children of the cohort whose family had used no service: the comparison.',
  },
  othersAchieved: { ...people, meaning: 'Of these, those who achieved the outcome.' },
  strata: {
    ...{ unit: 'entries', disclosure: 'open' },
    meaning: 'Strata in which both are, of which the adjusted ratios are.',
  },
  adjustedRisk: { ...adjusted, meaning: `Risk ratio, ${method}.` },
  adjustedRiskError: { ...adjusted, meaning: 'Standard error of its logarithm (Greenland and Robins 1985).' },
  adjustedOdds: { ...adjusted, meaning: `Odds ratio, ${method}.` },
  adjustedOddsError: {
    ...adjusted,
    meaning: 'Standard error of its logarithm (Robins, Breslow and Greenland 1986).',
  },
} as const satisfies CountColumns;

const crude =
  (of: (groups: TwoGroups) => Ratio | undefined) =>
  (row: ShownCounts): Ratio | undefined => {
    const shown = shownOf(row, ['people', 'achieved', 'othersPeople', 'othersAchieved']);
    return (
      shown &&
      of({
        exposed: { with: shown.achieved, of: shown.people },
        others: { with: shown.othersAchieved, of: shown.othersPeople },
      })
    );
  };

const withError =
  (ratio: string, error: string) =>
  (row: ShownCounts): Ratio | undefined => {
    const shown = shownOf(row, [ratio, error]);
    return shown && ratioWith(shown[ratio] ?? NaN, shown[error] ?? NaN);
  };

/** What is exact to a digit whatever the order of the strata, as numerics add up exactly. */
const told = (value: string): string => `round(${value}, 6)::float8`;

/**
 * Association of an outcome of children with the services that their family had used before. Nothing here says that services cause
 * it: who uses services differs in more than what is adjusted for.
 */
export const collectiveImpact = defineFigure({
  id: 'collective-impact',
  version: 1,
  title: 'Collective impact: association of outcomes with services used',
  readFrom: 'outcome',
  columns: collectiveImpactColumns,
  ofAdministrativeSources: true,
  dimensions: {
    outcome,
    group: {
      type: 'text',
      meaning:
        'Services that the family had used before: none, 1, 2 or 3+; any; universal if none of them was a targeted one, otherwise targeted.',
    },
  },
  derived: {
    ...shareColumns('achieved', {
      ...{ part: 'achieved', whole: 'people', meaning: 'achieved as a share of the people.' },
    }),
    ...ratioColumns(
      'riskRatio',
      'Share that achieved it, against that of children whose family had used no service; an association, not adjusted (Katz).',
      crude(riskRatio),
    ),
    ...ratioColumns('oddsRatio', 'The same of odds, not adjusted (Woolf).', crude(oddsRatio)),
    ...ratioColumns(
      'adjustedRiskRatio',
      `Risk ratio, ${method}; an association.`,
      withError('adjustedRisk', 'adjustedRiskError'),
    ),
    ...ratioColumns(
      'adjustedOddsRatio',
      `Odds ratio, ${method}; an association.`,
      withError('adjustedOdds', 'adjustedOddsError'),
    ),
  },
  sql: `
  WITH ${impactResults}, grouped AS MATERIALIZED (
    SELECT start, outcome, quintile, ethnic_group, in_group, count(*)::numeric AS people,
           (count(*) FILTER (WHERE achieved))::numeric AS achieved
    FROM compared
    CROSS JOIN LATERAL unnest(CASE WHEN services = 0 THEN ARRAY['none'] ELSE ARRAY['any',
      CASE WHEN services < 3 THEN services::text ELSE '3+' END, CASE WHEN targeted THEN 'targeted' ELSE 'universal' END] END) AS g (in_group)
    GROUP BY start, outcome, quintile, ethnic_group, in_group
  ), stratum AS (
    -- a of n1 in the group, c of n0 of the others.
    SELECT g.start, g.outcome, g.in_group, g.achieved AS a, g.people AS n1, o.achieved AS c, o.people AS n0, g.people + o.people AS n
    FROM grouped g
    JOIN grouped o ON o.in_group = 'none' AND o.start = g.start AND o.outcome = g.outcome
      AND o.quintile IS NOT DISTINCT FROM g.quintile AND o.ethnic_group IS NOT DISTINCT FROM g.ethnic_group
    WHERE g.in_group <> 'none'
  ), summed AS (
    SELECT start, outcome, in_group, count(*)::int AS strata,
           sum(a * n0 / n) AS risk_up, sum(c * n1 / n) AS risk_down, sum((n1 * n0 * (a + c) - a * c * n) / n ^ 2) AS risk_spread,
           sum(a * (n0 - c) / n) AS odds_up, sum((n1 - a) * c / n) AS odds_down,
           sum((a + n0 - c) / n * (a * (n0 - c) / n)) AS pr,
           sum((a + n0 - c) / n * ((n1 - a) * c / n) + (n1 - a + c) / n * (a * (n0 - c) / n)) AS ps_qr,
           sum((n1 - a + c) / n * ((n1 - a) * c / n)) AS qs
    FROM stratum GROUP BY start, outcome, in_group
  ), whole AS (
    SELECT start, outcome, in_group, sum(people)::int AS people, sum(achieved)::int AS achieved
    FROM grouped GROUP BY start, outcome, in_group
  )
  SELECT to_char(nullif(w.start, '-infinity'), 'YYYY-MM-DD'), 'programme', w.outcome, w.in_group, w.people, w.achieved, coalesce(o.people, 0), coalesce(o.achieved, 0),
         coalesce(s.strata, 0),
         CASE WHEN risk_up > 0 AND risk_down > 0 THEN ${told('risk_up / risk_down')} END,
         CASE WHEN risk_up > 0 AND risk_down > 0 THEN ${told('sqrt(risk_spread / (risk_up * risk_down))')} END,
         CASE WHEN odds_up > 0 AND odds_down > 0 THEN ${told('odds_up / odds_down')} END,
         CASE WHEN odds_up > 0 AND odds_down > 0
              THEN ${told('sqrt(pr / (2 * odds_up ^ 2) + ps_qr / (2 * odds_up * odds_down) + qs / (2 * odds_down ^ 2))')} END
  FROM whole w
  LEFT JOIN whole o ON o.in_group = 'none' AND o.start = w.start AND o.outcome = w.outcome AND w.in_group <> 'none'
  LEFT JOIN summed s ON s.start = w.start AND s.outcome = w.outcome AND s.in_group = w.in_group
  ORDER BY w.start, w.outcome COLLATE "C", w.in_group COLLATE "C"`,
});
