import { columnsOf, type GoldenTable, type GoldenType, type NamedColumn } from './golden-table.js';

const datatypes: Readonly<Record<GoldenType, string>> = {
  bigint: 'integer',
  boolean: 'boolean',
  date: 'date',
  'double precision': 'double',
  int: 'integer',
  text: 'string',
  timestamptz: 'dateTimeStamp',
};

export const csvFileOf = ({ name }: Pick<GoldenTable, 'name'>): string => `${name}.csv`;

const column = ({ name, type, nullable, meaning, unit, source, definition }: NamedColumn) => ({
  name,
  titles: name,
  datatype: datatypes[type],
  required: nullable !== true,
  'dc:description': meaning,
  'dc:source': source,
  ...(unit === undefined ? {} : { 'schema:unitText': unit }),
  ...(definition === undefined ? {} : { 'skos:definition': definition }),
});

/** References to tables of the same export that are keyed by one column. */
const foreignKeys = (table: GoldenTable, exported: readonly GoldenTable[]) =>
  columnsOf(table).flatMap(({ name, refersTo }) => {
    const other = exported.find((each) => each.name === refersTo?.table);
    const key = other?.key[0];
    return other === undefined || key === undefined || (other.name === table.name && key === name)
      ? []
      : [{ columnReference: name, reference: { resource: csvFileOf(other), columnReference: key } }];
  });

const described = (table: GoldenTable, exported: readonly GoldenTable[]) => ({
  url: csvFileOf(table),
  'dc:title': table.name,
  'dc:description': `${table.meaning} One row: ${table.grain}.`,
  tableSchema: {
    columns: columnsOf(table).map(column),
    // A column of a primary key always has a value.
    ...(table.key.every((name) => table.columns[name]?.nullable !== true) ? { primaryKey: table.key } : {}),
    ...(exported.length === 0 ? {} : { foreignKeys: foreignKeys(table, exported) }),
  },
});

const context = ['http://www.w3.org/ns/csvw', { '@language': 'en' }];

/** What was exported, and how its files are written. */
const common = (position: number) => ({
  'dc:identifier': `golden_v1 at ledger position ${position}`,
  'rdfs:comment':
    'An empty cell has no value. A text that a spreadsheet would take for a formula has an apostrophe in front, which is no part of it.',
  dialect: { encoding: 'utf-8', delimiter: ',', quoteChar: '"', doubleQuote: true, header: true },
});

/** The W3C’s metadata of one CSV file, to be read beside it as `<file>-metadata.json`. */
export const csvwOfTable = (table: GoldenTable, position: number) => ({
  '@context': context,
  ...common(position),
  ...described(table, []),
});

/** The same of all files of an export, with the references between them. */
export const csvwOfTables = (tables: readonly GoldenTable[], position: number) => ({
  '@context': context,
  ...common(position),
  tables: tables.map((table) => described(table, tables)),
});
