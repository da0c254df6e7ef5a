import { fieldKinds } from '@kinledger/kin';
import { z } from 'zod';

const [givenName, ...otherKinds] = fieldKinds;
/** What a column of a plain file holds: a kind of field, or the part of one that the minimum dataset has. */
export const columnRoles = [givenName, 'given-name-part', ...otherKinds] as const;
export type ColumnRole = (typeof columnRoles)[number];
/** What a column can hold instead: both names of a person, or a part of the birth date. */
export const partRoles = ['full-name', 'birth-year', 'birth-month', 'birth-day'] as const;
export const schemaRoles = [...columnRoles, ...partRoles] as const;
export type SchemaRole = (typeof schemaRoles)[number];

/** The order of day, month and year in a column of dates. */
export const dateOrders = ['year-month-day', 'day-month-year', 'month-day-year'] as const;
export type DateOrder = (typeof dateOrders)[number];

const columnSchema = z.union([
  z.enum(schemaRoles),
  z.strictObject({
    role: z.enum(schemaRoles),
    order: z.enum(dateOrders).optional().describe('of a birth date; found from the values if absent'),
  }),
]);

/** What the columns of one file hold. */
const fileSchema = {
  id: z
    .string()
    .min(1)
    .optional()
    .describe('the column of record ids; if absent, records are numbered from 1 in the order of rows'),
  role: z
    .string()
    .min(1)
    .optional()
    .describe('a column that says child or adult; pairs of children and of adults are estimated apart'),
  columns: z
    .record(z.string().min(1), columnSchema)
    .describe('title of a column → what it holds; other columns are not read'),
};

/** What the columns of plain files hold: all the configuration that linking them takes. */
export const linkSchema = z.strictObject({
  ...fileSchema,
  right: z
    .strictObject(fileSchema)
    .optional()
    .describe(
      'the same of the second file, if its titles are others; of columns with one role, the first belong together',
    ),
});
export type LinkSchema = z.infer<typeof linkSchema>;
/** What the columns of one file hold. */
export type FileSchema = Omit<LinkSchema, 'right'>;

/** Roles that only one column may have. */
const single: ReadonlySet<SchemaRole> = new Set<SchemaRole>([
  ...(['given-name', 'given-name-part', 'surname', 'birth-date', 'gender', 'postcode'] as const),
  ...partRoles,
]);

/** What is taken of cells: all of one, a part of a full name, or a date of three: year, month, day. */
export type CellsTaken = 'whole' | 'given-names' | 'family-name' | 'date';

/** A field to compare, and the columns that it is read from. */
export interface LinkField {
  readonly name: string;
  readonly role: ColumnRole;
  readonly columns: readonly string[];
  readonly taken: CellsTaken;
  readonly order?: DateOrder | undefined;
}

/** A schema that cannot be used, in one sentence. */
export class SchemaRefused extends Error {
  readonly code = 'schema-refused';
}

/**
 * The fields of a schema in the order in which they are compared: that of the roles, then of the titles.
 * @throws SchemaRefused if two columns have a role that only one may have, or none has any.
 */
export function fieldsOf(schema: FileSchema): readonly LinkField[] {
  const fields = [...fieldsInOrderOfSchema(schema)].sort(
    (a, b) =>
      columnRoles.indexOf(a.role) - columnRoles.indexOf(b.role) ||
      ((a.columns[0] ?? '') < (b.columns[0] ?? '') ? -1 : 1),
  );
  const roles = fields.map(({ role }) => role);
  return fields.map((field): LinkField => {
    const alone = roles.filter((role) => role === field.role).length === 1;
    return alone ? field : { ...field, name: `${field.role}: ${field.columns[0] ?? ''}` };
  });
}

/**
 * By file, the fields in the same order. Of several with one role, the first that the schema names in each file are one field.
 * @throws SchemaRefused as {@link fieldsOf}, and if the columns of the two files are not of the same roles.
 */
export function fieldsOfFiles(schema: LinkSchema, files: number): readonly (readonly LinkField[])[] {
  const left = fieldsOf(schema);
  const { right } = schema;
  if (right === undefined || files < 2) return Array<readonly LinkField[]>(files).fill(left);
  const ofLeft = fieldsInOrderOfSchema(schema);
  const ofRight = fieldsInOrderOfSchema(right);
  for (const role of columnRoles)
    if (withRole(ofLeft, role).length !== withRole(ofRight, role).length)
      throw new SchemaRefused(
        `the two files have not as many columns with the role ${role}: leave out what only one of them has`,
      );
  for (const column of ['id', 'role'] as const)
    if ((schema[column] === undefined) !== (right[column] === undefined))
      throw new SchemaRefused(
        `the schema names a column in "${column}" for one file only: name both, or none`,
      );
  return [
    left,
    left.map((field) => {
      const place = withRole(ofLeft, field.role).findIndex(({ columns }) => columns[0] === field.columns[0]);
      // There are as many, as was seen.
      return { ...(withRole(ofRight, field.role)[place] as LinkField), name: field.name };
    }),
  ];
}

const withRole = (fields: readonly LinkField[], role: ColumnRole): readonly LinkField[] =>
  fields.filter((field) => field.role === role);

function fieldsInOrderOfSchema(schema: FileSchema): readonly LinkField[] {
  const columns = Object.entries(schema.columns).map(([column, value]) => ({
    column,
    ...(typeof value === 'string' ? { role: value } : value),
  }));
  if (columns.length === 0) throw new SchemaRefused('the schema names no columns to compare');
  const has = (role: SchemaRole) => columns.some((column) => column.role === role);
  for (const role of single)
    if (columns.filter((column) => column.role === role).length > 1)
      throw new SchemaRefused(`the schema has several columns with the role ${role}: keep one`);
  if (has('given-name') && has('given-name-part'))
    throw new SchemaRefused('the schema has a given name and a part of one: keep the given name');
  if (has('full-name') && (has('given-name') || has('given-name-part') || has('surname')))
    throw new SchemaRefused(
      'the schema has a full name and one of its parts: keep the full name, or its parts',
    );
  const partsOfDate = (['birth-year', 'birth-month', 'birth-day'] as const).map(
    (role) => columns.find((column) => column.role === role)?.column,
  );
  const dates = partsOfDate.filter((column) => column !== undefined);
  if (dates.length > 0 && (dates.length < partsOfDate.length || has('birth-date')))
    throw new SchemaRefused(
      'a birth date is one column, or three with the roles birth-year, birth-month and birth-day; a year alone is an attribute',
    );
  return columns.flatMap(({ column, role, order }): readonly LinkField[] => {
    const field = (of: ColumnRole, taken: CellsTaken, from = [column]): LinkField => ({
      ...{ name: of, role: of, columns: from, taken, order },
    });
    switch (role) {
      case 'full-name':
        return [field('given-name', 'given-names'), field('surname', 'family-name')];
      case 'birth-year':
        return [{ ...field('birth-date', 'date', dates), order: 'year-month-day' }];
      case 'birth-month':
      case 'birth-day':
        return [];
      default:
        return [field(role, 'whole')];
    }
  });
}
