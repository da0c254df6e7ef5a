/**
 * SQL of results for collective impact, as common table expressions, in the period that is asked for (`FigureQuestion`): `result`, live
 * scores of its outcomes with whether they are achieved; `assessed`, of each outcome and linked person one assessment (the latest
 * complete one, or the latest), with residence and ethnic group; `compared`, the complete ones, with how many services the person’s
 * family had used before.
 */
export const impactResults = `
  impact AS MATERIALIZED (
    SELECT o ->> 'id' AS outcome, jsonb_array_length(o -> 'measures') AS measures, m ->> 'id' AS measure_id, m ->> 'dataset' AS dataset,
           m -> 'of' ->> 'instrument' AS instrument, m -> 'of' ->> 'measure' AS measure, m -> 'achieved' AS rule
    FROM programme p
    CROSS JOIN LATERAL jsonb_array_elements(coalesce(p.definition -> 'theoryOfChange' -> 'collectiveImpact', '[]')) AS listed (o)
    CROSS JOIN LATERAL jsonb_array_elements(p.definition -> 'theoryOfChange' -> 'measures') AS known (m)
    WHERE o -> 'measures' ? (m ->> 'id')
  ), result AS MATERIALIZED (
    SELECT CASE WHEN $3 = 'quarter' THEN date_trunc('quarter', r.as_of)::date ELSE '-infinity' END AS start,
           i.outcome, i.measures, i.measure_id, r.individual, r.state, r.reason, r.as_of,
           f.score::numeric >= coalesce((ruled ->> 'atLeast')::numeric, f.score::numeric)
             AND (ruled -> 'below' IS NULL OR f.score::numeric < (ruled ->> 'below')::numeric) AS achieved
    FROM impact i
    JOIN numbered_dataset n USING (dataset)
    JOIN numbered_record r ON r.dataset = n.number
    JOIN numbered_outcome f ON f.record = r.number AND f.instrument = i.instrument AND f.measure = i.measure
    CROSS JOIN LATERAL (SELECT coalesce(i.rule -> 'byOccasion' -> f.occasion, i.rule)) AS applied (ruled)
    -- Of an occasion without a threshold it is not said when it is achieved.
    WHERE (ruled ? 'atLeast' OR ruled ? 'below') AND r.state <> 'retired' AND ($4::text IS NULL OR $4 = 'programme')
      AND ($1::date IS NULL OR r.as_of >= $1::date) AND ($2::date IS NULL OR r.as_of < $2::date)
  ), assessed AS MATERIALIZED (
    SELECT DISTINCT ON (a.start, a.outcome, a.individual) a.*, coalesce(f.family, -a.individual) AS family,
           (area.deprivation_decile + 1) / 2 AS quintile,
           (regexp_match(i.attributes::jsonb ->> 'ethnicity', '^(asian|black|mixed|white|other)-'))[1] AS ethnic_group
    FROM (
      SELECT start, outcome, individual, as_of, count(DISTINCT measure_id) = measures AS complete, bool_and(achieved) AS achieved
      FROM result WHERE state = 'linked' GROUP BY start, outcome, individual, as_of, measures
    ) AS a
    JOIN numbered_individual i ON i.number = a.individual
    LEFT JOIN area ON area.lsoa = i.attributes::jsonb ->> 'lsoa'
    LEFT JOIN numbered_member f ON f.scope = 'programme' AND f.individual = a.individual
    ORDER BY a.start, a.outcome, a.individual, a.complete DESC, a.as_of DESC
  ), used AS MATERIALIZED (
    SELECT coalesce(f.family, -r.individual) AS family, s.service, min(r.as_of) AS since,
           bool_or(s.service IN (
             SELECT o ->> 'id' FROM programme p, jsonb_array_elements(p.definition -> 'services') AS defined (o)
             WHERE o ->> 'offer' = 'targeted'
           )) AS targeted
    FROM numbered_record r
    JOIN numbered_dataset n ON n.number = r.dataset
    JOIN dataset d ON d.dataset = n.dataset
    JOIN service s ON s.service = d.service AND NOT s.administrative
    LEFT JOIN numbered_member f ON f.scope = 'programme' AND f.individual = r.individual
    WHERE r.qualifying AND r.state = 'linked' AND r.role IN ('child', 'adult')
    GROUP BY 1, 2
  ), compared AS MATERIALIZED (
    SELECT a.start, a.outcome, a.individual, a.achieved, a.quintile, a.ethnic_group,
           count(u.service)::int AS services, coalesce(bool_or(u.targeted), false) AS targeted
    FROM assessed a LEFT JOIN used u ON u.family = a.family AND u.since < a.as_of
    WHERE a.complete
    GROUP BY a.start, a.outcome, a.individual, a.achieved, a.quintile, a.ethnic_group
  )`;
