import { fieldKinds } from '@kinledger/kin';
import { z } from 'zod';

const [givenName, ...otherKinds] = fieldKinds;
/** What a column of a plain file holds: a kind of field, or the part of one that the minimum dataset has. */
export const columnRoles = [givenName, 'given-name-part', ...otherKinds] as const;
export type ColumnRole = (typeof columnRoles)[number];

/** The order of day, month and year in a column of dates. */
export const dateOrders = ['year-month-day', 'day-month-year', 'month-day-year'] as const;
export type DateOrder = (typeof dateOrders)[number];

const columnSchema = z.union([
  z.enum(columnRoles),
  z.strictObject({
    role: z.enum(columnRoles),
    order: z.enum(dateOrders).optional().describe('of a birth date; found from the values if absent'),
  }),
]);

/** What the columns of plain files hold: all the configuration that linking them takes. */
export const linkSchema = z.strictObject({
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
});
export type LinkSchema = z.infer<typeof linkSchema>;

/** Roles that only one column may have. */
const single: ReadonlySet<ColumnRole> = new Set<ColumnRole>([
  'given-name',
  'given-name-part',
  'surname',
  'birth-date',
  'gender',
  'postcode',
]);

/** A field to compare, and the column that it is read from. */
export interface LinkField {
  readonly name: string;
  readonly role: ColumnRole;
  readonly column: string;
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
export function fieldsOf(schema: LinkSchema): readonly LinkField[] {
  const columns = Object.entries(schema.columns)
    .map(([column, value]) => ({ column, ...(typeof value === 'string' ? { role: value } : value) }))
    .sort(
      (a, b) => columnRoles.indexOf(a.role) - columnRoles.indexOf(b.role) || (a.column < b.column ? -1 : 1),
    );
  if (columns.length === 0) throw new SchemaRefused('the schema names no columns to compare');
  for (const role of single)
    if (columns.filter((column) => column.role === role).length > 1)
      throw new SchemaRefused(`the schema has several columns with the role ${role}: keep one`);
  const roles = columns.map(({ role }) => role);
  if (roles.includes('given-name') && roles.includes('given-name-part'))
    throw new SchemaRefused('the schema has a given name and a part of one: keep the given name');
  return columns.map((column): LinkField => {
    const alone = roles.filter((role) => role === column.role).length === 1;
    return { ...column, name: alone ? column.role : `${column.role}: ${column.column}` };
  });
}
