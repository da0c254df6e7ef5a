import type { PermittedDataset } from './permission.js';
import type { DataOutputSpecification } from './specification.js';
import { pseudonymSql, type HmacBlocks } from './study-key.js';
import { linkBands, type TableName } from './tables.js';

/** A query of the read models on the client’s search path; its columns are in the order of the table’s. */
export interface ExtractQuery {
  readonly text: string;
  readonly values: readonly unknown[];
}

const blocks = { inner: '$7::bytea', outer: '$8::bytea' };
const personOf = pseudonymSql('individual', 'i.individual_id', blocks);
/** The least sure has the greatest number. */
const bandNumber = `CASE WHEN r.marks & 1 = 1 THEN 1 WHEN r.marks & 2 = 2 THEN 2 ELSE 3 END`;
const bandWord = (number: string) => `(ARRAY[${linkBands.map((band) => `'${band}'`).join(', ')}])[${number}]`;

/**
 * The datasets that the study may see; who agreed to evaluation, where people agree row by row; their rows; the people of
 * the cohort; and the weight of each dataset.
 */
const shared = `
  permitted AS MATERIALIZED (
    SELECT n.number, n.dataset, d.service, d.authority, s.provider, p.attributes, p.consent
    FROM jsonb_to_recordset($1::jsonb) AS p (dataset text, attributes jsonb, consent jsonb)
    JOIN numbered_dataset n ON n.dataset = p.dataset
    JOIN dataset d ON d.dataset = p.dataset
    JOIN service s ON s.service = d.service
  ),
  agreed AS MATERIALIZED (
    SELECT DISTINCT p.number AS dataset, r.individual
    FROM permitted p
    JOIN numbered_dataset n ON p.consent -> 'of' ? n.dataset
    JOIN numbered_record r ON r.dataset = n.number AND r.state = 'linked'
    WHERE p.consent -> 'versions' ? (r.attributes::jsonb ->> (p.consent ->> 'attribute'))
  ),
  linked AS MATERIALIZED (
    SELECT r.number, r.individual, r.as_of, r.qualifying, r.session_kind, r.attended, r.minutes, ${bandNumber} AS band,
           p.number AS dataset_number, p.dataset, p.service, p.provider, a.individual IS NOT NULL OR p.consent IS NULL AS agreed
    FROM numbered_record r
    JOIN permitted p ON p.number = r.dataset
    LEFT JOIN agreed a ON a.dataset = p.number AND a.individual = r.individual
    WHERE r.state = 'linked' AND r.role = ANY ($2::text[])
  ),
  shown AS MATERIALIZED (SELECT * FROM linked WHERE agreed),
  cohort AS MATERIALIZED (
    SELECT DISTINCT individual FROM shown
    WHERE ($3::text = 'recorded' OR qualifying) AND ($4::text[] IS NULL OR service = ANY ($4::text[]))
      AND ($5::date IS NULL OR as_of >= $5::date) AND ($6::date IS NULL OR as_of < $6::date)
  ),
  unlinked AS MATERIALIZED (
    SELECT p.dataset, p.service, p.number AS dataset_number,
           count(r.number) AS rows,
           count(r.number) FILTER (WHERE r.state = 'linked') AS linked,
           count(r.number) FILTER (WHERE r.reason = 'unlinkable') AS unlinkable,
           count(r.number) FILTER (WHERE r.reason = 'referred') AS referred
    FROM permitted p
    LEFT JOIN numbered_record r ON r.dataset = p.number AND r.role = ANY ($2::text[])
         AND (r.state = 'linked' OR (r.state = 'set-aside' AND r.reason IN ('unlinkable', 'referred')))
    GROUP BY p.dataset, p.service, p.number
  ),
  weighted AS (
    SELECT *, CASE WHEN linked = 0 THEN NULL ELSE (linked + unlinkable + referred)::numeric / linked END AS weight FROM unlinked
  )`;

/**
 * `held` has the names of all attributes of the person, `shown` those that the study may see: by the highest-ranked of the
 * rows whose agreement permits it and whose person agreed. A person whose address is protected by any row has no area.
 */
const people = `
  SELECT ${personOf} AS person, i.role,
         CASE WHEN f.family_id IS NULL THEN NULL ELSE ${pseudonymSql('family', 'f.family_id', blocks)} END AS family,
         ARRAY(SELECT jsonb_object_keys(i.attributes::jsonb)) AS held, seen.shown,
         (SELECT a.deprivation_decile::text FROM area a WHERE a.lsoa = seen.shown ->> 'lsoa') AS decile,
         ${bandWord('totals.band')} AS link_band, totals.rows, totals.providers, round(totals.weight, 4)::text AS weight
  FROM cohort c
  JOIN numbered_individual i ON i.number = c.individual
  JOIN (
    SELECT s.individual, max(s.band) AS band, count(*)::int AS rows, count(DISTINCT s.provider)::int AS providers, avg(w.weight) AS weight
    FROM shown s JOIN weighted w USING (dataset_number) GROUP BY s.individual
  ) totals ON totals.individual = i.number
  CROSS JOIN LATERAL (
    SELECT coalesce(jsonb_object_agg(best.name, best.value), '{}') AS shown
    FROM (
      SELECT DISTINCT ON (said.name) said.name, said.value
      FROM numbered_record r
      JOIN permitted p ON p.number = r.dataset
      JOIN submission s ON s.number = r.submission
      CROSS JOIN LATERAL jsonb_each(r.attributes::jsonb) AS said (name, value)
      WHERE r.individual = i.number AND r.state = 'linked' AND r.role = ANY ($2::text[]) AND p.attributes ? said.name
        AND (p.consent IS NULL OR EXISTS (SELECT FROM agreed a WHERE a.dataset = p.number AND a.individual = i.number))
        AND (said.name <> 'lsoa' OR i.attributes::jsonb ? 'lsoa')
      ORDER BY said.name, p.authority, r.as_of DESC NULLS LAST, s.period_start DESC NULLS LAST, r.row_key
    ) best
  ) seen
  LEFT JOIN numbered_member m ON m.scope = 'programme' AND m.individual = i.number
  LEFT JOIN numbered_family f ON f.number = m.family
  ORDER BY person`;

const ofRow = `${personOf} AS person, s.dataset, s.service, to_char(s.as_of, 'YYYY-MM-DD') AS event_date`;
const rowsOfCohort = `FROM cohort c JOIN shown s ON s.individual = c.individual JOIN numbered_individual i ON i.number = s.individual`;

const bodies: Readonly<Record<TableName, string>> = {
  people,
  engagements: `
  SELECT ${ofRow}, s.session_kind, s.attended::int AS attended, s.minutes, s.qualifying::int AS qualifying, ${bandWord('s.band')} AS link_band
  ${rowsOfCohort}
  WHERE s.session_kind IS NOT NULL
  ORDER BY person, event_date, s.dataset COLLATE "C", s.session_kind COLLATE "C", s.minutes, s.attended, s.number`,
  outcomes: `
  SELECT ${ofRow}, o.place, o.instrument, o.measure, o.occasion, o.score, ${bandWord('s.band')} AS link_band
  ${rowsOfCohort}
  JOIN numbered_outcome o ON o.record = s.number
  ORDER BY person, event_date, s.dataset COLLATE "C", o.instrument COLLATE "C", o.measure COLLATE "C", o.occasion COLLATE "C", o.place, s.number`,
  unlinked: `
  SELECT w.dataset, w.service, w.rows::int, w.linked::int, w.unlinkable::int, w.referred::int,
         (SELECT count(*)::int FROM linked l WHERE l.dataset_number = w.dataset_number AND NOT l.agreed) AS not_agreed,
         round(w.weight, 4)::text AS weight
  FROM weighted w
  ORDER BY w.dataset COLLATE "C"`,
};

/** The query of one table of an extract. */
export function queryOf(
  table: TableName,
  { cohort }: DataOutputSpecification,
  permitted: readonly PermittedDataset[],
  { inner, outer }: HmacBlocks,
): ExtractQuery {
  const { roles, who, services, from, until } = cohort;
  // Every query names every parameter, so that one list of values serves all.
  return {
    text: `WITH ${shared}, given AS (SELECT $7::bytea, $8::bytea) ${bodies[table]}`,
    values: [
      JSON.stringify(permitted),
      ...[roles, who, services ?? null, from ?? null, until ?? null],
      ...[inner, outer],
    ],
  };
}
