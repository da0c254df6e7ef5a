import type { DatasetField, DatasetSchema } from '@kinledger/programme/definition';

/** The texts that stand for no value in a field, in lower case: its own, else those of its schema. */
export function missingValuesOf(schema: DatasetSchema, field: DatasetField): ReadonlySet<string> | undefined {
  const declared = field.missingValues ?? schema.missingValues;
  if (declared === undefined) return undefined;
  return new Set(declared.map((one) => (typeof one === 'string' ? one : one.value).trim().toLowerCase()));
}
