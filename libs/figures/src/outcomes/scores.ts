/**
 * SQL of the scores that measures of the theory of change name, as common table expressions: `scored_measure`, a row for each
 * such measure with its rule of pairing, and `scored`, a row for each live score of one in a service, in the scope that is asked for
 * (`FigureQuestion`: $4), whatever its day.
 */
export const scores = `
  scored_measure AS MATERIALIZED (
    SELECT m ->> 'id' AS measure_id, split_part(m ->> 'outcome', '.', 1) AS domain, m ->> 'outcome' AS outcome,
           m ->> 'dataset' AS dataset, m -> 'of' ->> 'instrument' AS instrument, m -> 'of' ->> 'measure' AS measure,
           m ->> 'better' = 'higher' AS higher_is_better,
           coalesce((m -> 'pairing' ->> 'minimumDays')::int, (t -> 'pairing' ->> 'minimumDays')::int, 28) AS minimum_days,
           coalesce((m -> 'pairing' ->> 'windowDays')::int, (t -> 'pairing' ->> 'windowDays')::int, 365) AS window_days,
           coalesce(m -> 'pairing' -> 'first', t -> 'pairing' -> 'first') AS first_occasions,
           coalesce(m -> 'pairing' -> 'last', t -> 'pairing' -> 'last') AS last_occasions,
           coalesce(m -> 'pairing' ->> 'informant', t -> 'pairing' ->> 'informant') AS informant
    FROM programme p
    CROSS JOIN LATERAL (SELECT p.definition -> 'theoryOfChange') AS theory (t)
    CROSS JOIN LATERAL jsonb_array_elements(coalesce(t -> 'measures', '[]')) AS listed (m)
    WHERE m -> 'of' ? 'instrument'
  ), scored AS MATERIALIZED (
    SELECT s.strand, s.service, m.measure_id, r.individual, r.state, r.as_of, o.occasion, o.score::numeric AS score,
           -- Rows that do not say who answered are of one informant.
           CASE WHEN m.informant IS NULL THEN '' ELSE coalesce(r.attributes::jsonb ->> m.informant, '') END AS informant
    FROM scored_measure m
    JOIN dataset d USING (dataset)
    JOIN service s ON s.service = d.service AND NOT s.administrative
    JOIN numbered_dataset n USING (dataset)
    JOIN numbered_record r ON r.dataset = n.number
    JOIN numbered_outcome o ON o.record = r.number AND o.instrument = m.instrument AND o.measure = m.measure
    WHERE r.state <> 'retired' AND r.as_of IS NOT NULL
      AND ($4::text IS NULL OR $4 = 'programme' OR $4 = 'strand:' || s.strand OR $4 = 'service:' || s.service)
  )`;
