import type { Role } from '@kinledger/contracts';
import type { DatasetSchema } from './definition.js';

const everyRole: readonly Role[] = ['child', 'adult', 'practitioner', 'volunteer', 'none'];

/** The codes that a field's cells can have: its list, or the results of its value map; undefined if it has neither. */
export function codedValues(field: DatasetSchema['fields'][number]): readonly string[] | undefined {
  const mapped = field['x-kinledger'].valueMap;
  return field.constraints.enum ?? (mapped === undefined ? undefined : [...new Set(Object.values(mapped))]);
}

/** The roles that rows of a schema can have: the schema's own role, or the codes of its role column. */
export function rolesOf(schema: DatasetSchema): readonly Role[] {
  const fixed = schema['x-kinledger'].role;
  if (fixed !== undefined) return [fixed];
  const column = schema.fields.find((field) => field['x-kinledger'].target?.to === 'role');
  const values = column && codedValues(column);
  return values === undefined ? [] : everyRole.filter((role) => values.includes(role));
}
