import { headerKey, type DatasetField, type DatasetSchema } from '@kinledger/programme/definition';

/** The columns of a file by field of its dataset. */
export interface HeaderMapping {
  /** Column of each schema field, in schema order, from 0; -1 for a field that is not in the file. */
  readonly columnOf: readonly number[];
  /** Column by field name, in the form of the contracts. */
  readonly byField: Readonly<Record<string, number>>;
  /** Columns whose title matches no field, except blank titles. */
  readonly unknownColumns: readonly number[];
}

/** A title that a person chose for a field, by the field's name. */
export type ChosenTitles = Readonly<Record<string, string>>;

/** The columns of a header by field, whether or not a file with that header can be accepted. */
export interface HeaderMatch extends HeaderMapping {
  /** Fields that several columns match equally well, with those columns. */
  readonly ambiguous: readonly { readonly field: DatasetField; readonly columns: readonly number[] }[];
  /** Fields that every row needs and that no column matches. */
  readonly missing: readonly DatasetField[];
  /** Fields whose column was found by a chosen title. */
  readonly byChoice: readonly string[];
}

/** Names of a field in order of preference: title and name over aliases. */
const namesOf = (field: DatasetField): readonly (readonly string[])[] => [
  [field.title, field.name],
  field['x-kinledger'].aliases,
];

/** Title, name and aliases of a field. */
export const everyNameOf = (field: DatasetField): readonly string[] => namesOf(field).flat();

/**
 * Returns a function that counts how many texts are a title, name or alias of the schema, or one of the titles that
 * somebody chose for one of its fields.
 */
export function knownTitles(
  schema: DatasetSchema,
  chosen: readonly string[] = [],
): (cells: readonly string[]) => number {
  const known = new Set([...schema.fields.flatMap(everyNameOf), ...chosen].map(headerKey));
  known.delete('');
  return (cells) => cells.filter((cell) => known.has(headerKey(cell))).length;
}

/**
 * Finds each field's column by its title, its name or an alias, compared without case, space and punctuation; for a
 * field that no such column matches, or several, by the title that a person chose.
 */
export function matchHeader(
  schema: DatasetSchema,
  header: readonly string[],
  chosen: ChosenTitles = {},
): HeaderMatch {
  const keys = header.map(headerKey);
  const named = schema.fields.map((field) => candidates(field, keys, isOfPerson(field, schema)));
  const ofNames = new Set(named.flat());
  const byField: Record<string, number> = {};
  const byChoice: string[] = [];
  const ambiguous: HeaderMatch['ambiguous'][number][] = [];
  const columnOf = schema.fields.map((field, index) => {
    const columns = named[index] ?? [];
    const [only] = columns;
    if (only !== undefined && columns.length === 1) return only;
    const title = Object.hasOwn(chosen, field.name) ? chosen[field.name] : undefined;
    const choice = chosenColumn(title, keys, (column) =>
      columns.length > 0 ? columns.includes(column) : !ofNames.has(column),
    );
    if (choice !== undefined) byChoice.push(field.name);
    else if (columns.length > 1) ambiguous.push({ field, columns });
    return choice ?? only ?? -1;
  });
  schema.fields.forEach(({ name }, index) => {
    const column = columnOf[index] ?? -1;
    if (column >= 0) byField[name] = column;
  });
  const taken = new Set(columnOf);
  return {
    ...{ columnOf, byField, ambiguous, byChoice },
    unknownColumns: keys.flatMap((key, column) => (key !== '' && !taken.has(column) ? [column] : [])),
    missing: schema.fields.filter((field, index) => columnOf[index] === -1 && isBlocking(field, schema)),
  };
}

/** The one column that has a title, among those that may be chosen. */
function chosenColumn(
  title: string | undefined,
  keys: readonly string[],
  isFree: (column: number) => boolean,
): number | undefined {
  const wanted = headerKey(title ?? '');
  if (wanted === '') return undefined;
  const columns = keys.flatMap((key, column) => (key === wanted ? [column] : []));
  const [only] = columns;
  return columns.length === 1 && only !== undefined && isFree(only) ? only : undefined;
}

/**
 * Columns that match the field by the most preferred kind of name that any column matches. Of a field that identifies
 * somebody, all columns that match by any name: no name is preferred, because the wrong person might be recognised.
 */
function candidates(field: DatasetField, keys: readonly string[], anyName: boolean): readonly number[] {
  for (const names of anyName ? [everyNameOf(field)] : namesOf(field)) {
    const wanted = new Set(names.map(headerKey));
    wanted.delete('');
    const columns = keys.flatMap((key, column) => (wanted.has(key) ? [column] : []));
    if (columns.length > 0) return columns;
  }
  return [];
}

/** Whether a field identifies somebody, or is part of what does. */
export function isOfPerson(field: DatasetField, schema: DatasetSchema): boolean {
  const { childKey = {} } = schema['x-kinledger'];
  return field['x-kinledger'].identifiers.length > 0 || Object.values(childKey).includes(field.name);
}

/** Whether every row would be rejected without this field. */
export function isBlocking(field: DatasetField, schema: DatasetSchema): boolean {
  const { missing, roles, consent } = field['x-kinledger'];
  if (consent) return true;
  if (missing !== 'error' && field.constraints.required !== true) return false;
  const role = schema['x-kinledger'].role;
  return roles === undefined || (role !== undefined && roles.includes(role));
}
