import { isDatabaseAway, isDiskFull } from '@kinledger/database';
import { HttpException } from '@nestjs/common';
import { Problem } from './problem.js';

/** Problems for refusals of the framework, whose own messages repeat parts of the request. */
const byStatus: Readonly<Record<number, readonly [code: string, detail: string]>> = {
  400: ['malformed-request', 'The request is malformed.'],
  401: ['not-authenticated', 'A bearer token is required.'],
  403: ['not-allowed', 'This account may not do that.'],
  404: ['not-found', 'There is nothing at this address.'],
  405: ['method-not-allowed', 'This address does not support that method.'],
  408: ['request-timeout', 'The request took too long to arrive.'],
  409: ['conflict', 'The request conflicts with the current state.'],
  413: ['too-large', 'The request body is larger than this address accepts.'],
  414: ['address-too-long', 'The address is too long.'],
  415: ['unsupported-media-type', 'This address does not accept that content type.'],
  417: ['expectation-failed', 'The service does not support the value of the header Expect: omit it.'],
  431: ['headers-too-large', 'The request headers are too large.'],
  503: ['not-available', 'The service is unavailable at the moment.'],
};

/** Converts anything thrown to a problem. Errors not caused by the caller become a 500 that reveals no cause. */
export function asProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (isHangUp(error)) return hangUp(error);
  if (isDiskFull(error)) return noRoom(error);
  if (isDatabaseAway(error)) return notNow(error);
  const status = error instanceof HttpException ? error.getStatus() : fastifyStatus(error);
  if (status === undefined || status < 400) return internalError(error);
  const known = byStatus[status];
  if (known !== undefined) return new Problem(status, known[0], { detail: known[1], cause: error });
  return status < 500 ? new Problem(status, 'refused', { cause: error }) : internalError(error);
}

/** The problem for a status. */
export function problemOfStatus(status: number, headers: Readonly<Record<string, string>> = {}): Problem {
  const [code, detail] = byStatus[status] ?? ['refused', undefined];
  return new Problem(status, code, { ...(detail === undefined ? {} : { detail }), headers });
}

/**
 * Node's error for a caller that closes its connection in the middle of a body; our own connections fail differently.
 */
const isHangUp = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'ECONNRESET' && error.message === 'aborted';

/** Nobody is left to read it, and nothing of ours is unavailable. */
const hangUp = (cause: unknown): Problem =>
  new Problem(400, 'malformed-request', { detail: 'The request ended before it was complete.', cause });

const notNow = (cause: unknown): Problem =>
  new Problem(503, 'not-available', {
    detail: 'The database is unavailable at the moment. Nothing is lost: try again in a moment.',
    headers: { 'retry-after': '5' },
    cause,
  });

/** The caller cannot fix this, and can send the same again once there is space. */
const noRoom = (cause: unknown): Problem =>
  new Problem(507, 'no-room', {
    detail:
      'There is no space left to store this. Nothing of it was kept, and earlier data is safe: send it again once the operator has made room.',
    headers: { 'retry-after': '600' },
    cause,
  });

const internalError = (cause: unknown): Problem =>
  new Problem(500, 'internal-error', { detail: 'The service failed. See its log.', cause });

/** Fastify's own errors have a status and an FST_ code; the `statusCode` of any other error is ignored. */
function fastifyStatus(error: unknown): number | undefined {
  const fromFastify =
    error instanceof Error &&
    'code' in error &&
    typeof error.code === 'string' &&
    error.code.startsWith('FST_');
  const malformed = error instanceof SyntaxError;
  if (!(fromFastify || malformed) || !('statusCode' in error)) return undefined;
  return typeof error.statusCode === 'number' ? error.statusCode : undefined;
}
