import { isDatabaseAway, isDiskFull } from '@kinledger/database';
import { HttpException } from '@nestjs/common';
import { Problem } from './problem.js';

/** What the framework refuses, in our words: its own messages repeat parts of the request. */
const byStatus: Readonly<Record<number, readonly [code: string, detail: string]>> = {
  400: ['malformed-request', 'The request cannot be read.'],
  401: ['not-authenticated', 'A bearer token is needed.'],
  403: ['not-allowed', 'This account may not do that.'],
  404: ['not-found', 'There is nothing at this address.'],
  405: ['method-not-allowed', 'This address does not know that method.'],
  408: ['request-timeout', 'The request took too long to arrive.'],
  409: ['conflict', 'The request does not fit the present state.'],
  413: ['too-large', 'The request body is larger than this address accepts.'],
  414: ['address-too-long', 'The address is too long.'],
  415: ['unsupported-media-type', 'This address does not accept that content type.'],
  417: ['expectation-failed', 'The service does not do what the header Expect asks for: leave it out.'],
  431: ['headers-too-large', 'The request headers are too large.'],
  503: ['not-available', 'The service cannot answer at present.'],
};

/** Anything thrown, as a problem. What is not the caller's doing is a 500 that says nothing of its cause. */
export function asProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (isDiskFull(error)) return noRoom(error);
  if (isDatabaseAway(error)) return notNow(error);
  const status = error instanceof HttpException ? error.getStatus() : fastifyStatus(error);
  if (status === undefined || status < 400) return internalError(error);
  const known = byStatus[status];
  if (known !== undefined) return new Problem(status, known[0], { detail: known[1], cause: error });
  return status < 500 ? new Problem(status, 'refused', { cause: error }) : internalError(error);
}

/** A refusal in our words, by its status. */
export function problemOfStatus(status: number, headers: Readonly<Record<string, string>> = {}): Problem {
  const [code, detail] = byStatus[status] ?? ['refused', undefined];
  return new Problem(status, code, { ...(detail === undefined ? {} : { detail }), headers });
}

const notNow = (cause: unknown): Problem =>
  new Problem(503, 'not-available', {
    detail: 'The database is out of reach at present. Nothing is lost: try again in a moment.',
    headers: { 'retry-after': '5' },
    cause,
  });

/** The caller cannot mend it, and need not send anything else than before once there is room. */
const noRoom = (cause: unknown): Problem =>
  new Problem(507, 'no-room', {
    detail:
      'There is no room left to store this. Nothing of it was kept, and what was stored before is safe: send it again once the operator has made room.',
    headers: { 'retry-after': '600' },
    cause,
  });

const internalError = (cause: unknown): Problem =>
  new Problem(500, 'internal-error', { detail: 'Something failed on our side. The log has more.', cause });

/** Fastify's own refusals carry a status and a code of its own; any other error's `statusCode` is not believed. */
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
