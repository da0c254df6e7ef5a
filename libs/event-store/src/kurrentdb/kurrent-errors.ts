/** An answer did not arrive in time; the outcome of the call is unknown. */
export interface CallTimedOut extends Error {
  readonly code: 'kurrentdb-timeout';
}

export const callTimedOut = (ms: number): CallTimedOut =>
  Object.assign(new Error(`KurrentDB did not answer within ${ms} ms`), {
    code: 'kurrentdb-timeout' as const,
  });

export const isCallTimedOut = (error: unknown): error is CallTimedOut =>
  error instanceof Error && 'code' in error && error.code === 'kurrentdb-timeout';

/**
 * The client could not be created: a file that the address names is unreadable. The error contains nothing of the
 * address.
 */
export interface ClientNotOpened extends Error {
  readonly code: 'kurrentdb-client-not-opened';
}

export const clientNotOpened = (): ClientNotOpened =>
  Object.assign(new Error('the client of KurrentDB could not be opened'), {
    code: 'kurrentdb-client-not-opened' as const,
  });

const isClientNotOpened = (error: unknown): error is ClientNotOpened =>
  error instanceof Error && 'code' in error && error.code === 'kurrentdb-client-not-opened';

/** A cluster has no leader; the client reports this in its message only. */
const isUndiscovered = (error: unknown): boolean =>
  error instanceof Error && error.message.startsWith('Failed to discover');

/** The client's error types for refusals that concern the call itself. */
const refusals = new Set([
  'access-denied',
  'stream-deleted',
  'stream-tombstoned',
  'stream-not-found',
  'wrong-expected-version',
  'maximum-append-size-exceeded',
  'append-record-size-exceeded',
  'transaction-max-size-exceeded',
  'invalid-argument',
  'unsupported',
]);

/** The client's errors have a `type`, those of the transport a numeric gRPC `code`. */
const typeOf = (error: unknown): string | undefined =>
  error instanceof Error && 'type' in error && typeof error.type === 'string' ? error.type : undefined;

/** UNAUTHENTICATED, PERMISSION_DENIED, UNIMPLEMENTED and INVALID_ARGUMENT: a retry would get the same answer. */
const finalStatus = new Set([3, 7, 12, 16]);

/**
 * True for an error that does not concern the call itself: nothing answered, the connection broke, the server is
 * starting, or another node leads. Measured: `UnavailableError` in flight, a bare gRPC error 14 while the server is
 * down, `UnknownError "Could not recognize Server Is Not Ready"` while it starts. Whether an append took place is then
 * unknown.
 */
export function isTransient(error: unknown): boolean {
  if (isCallTimedOut(error) || isClientNotOpened(error) || isUndiscovered(error)) return true;
  const type = typeOf(error);
  if (type !== undefined) return !refusals.has(type);
  return (
    error instanceof Error &&
    'code' in error &&
    typeof error.code === 'number' &&
    !finalStatus.has(error.code)
  );
}

export const isStreamNotFound = (error: unknown): boolean => typeOf(error) === 'stream-not-found';
export const isStreamDeleted = (error: unknown): boolean =>
  typeOf(error) === 'stream-deleted' || typeOf(error) === 'stream-tombstoned';
export const isWrongExpectedVersion = (error: unknown): boolean => typeOf(error) === 'wrong-expected-version';
export const isAccessDenied = (error: unknown): boolean => typeOf(error) === 'access-denied';
