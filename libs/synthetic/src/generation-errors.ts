/** A dataset asks for a column that the generator has no words for. */
export interface ColumnNotGenerated extends Error {
  readonly code: 'column-not-generated';
  readonly dataset: string;
  readonly field: string;
}

export const isColumnNotGenerated = (error: unknown): error is ColumnNotGenerated =>
  error instanceof Error && 'code' in error && error.code === 'column-not-generated';

export const columnNotGenerated = (dataset: string, field: string): ColumnNotGenerated =>
  Object.assign(new Error(`${dataset} requires column "${field}", for which synthetic data has no values`), {
    code: 'column-not-generated' as const,
    dataset,
    field,
  });
