/** An error as it may stand in a log. */
export interface LoggedError {
  readonly type: string;
  readonly message: string;
  readonly code?: string;
  readonly stack?: string;
  readonly cause?: LoggedError;
  /** Of PostgreSQL errors: what was involved, by name. */
  readonly table?: string;
  readonly constraint?: string;
  readonly column?: string;
}

/**
 * An error without row values. PostgreSQL puts them into `detail` and `where`, and for data exceptions (class 22) into
 * the message itself; none of these is kept. Unknown properties are left out.
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

/** Frames alone: the head of a stack repeats the message. */
function stackOf(error: Error): { readonly stack?: string } {
  const frames = (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line));
  return frames.length === 0 ? {} : { stack: frames.map((line) => line.trim()).join('\n') };
}
