import { periodKeyOfCode } from '../dimensions/calendar.js';
import type { GoldenColumn, GoldenTable } from '../golden-table.js';
import { dateColumn, dateKey, londonDay, UNKNOWN, valuesOf } from '../keys.js';
import { definitionKeys } from './definition.js';
import { dimensionsOfFigure, MOST_DIMENSIONS } from './figure-columns.js';

const places = Array.from({ length: MOST_DIMENSIONS }, (_, place) => place + 1);

export const publishedQuarter: GoldenTable = {
  name: 'published_quarter',
  kind: 'dimension',
  grain: 'one financial quarter whose figures are published',
  meaning:
    'What a quarter was closed with. It is not complete for later quarters: a quarter without a row is not published.',
  readers: 'everybody',
  key: ['period_key'],
  columns: {
    period_key: {
      type: 'int',
      meaning: 'The quarter.',
      source: 'the ledger: QuarterClosed.period',
      refersTo: { table: 'period' },
    },
    closed_date_key: dateColumn(
      'closed_date',
      'The day in London on which it was closed.',
      'the ledger: time of QuarterClosed',
    ),
    closing_position: {
      type: 'bigint',
      meaning: 'Ledger position at which the figures are computed.',
      source: 'the ledger: QuarterClosed',
    },
    published_position: {
      type: 'bigint',
      meaning: 'Ledger position at which they were published.',
      source: 'the ledger: FiguresPublished',
    },
    disclosure_profile: {
      type: 'text',
      meaning: 'The rule of disclosure control and its version.',
      source: 'the ledger: QuarterClosed.versions.disclosure',
    },
    digest: {
      type: 'text',
      meaning: 'SHA-256 of the published form, as the ledger names it.',
      source: 'the ledger: FiguresPublished.published',
    },
    area_boundary_year: {
      type: 'int',
      nullable: true,
      meaning: 'Year of the boundaries of its LSOAs.',
      source: 'the ledger: QuarterClosed.versions.area',
    },
    postcode_edition: {
      type: 'text',
      nullable: true,
      meaning: 'Edition of the postcode file.',
      source: 'the ledger: QuarterClosed.versions.postcodes',
    },
  },
  sql: `SELECT ${periodKeyOfCode('period')}, ${dateKey(londonDay('closed_at'))}, closing, published_at, versions->>'disclosure', digest,
       (versions->'area'->>'boundaryYear')::int, versions->>'postcodes'
FROM closed_quarter WHERE standing = 'published'`,
};

const dimensionColumns: Readonly<Record<string, GoldenColumn>> = Object.fromEntries(
  places.flatMap((place): [string, GoldenColumn][] => [
    [
      `dimension_${place}`,
      {
        type: 'text',
        nullable: true,
        meaning: `Name of the figure’s ${nth(place)} breakdown; null where it has none.`,
        source: 'libs/figures',
      },
    ],
    [
      `dimension_${place}_value`,
      {
        type: 'text',
        nullable: true,
        meaning: `Value of the ${nth(place)} breakdown; null where it has none, or the value is not known.`,
        source: 'the published form',
      },
    ],
  ]),
);

function nth(place: number): string {
  return ['first', 'second', 'third', 'fourth'][place - 1] ?? String(place);
}

export const publishedCount: GoldenTable = {
  name: 'published_count',
  kind: 'fact',
  grain: 'one count of a published figure: its quarter, scope, breakdowns and column',
  meaning:
    'Counts after disclosure control, as the ledger keeps them. Distinct counts do not add up over scopes, quarters or breakdowns. A combination without a row counted nobody.',
  readers: 'everybody',
  key: ['published_count_key'],
  columns: {
    published_count_key: {
      type: 'int',
      meaning: 'Opaque key, which holds at one position only.',
      source: 'the order of quarter, figure, scope, breakdowns and column',
    },
    period_key: {
      type: 'int',
      meaning: 'The quarter.',
      source: 'the ledger: QuarterClosed.period',
      refersTo: { table: 'published_quarter' },
    },
    definition_key: {
      type: 'int',
      meaning: 'What is counted.',
      source: 'the published form',
      refersTo: { table: 'definition' },
    },
    scope: { type: 'text', meaning: 'programme, strand:<id> or service:<id>.', source: 'the published form' },
    scope_level: { type: 'text', meaning: 'programme, strand or service.', source: 'the published form' },
    service_key: {
      type: 'int',
      meaning: `The service of a scope of one service; otherwise ${UNKNOWN}.`,
      source: 'the published form',
      refersTo: { table: 'service' },
    },
    ...dimensionColumns,
    shown: {
      type: 'bigint',
      nullable: true,
      meaning: 'The count as it may be shown; null where it is suppressed.',
      source: 'the published form',
      definition: 'the rule of published_quarter.disclosure_profile',
    },
    status: { type: 'text', meaning: 'shown or suppressed.', source: 'the published form' },
  },
  common: `tables AS (
  SELECT q.period, said->>'figure' AS figure, said->'columns' AS columns, said->'rows' AS rows
  FROM closed_quarter q, jsonb_array_elements(q.figures->'figures') AS said
  WHERE q.standing = 'published'
), known AS (
  SELECT t.period, t.figure, f.dimensions, f.names, said.row AS cells, columns.name AS counted, columns.place
  FROM tables t
  JOIN (SELECT figure, cardinality(array_remove(names, NULL)) AS dimensions, names
        FROM (SELECT figure, ARRAY[${places.map((place) => `name_${place}`).join(', ')}]::text[] AS names
              FROM ${valuesOf(
                'n',
                ['figure', ...places.map((place) => `name_${place}`)],
                dimensionsOfFigure.map(({ figure, names }) => [figure, ...names]),
              )}) each) f ON f.figure = t.figure
  CROSS JOIN LATERAL (SELECT value AS name, (ordinality - 1)::int AS place FROM jsonb_array_elements_text(t.columns) WITH ORDINALITY) columns
  CROSS JOIN LATERAL jsonb_array_elements(t.rows) AS said (row)
  WHERE columns.place > f.dimensions
)`,
  sql: `SELECT (row_number() OVER (ORDER BY k.period, k.figure COLLATE "C", (k.cells->>0) COLLATE "C", k.cells::text COLLATE "C", k.place))::int,
       ${periodKeyOfCode('k.period')}, coalesce(d.definition_key, ${UNKNOWN}), k.cells->>0, split_part(k.cells->>0, ':', 1), coalesce(s.ordinal + 1, ${UNKNOWN}),
       ${places.map((place) => `k.names[${place}], CASE WHEN k.names[${place}] IS NOT NULL THEN k.cells->>${place} END`).join(',\n       ')},
       (k.cells->>k.place)::bigint, CASE WHEN k.cells->>k.place IS NULL THEN 'suppressed' ELSE 'shown' END
FROM known k
LEFT JOIN ${definitionKeys} ON d.figure = k.figure AND d.counted = k.counted
LEFT JOIN service s ON k.cells->>0 = 'service:' || s.service`,
};
