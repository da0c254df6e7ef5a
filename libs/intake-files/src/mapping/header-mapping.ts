import { headerKey, type DatasetField, type DatasetSchema } from '@kinledger/programme/definition';
import { fileRefused, type FileRefused } from '../reading/file-refused.js';
import { LAST_HEADER_ROW } from '../reading/find-header.js';

/** The columns of a file by field of its dataset. */
export interface HeaderMapping {
  /** Column of each schema field, in schema order, from 0; -1 for a field that is not in the file. */
  readonly columnOf: readonly number[];
  /** Column by field name, in the form of the contracts. */
  readonly byField: Readonly<Record<string, number>>;
  /** Columns whose title matches no field, except blank titles. */
  readonly unknownColumns: readonly number[];
}

/** Names of a field in order of preference: title and name over aliases. */
const namesOf = (field: DatasetField): readonly (readonly string[])[] => [
  [field.title, field.name],
  field['x-kinledger'].aliases,
];

/** Returns a function that counts how many texts are a title, name or alias of the schema. */
export function knownTitles(schema: DatasetSchema): (cells: readonly string[]) => number {
  const known = new Set(schema.fields.flatMap((field) => namesOf(field).flat()).map(headerKey));
  known.delete('');
  return (cells) => cells.filter((cell) => known.has(headerKey(cell))).length;
}

/**
 * Finds each field's column by its title, its name or an alias, compared without case, space and punctuation.
 * @throws FileRefused if no title is known, two columns match a field equally well, or a column that every row needs is
 * missing.
 */
export function mapHeader(schema: DatasetSchema, header: readonly string[]): HeaderMapping {
  const keys = header.map(headerKey);
  const byField: Record<string, number> = {};
  const columnOf: number[] = [];
  const taken = new Set<number>();
  const ambiguous: DatasetField[] = [];
  for (const field of schema.fields) {
    const columns = candidates(field, keys);
    if (columns.length > 1) ambiguous.push(field);
    const column = columns[0] ?? -1;
    columnOf.push(column);
    if (column < 0) continue;
    byField[field.name] = column;
    taken.add(column);
  }
  if (taken.size === 0) throw noTitleKnown(schema);
  if (ambiguous.length > 0) throw duplicates(ambiguous);
  const missing = schema.fields.filter((field, index) => columnOf[index] === -1 && isBlocking(field, schema));
  if (missing.length > 0) throw missingColumns(missing);
  return {
    columnOf,
    byField,
    unknownColumns: keys.flatMap((key, column) => (key !== '' && !taken.has(column) ? [column] : [])),
  };
}

/** Columns that match the field by the most preferred kind of name that any column matches. */
function candidates(field: DatasetField, keys: readonly string[]): readonly number[] {
  for (const names of namesOf(field)) {
    const wanted = new Set(names.map(headerKey));
    wanted.delete('');
    const columns = keys.flatMap((key, column) => (wanted.has(key) ? [column] : []));
    if (columns.length > 0) return columns;
  }
  return [];
}

/** Whether every row would be rejected without this field. */
function isBlocking(field: DatasetField, schema: DatasetSchema): boolean {
  const { missing, roles, consent } = field['x-kinledger'];
  if (consent) return true;
  if (missing !== 'error' && field.constraints.required !== true) return false;
  const role = schema['x-kinledger'].role;
  return roles === undefined || (role !== undefined && roles.includes(role));
}

const titles = (fields: readonly DatasetField[]) => fields.map((field) => `"${field.title}"`).join(', ');

const noTitleKnown = (schema: DatasetSchema): FileRefused =>
  fileRefused(
    'no-header',
    `None of the first ${LAST_HEADER_ROW} rows holds column titles of this dataset, such as ${titles(schema.fields.slice(0, 4))}. Check that the export has a row of titles, and that this is the right dataset.`,
  );

const duplicates = (fields: readonly DatasetField[]): FileRefused =>
  fileRefused(
    'duplicate-columns',
    `More than one column could be ${titles(fields)}. Remove or rename all but one of each.`,
    fields.map((field) => ({ path: field.name, message: `more than one column is called "${field.title}"` })),
  );

const missingColumns = (fields: readonly DatasetField[]): FileRefused =>
  fileRefused(
    'missing-columns',
    `The file has no column ${titles(fields)}, which this dataset cannot do without. Add ${fields.length === 1 ? 'it' : 'them'} to the export, or correct the title${fields.length === 1 ? '' : 's'}.`,
    fields.map((field) => ({ path: field.name, message: `there is no column "${field.title}"` })),
  );
