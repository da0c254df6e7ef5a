/** A dataset requires a column for which the generator has no values. */
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

/** A definition is not marked as synthetic. */
export interface ProgrammeNotSynthetic extends Error {
  readonly code: 'programme-not-synthetic';
}

export const isProgrammeNotSynthetic = (error: unknown): error is ProgrammeNotSynthetic =>
  error instanceof Error && 'code' in error && error.code === 'programme-not-synthetic';

export const programmeNotSynthetic = (programme: string): ProgrammeNotSynthetic =>
  Object.assign(
    new Error(
      `the programme "${programme}" does not say that it is synthetic, so that its intake would take generated contacts and NHS numbers for placeholders; add "synthetic": true to a copy of its programme.json`,
    ),
    { code: 'programme-not-synthetic' as const },
  );
