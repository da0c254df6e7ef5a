import { headerKey, type DatasetField, type DatasetSchema } from '@kinledger/programme/definition';
import { fileRefused, type FileRefused } from '../reading/file-refused.js';

/** Which column of a file holds which field of its dataset. */
export interface HeaderMapping {
  /** Column of each schema field, in schema order, from 0; -1 for a field that the file does not have. */
  readonly columnOf: readonly number[];
  /** Field name → column, as contracts carry it. */
  readonly byField: Readonly<Record<string, number>>;
  /** Columns whose title no field knows; blank titles are not counted. */
  readonly unknownColumns: readonly number[];
}

/** Better first: two columns that are called like one field are told apart by how they are called. */
const namesOf = (field: DatasetField): readonly (readonly string[])[] => [
  [field.title, field.name],
  field['x-kinledger'].aliases,
];

/** How many of these texts are a title, name or alias of the schema. */
export function knownTitles(schema: DatasetSchema): (cells: readonly string[]) => number {
  const known = new Set(schema.fields.flatMap((field) => namesOf(field).flat()).map(headerKey));
  known.delete('');
  return (cells) => cells.filter((cell) => known.has(headerKey(cell))).length;
}

/**
 * Finds each field's column by its title, its name or an alias, compared without case, space and punctuation.
 * @throws FileRefused when no title is known, two columns are equally good for one field, or a column is not there
 * without which every row would be rejected.
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

/** Columns whose title is the field's, by the best kind of name that any column has. */
function candidates(field: DatasetField, keys: readonly string[]): readonly number[] {
  for (const names of namesOf(field)) {
    const wanted = new Set(names.map(headerKey));
    wanted.delete('');
    const columns = keys.flatMap((key, column) => (wanted.has(key) ? [column] : []));
    if (columns.length > 0) return columns;
  }
  return [];
}

/** A field without which every row of the file would be rejected. */
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
    `None of the column titles in the first row belongs to this dataset. The first row must hold the titles, such as ${titles(schema.fields.slice(0, 4))}. If it does, check that this is the right dataset.`,
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
    `The file has no column ${titles(fields)}, which this dataset cannot do without. Add ${fields.length === 1 ? 'it' : 'them'} to the export, or correct the title${fields.length === 1 ? '' : 's'} in the first row.`,
    fields.map((field) => ({ path: field.name, message: `there is no column "${field.title}"` })),
  );
