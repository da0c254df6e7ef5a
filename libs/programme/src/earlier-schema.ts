import { ownFormat } from './definition/definition.js';

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * Converts a dataset schema of a stored definition to today's form: Kinledger's own formats used to be in Table
 * Schema's `format`, and `date` meant what Table Schema calls `any`. Leaves a schema in today's form unchanged.
 */
export function presentSchema(stored: unknown): unknown {
  if (!isObject(stored) || !Array.isArray(stored['fields'])) return stored;
  return { ...stored, fields: stored['fields'].map(presentField) };
}

function presentField(field: unknown): unknown {
  if (!isObject(field)) return field;
  const { format, ...rest } = field;
  if (format === 'date') return { ...rest, format: 'any' };
  const own = ownFormat.safeParse(format);
  if (!own.success) return field;
  const extension = isObject(field['x-kinledger']) ? field['x-kinledger'] : {};
  return { ...rest, 'x-kinledger': { ...extension, format: own.data } };
}
