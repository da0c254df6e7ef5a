import type { ColumnIdentifier, DatasetSchema } from '@kinledger/programme/definition';

/** The case number of a dataset whose row id is that number alone; undefined for any other: none of its row keys names a person. */
export function caseNumberAsRowId({ primaryKey = [], fields }: DatasetSchema): ColumnIdentifier | undefined {
  const [rowId, ...more] = primaryKey;
  if (more.length > 0) return undefined;
  const field = fields.find(({ name }) => name === rowId);
  return field?.['x-kinledger'].identifiers.find(({ kind }) => kind === 'case-number');
}
