/** A failure that a person can act on: one clear sentence, no stack. */
export class Failure extends Error {
  readonly code = 'command-failed';
}

/** The text to print for anything thrown. A bug keeps its stack, to help find it. */
export function describeFailure(error: unknown): string {
  if (error instanceof Failure) return error.message;
  if (error instanceof Error && 'code' in error && typeof error.code === 'string') return error.message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
