/** A file that ends the same however often it is tried. */
export interface Unprocessable extends Error {
  readonly code: 'unprocessable';
  /** Machine word for the submission's state. */
  readonly reason: string;
}

export const isUnprocessable = (error: unknown): error is Unprocessable =>
  error instanceof Error && 'code' in error && error.code === 'unprocessable';

export const unprocessable = (reason: string): Unprocessable =>
  Object.assign(new Error(`the file cannot be processed: ${reason}`), {
    code: 'unprocessable' as const,
    reason,
  });
