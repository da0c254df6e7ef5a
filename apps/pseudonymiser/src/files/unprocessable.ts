/** A file that would fail in the same way at every attempt. */
export interface Unprocessable extends Error {
  readonly code: 'unprocessable';
  /** Code for the submission's state. */
  readonly reason: string;
}

export const isUnprocessable = (error: unknown): error is Unprocessable =>
  error instanceof Error && 'code' in error && error.code === 'unprocessable';

export const unprocessable = (reason: string): Unprocessable =>
  Object.assign(new Error(`the file cannot be processed: ${reason}`), {
    code: 'unprocessable' as const,
    reason,
  });
