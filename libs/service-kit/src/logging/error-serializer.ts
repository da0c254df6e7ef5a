/** An error in the form in which it may be logged. */
export interface LoggedError {
  readonly type: string;
  readonly message: string;
  readonly code?: string;
  readonly stack?: string;
  readonly cause?: LoggedError;
  /** For PostgreSQL errors: the names of the objects involved. */
  readonly table?: string;
  readonly constraint?: string;
  readonly column?: string;
}

/**
 * Serialises an error without row values. PostgreSQL puts these into `detail` and `where`, and for data exceptions
 * (class 22) into the message itself; all of those are omitted, as are unknown properties.
 */
export function serializeError(error: unknown, depth = 0): LoggedError {
  if (!(error instanceof Error))
    return { type: typeof error, message: 'something that is not an Error was thrown' };
  const fields = error as Error & Readonly<Record<string, unknown>>;
  const code = typeof fields['code'] === 'string' ? fields['code'] : undefined;
  const fromPostgres = typeof fields['severity'] === 'string' && code !== undefined;
  const message = fromPostgres && code.startsWith('22') ? 'a value did not fit' : error.message;
  return {
    type: error.constructor.name,
    message,
    ...(code === undefined ? {} : { code }),
    ...(fromPostgres ? names(fields) : {}),
    ...stackOf(error),
    ...(error.cause === undefined || depth >= 4 ? {} : { cause: serializeError(error.cause, depth + 1) }),
  };
}

const names = (fields: Readonly<Record<string, unknown>>) =>
  Object.fromEntries(
    ['table', 'constraint', 'column']
      .map((name) => [name, fields[name]] as const)
      .filter(([, value]) => typeof value === 'string'),
  );

/** Only the frames: the head of a stack repeats the message. */
function stackOf(error: Error): { readonly stack?: string } {
  const frames = (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line));
  return frames.length === 0 ? {} : { stack: frames.map((line) => line.trim()).join('\n') };
}
