import type { DatasetField, OwnFormat } from './definition.js';

/** What a field's cells look like beyond its type; `default` says that the type, or the list of values, says it all. */
export type FieldFormat = OwnFormat | 'email' | 'default';

/** The format of a field: Kinledger's own one, else the one that Table Schema knows too. */
export function formatOf(field: DatasetField): FieldFormat {
  const own = field['x-kinledger'].format;
  if (own !== undefined) return own;
  return field.format === 'email' ? 'email' : 'default';
}
