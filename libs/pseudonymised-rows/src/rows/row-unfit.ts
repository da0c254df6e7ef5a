/** A row that no message can carry, because its schema permits what the contract does not. */
export interface RowUnfit extends Error {
  readonly code: 'row-unfit';
  /** Code for the submission's state. */
  readonly reason: string;
}

export const isRowUnfit = (error: unknown): error is RowUnfit =>
  error instanceof Error && 'code' in error && error.code === 'row-unfit';

/** @param reason names what is missing, never a value. */
export const rowUnfit = (reason: string): RowUnfit =>
  Object.assign(new Error(`a row cannot be pseudonymised: ${reason}`), {
    code: 'row-unfit' as const,
    reason,
  });
