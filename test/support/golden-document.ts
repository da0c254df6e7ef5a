import {
  columnsOf,
  dateRoles,
  GOLDEN_SCHEMA,
  goldenTables,
  type GoldenTable,
  type NamedColumn,
} from '@kinledger/golden';

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('<', '&lt;');

const whereTo = ({ refersTo }: NamedColumn): string => {
  if (refersTo === undefined) return '';
  const table = `[${refersTo.table}](#${refersTo.table})`;
  return refersTo.role === undefined ? table : `${table} as \`${refersTo.role}\``;
};

function rowOf(column: NamedColumn, key: readonly string[]): string {
  const { name, type, nullable, meaning, unit, source, definition } = column;
  return `| ${[
    `\`${name}\`${key.includes(name) ? ' (key)' : ''}`,
    `${type}${nullable === true ? ', or null' : ''}`,
    ...[meaning, unit ?? '', source, definition ?? ''].map(cell),
    whereTo(column),
  ].join(' | ')} |`;
}

const sectionOf = (table: GoldenTable): string =>
  [
    `### ${table.name}`,
    '',
    `${table.meaning} ${table.kind[0]?.toUpperCase()}${table.kind.slice(1)}; one row is ${table.grain}.`,
    '',
    '| column | type | meaning | unit | source | definition | refers to |',
    '| --- | --- | --- | --- | --- | --- | --- |',
    ...columnsOf(table).map((column) => rowOf(column, table.key)),
    '',
  ].join('\n');

/** Facts in the middle, with an arrow to each table that they refer to. */
function diagramOf(tables: readonly GoldenTable[]): string {
  const arrows = tables.flatMap((table) =>
    [
      ...new Set(
        columnsOf(table).flatMap(({ refersTo }) =>
          refersTo === undefined
            ? []
            : [`${refersTo.table} ||--o{ ${table.name} : ${refersTo.role ?? 'has'}`],
        ),
      ),
    ].map((arrow) => `  ${arrow}`),
  );
  return ['```mermaid', 'erDiagram', ...arrows, '```'].join('\n');
}

const tablesFor = (readers: GoldenTable['readers']) =>
  goldenTables.filter((table) => table.readers === readers);

/** The page that describes the golden dataset, as Markdown before it is formatted. */
export function goldenPage(): string {
  const cleared = tablesFor('everybody');
  const detailed = tablesFor('data team');
  return `# The golden dataset

The schema \`${GOLDEN_SCHEMA}\` of the platform’s database: a star of facts and dimensions over the live read models, for Power BI, Excel, psql
and other clients of PostgreSQL. [The guide](guides/golden-dataset.md) says how to connect. This page and the database’s own comments follow
from one description of the tables, \`libs/golden\`.

Keys are opaque integers. −1 is the unknown member, which every dimension of a fact has; −2 stands for individuals in facts of a dataset that
the definition, or any before it, calls sensitive, or that it no longer has. Names, types and meanings of this version do not change: what is to differ comes as the next version, beside
this one. Columns are as at the ledger position of the live read models; a rebuild gives the same rows.

**Distinct counts do not add up.** One person in two services is one person reached. Take reach from \`published_count\`, or count distinct
individuals; a sum of services, quarters or groups is another figure.

## Cleared tables

The role \`kinledger_public\` reads these and no others; \`kinledger_analyst\` reads them too. Counts are those of published quarters, after
disclosure control.

${diagramOf(cleared)}

${cleared.map(sectionOf).join('\n')}
## Tables of the data team

The role \`kinledger_analyst\` alone reads these. They hold people under internal pseudonyms and are personal data: no identifier and no token
is in them, and a row of a person stays a row of a person.

${diagramOf(detailed)}

${detailed.map(sectionOf).join('\n')}
## Dates in their roles

A fact with several dates joins each of these views, which hold the table \`date\` under names of the role.

| view | columns |
| --- | --- |
${dateRoles.map(({ name, columns }) => `| \`${name}\` | ${columns.map((column) => `\`${column.name}\``).join(', ')} |`).join('\n')}

## What is not in it

- **Individuals as they were at an earlier position.** Links are as at the position of the live read models. Figures at earlier positions are
  answered by \`kinledger figures --as-at\`, and closed quarters by \`published_count\`.
- **Populations that are counted in an administrative source.** They have a row in \`population\` that names the dataset, and no count.
- **Session numbers of services** (minimum and intended) stay in the programme definition.
- **Returns that are due and did not come.** \`kinledger returns\` lists them.
- **Direct identifiers, tokens, ids of records, free text and days of birth** are not in the platform’s zone, or not shown.
`;
}
