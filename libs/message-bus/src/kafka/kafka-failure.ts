import { GenericError, protocolErrors } from '@platformatic/kafka';

/** A request that Kafka refused, or that had no answer and so an unknown outcome. */
export interface KafkaFailure extends Error {
  readonly code: 'kafka-failure';
  readonly request: string;
  /** Names of the protocol's errors, as in Kafka's documentation, or NO_ANSWER. */
  readonly reasons: readonly string[];
}

export const isKafkaFailure = (error: unknown): error is KafkaFailure =>
  error instanceof Error && 'code' in error && error.code === 'kafka-failure';

export const kafkaFailure = (request: string, reasons: readonly string[], why = ''): KafkaFailure =>
  Object.assign(
    new Error(
      `Kafka: ${request} failed: ${[...new Set(reasons)].join(', ')}${why === '' ? '' : ` (${why})`}`,
    ),
    { code: 'kafka-failure' as const, request, reasons },
  );

/**
 * Converts the client's error, which contains the whole response, messages included, and so must not reach a log. Only
 * the names of the reasons are kept.
 */
export function asKafkaFailure(request: string, error: unknown): KafkaFailure {
  if (isKafkaFailure(error)) return error;
  const reasons = [...reasonsIn(error)];
  if (reasons.length > 0) return kafkaFailure(request, reasons);
  return kafkaFailure(request, [NO_ANSWER], causeOf(error));
}

/** A reason beside the names of the protocol's errors: the outcome is unknown. */
export const NO_ANSWER = 'NO_ANSWER';

/** While a password is changed, the brokers and the file that a service reads differ for a moment. */
export const PASSWORD_REFUSED = 'SASL_AUTHENTICATION_FAILED';

export const failedBecause = (error: unknown, ...reasons: readonly string[]): boolean =>
  isKafkaFailure(error) && error.reasons.some((reason) => reasons.includes(reason));

/** Whether the same request may succeed a moment later. */
export const isTransient = (error: unknown): boolean =>
  isKafkaFailure(error) && error.reasons.every((reason) => TRANSIENT.has(reason));

const TRANSIENT = new Set<string>([
  NO_ANSWER,
  ...Object.values(protocolErrors)
    .filter(({ canRetry }) => canRetry)
    .map(({ id }) => id),
]);

function* reasonsIn(error: unknown): Generator<string> {
  if (!(error instanceof Error)) return;
  if (error instanceof AggregateError) for (const each of error.errors) yield* reasonsIn(each);
  if ('apiId' in error && typeof error.apiId === 'string') yield error.apiId;
  // The reason for a failed connection is one or two levels down the chain of causes.
  yield* reasonsIn(error.cause);
}

/** The outermost message and the system's code of the innermost cause, e.g. ECONNREFUSED. */
function causeOf(error: unknown): string {
  if (!(error instanceof Error)) return 'no error was given';
  let cause: unknown = error;
  while (cause instanceof Error && cause.cause !== undefined) cause = cause.cause;
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  const words = GenericError.isGenericError(error) ? error.message : error.name;
  return code === '' || words.includes(code) || code.startsWith('PLT_KFK') ? words : `${words} ${code}`;
}
