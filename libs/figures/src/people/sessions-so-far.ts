/**
 * SQL of the sessions that people had in each service until the period’s end, as common table expressions in the period that is asked
 * for (`FigureQuestion`): `terms`, the numbers of sessions of services with the days on which they are in force; `seen`, who attended
 * or was registered; `so_far`, with how many sessions, since when. A row of `so_far` without a start is of before the period.
 * @param scope SQL that says of a service `s` whether it is in the scope that is asked for.
 */
export const sessionsSoFar = (scope: string): string => `terms AS MATERIALIZED (
    SELECT s.value->>'id' AS service, (t.value->>'from')::date AS from_day,
           lead((t.value->>'from')::date) OVER (PARTITION BY s.value->>'id' ORDER BY t.ordinality) AS until_day,
           (t.value->>'minimum')::int AS minimum, (t.value->>'intended')::int AS intended,
           (t.value->>'endsAfterDays')::int AS ends_after
    FROM programme p
    CROSS JOIN jsonb_array_elements(p.definition->'services') AS s (value)
    CROSS JOIN jsonb_array_elements(s.value->'sessions') WITH ORDINALITY AS t (value, ordinality)
  ), seen AS MATERIALIZED (
    SELECT CASE WHEN r.as_of >= $1::date OR ($1::date IS NULL AND $3 <> 'quarter') THEN
             CASE WHEN $3 = 'quarter' THEN date_trunc('quarter', r.as_of)::date ELSE '-infinity' END
                WHEN $1::date IS NULL THEN date_trunc('quarter', r.as_of)::date END AS start,
           s.service, r.individual, r.role,
           count(*) FILTER (WHERE r.qualifying) AS sessions, min(r.as_of) FILTER (WHERE r.qualifying) AS first_session,
           max(r.as_of) FILTER (WHERE r.qualifying) AS last_session, min(r.as_of) AS first_day, max(r.as_of) AS last_day
    FROM numbered_record r
    JOIN numbered_dataset n ON n.number = r.dataset
    JOIN dataset d ON d.dataset = n.dataset
    JOIN service s ON s.service = d.service
    WHERE NOT s.administrative AND r.state = 'linked' AND r.role IN ('child', 'adult') AND (r.qualifying OR d.data_type = 'user')
      AND ($2::date IS NULL OR r.as_of IS NULL OR r.as_of < $2::date) AND (${scope})
    GROUP BY 1, 2, 3, 4
  ), so_far AS (
    SELECT start, service, individual, role, sum(sessions) OVER earlier AS sessions,
           coalesce(min(first_session) OVER earlier, min(first_day) OVER earlier) AS began, max(last_day) OVER earlier AS last_day,
           max(last_session) OVER (PARTITION BY service) AS last_of_service
    FROM seen
    WINDOW earlier AS (PARTITION BY service, individual, role ORDER BY start NULLS FIRST)
  )`;
