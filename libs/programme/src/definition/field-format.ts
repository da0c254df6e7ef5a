import type { DatasetField, OwnFormat } from './definition.js';

/** The format of a field's cells, in addition to its type; `default` if the type or the list of values suffices. */
export type FieldFormat = OwnFormat | 'email' | 'default';

/** The format of a field: Kinledger's own, else Table Schema's. */
export function formatOf(field: DatasetField): FieldFormat {
  const own = field['x-kinledger'].format;
  if (own !== undefined) return own;
  return field.format === 'email' ? 'email' : 'default';
}
