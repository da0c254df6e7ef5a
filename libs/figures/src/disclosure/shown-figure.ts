import pg from 'pg';
import type { Figure } from '../figure.js';
import type { Publication } from '../publication.js';
import type { DisclosureProfile } from './disclosure-profiles.js';

const { escapeIdentifier: quote } = pg;

/**
 * SQL of a figure’s rows, with rows of 0 for every scope of the programme beside those that counted something, for every
 * value that the figure is broken down by: whoever may not learn that nobody was counted must not learn it from a missing row.
 */
export function wholeTable({ sql, columns, dimensions, returns }: Figure): string {
  const keys = Object.keys(dimensions).map(quote);
  const counts = Object.entries(columns).map(([name, { kind }]) =>
    kind === 'measured'
      ? `answered.${quote(name)}`
      : `coalesce(answered.${quote(name)}, 0) AS ${quote(name)}`,
  );
  const places = ['start', ...keys].join(', ');
  const heads = returns.map(({ name }) => quote(name)).join(', ');
  const isSame = ['start', ...keys].map((name) => `answered.${name} IS NOT DISTINCT FROM place.${name}`);
  // A figure that is not broken down has a row for the whole period, also where nothing at all was counted.
  const ofNothing = keys.length === 0 ? ` UNION SELECT NULL WHERE $3 = 'period'` : '';
  return `
  WITH answered (${heads}) AS MATERIALIZED (${sql}), place AS (
    SELECT DISTINCT ${places} FROM answered${ofNothing}
  ), named (scope) AS (
    SELECT 'programme' UNION ALL SELECT 'strand:' || strand FROM strand UNION ALL SELECT 'service:' || service FROM service
  )
  SELECT place.start, named.scope, ${[...keys.map((key) => `place.${key}`), ...counts].join(', ')}
  FROM place CROSS JOIN named
  LEFT JOIN answered ON answered.scope = named.scope AND ${isSame.join(' AND ')}
  WHERE $4::text IS NULL OR named.scope = $4`;
}

/** The figure’s rows before a profile looks at them. */
export const rowsFor = (figure: Figure, { hidesNobody }: DisclosureProfile): string =>
  hidesNobody ? wholeTable(figure) : figure.sql;

/**
 * SQL that answers a figure’s question as a reader may see it: quarters that are published, in the edition that stands, whose tables were
 * made safe together. Nothing else has a row: counts of an open quarter, a year or the lifetime, each looked at alone, would
 * tell by subtraction what a release suppresses, and so would the same count asked for on two days. Where the asked days hold only a
 * part of such a quarter, it has no row either.
 *
 * Whichever version is asked, a closed quarter answers with the counts of the version that closed it, column by column; a column that this version
 * did not have is suppressed. Another version would be counted again, and tell what the closing suppressed.
 */
export function shownSqlOf(figure: Figure): string {
  const heads = figure.returns.map(({ name }) => quote(name)).join(', ');
  const keys = figure.returns.slice(0, figure.returns.length - Object.keys(figure.columns).length);
  const kept = figure.returns.slice(1).map(({ name, type }) => {
    const value = `kept->>(places->>'${name}')::int`;
    return type === 'text' ? value : `(${value})::${type}`;
  });
  const order = keys.map(({ name, type }) => `${quote(name)}${type === 'text' ? ' COLLATE "C"' : ''}`);
  return `
  WITH closed AS MATERIALIZED (
    SELECT opens, answer->'rows' AS rows,
           (SELECT jsonb_object_agg(name, place - 1) FROM jsonb_array_elements_text(answer->'columns') WITH ORDINALITY AS c (name, place)) AS places
    FROM (
      SELECT (make_date(left(period, 4)::int, 4, 1) + make_interval(months => 3 * (right(period, 1)::int - 1)))::date AS opens,
             jsonb_path_query_first(figures, '$.figures[*] ? (@.figure starts with "${figure.id}@")') AS answer
      FROM closed_quarter WHERE standing = 'published'
    ) AS quarter
    WHERE answer IS NOT NULL
      AND CASE $3 WHEN 'quarter' THEN ($1::date IS NULL OR $1::date <= opens) AND ($2::date IS NULL OR $2::date >= opens + interval '3 months')
                  ELSE $1::date = opens AND $2::date = opens + interval '3 months' END
  )
  SELECT * FROM (
    SELECT CASE $3 WHEN 'quarter' THEN to_char(opens, 'YYYY-MM-DD') END, ${kept.join(', ')}
    FROM closed CROSS JOIN LATERAL jsonb_array_elements(closed.rows) AS kept
    WHERE $4::text IS NULL OR kept->>(places->>'scope')::int = $4
  ) AS answer (${heads})
  ORDER BY ${order.join(', ')}`;
}

/** Id of the publication that answers a figure’s question as a reader may see it. */
export const shownIdOf = ({ id }: Pick<Publication, 'id'>): string => `${id}-shown`;

/** The figure as a reader may see it. */
export const shownFigure = (figure: Figure): Publication => ({
  ...{ id: shownIdOf(figure), version: figure.version },
  ...{ parameters: figure.parameters, returns: figure.returns },
  sql: shownSqlOf(figure),
});
