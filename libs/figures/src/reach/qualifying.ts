import type { FamilyRule } from './family-rule.js';

/**
 * SQL of the qualifying engagements of a question (`FigureQuestion`: $1 from, $2 until, $3 by, $4 scope) with strand,
 * service and quarter, as a common table expression `qualifying`. `start` is -infinity if the whole period is counted. `family` is
 * null where it is not known.
 */
export const qualifying = (rule: FamilyRule): string => `
  ${rule.expressions}qualifying AS MATERIALIZED (
    SELECT CASE WHEN $3 = 'quarter' THEN date_trunc('quarter', r.as_of)::date ELSE '-infinity' END AS start,
           s.strand, s.service, r.number AS record, r.individual, r.role, r.state, r.reason, r.marks, r.case_mark,
           ${rule.comment}${rule.ofIndividual('r.individual')} AS family
    FROM numbered_record r
    JOIN numbered_dataset n ON n.number = r.dataset
    JOIN dataset d ON d.dataset = n.dataset
    JOIN service s ON s.service = d.service
    LEFT JOIN numbered_member f ON f.scope = 'programme' AND f.individual = r.individual${rule.joined('r.individual')}
    WHERE r.qualifying AND r.state <> 'retired'
      AND ($1::date IS NULL OR r.as_of >= $1::date) AND ($2::date IS NULL OR r.as_of < $2::date)
      AND ($4::text IS NULL OR $4 = 'programme' OR $4 = 'strand:' || s.strand OR $4 = 'service:' || s.service)
  )`;

/** Rows that count as reach: linked rows of a child or an adult. */
export const person = `state = 'linked' AND role IN ('child', 'adult')`;

/** `start` in the form of an answer. */
export const startOfAnswer = `to_char(nullif(start, '-infinity'), 'YYYY-MM-DD')`;

/**
 * SQL that repeats each row of a table that has strand and service for every requested scope that includes it, as
 * `scope`. An administrative source has no strand. For speed, remove duplicate rows first.
 */
export const inScopes = (table: string) => `${table} AS in_scope
    CROSS JOIN LATERAL (VALUES ('programme'), ('strand:' || in_scope.strand), ('service:' || in_scope.service)) AS part (scope)
    WHERE scope IS NOT NULL AND ($4::text IS NULL OR scope = $4)`;
