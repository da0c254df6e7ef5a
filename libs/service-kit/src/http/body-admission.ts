import { PassThrough, type Readable } from 'node:stream';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { problemOfStatus } from '../problem/known-problems.js';
import { Problem } from '../problem/problem.js';
import type { AllowedMethods } from './allowed-methods.js';

export interface BodyAdmission {
  readonly allowedMethods: AllowedMethods;
  /** Rejects with a Problem for a caller who is not permitted. */
  readonly admitCaller: (request: FastifyRequest) => Promise<void>;
  /** Whether the service reads this request's body itself as a stream, with its own time limit. */
  readonly streams: (request: FastifyRequest) => boolean;
  /** How long any other body may take to arrive. */
  readonly bodyMilliseconds: number;
}

/** Whether the request has a body. */
export const hasBody = ({ headers }: FastifyRequest): boolean =>
  headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;

const admitted = new WeakSet<FastifyRequest>();

/** Whether the request’s caller was permitted to send its body. */
export const wasAdmitted = (request: FastifyRequest): boolean => admitted.has(request);

/**
 * Decides who may send a body before a byte of it is read: an unknown address, an unsupported method and a caller
 * without permission are answered at once. A sender that asks first (`Expect: 100-continue`) is told to continue only
 * if admitted. An admitted body must arrive in time.
 */
export function admitBodies(fastify: FastifyInstance, admission: BodyAdmission): void {
  const { allowedMethods, admitCaller, streams, bodyMilliseconds } = admission;
  fastify.server.on('checkContinue', (request, response) => {
    fastify.server.emit('request', request, response);
  });
  fastify.addHook('onRequest', async (request) => {
    requireHost(request);
    if (request.is404) {
      const allowed = allowedMethods.of(request.url);
      if (allowed.length > 0) throw problemOfStatus(405, { allow: allowed.join(', ') });
      if (hasBody(request)) throw problemOfStatus(404);
      return;
    }
    if (!hasBody(request)) return;
    await admitCaller(request);
    admitted.add(request);
  });
  fastify.addHook('preParsing', async (request, reply, payload) => {
    if (request.headers.expect !== undefined) reply.raw.writeContinue();
    const read =
      hasBody(request) && !streams(request) && request.method !== 'GET' && request.method !== 'HEAD';
    return read ? within(bodyMilliseconds, payload) : payload;
  });
  fastify.addHook('onSend', async (request, reply) => {
    // The rest of a body that is not read must not be awaited.
    if (!request.raw.complete && hasBody(request)) void reply.header('connection', 'close');
  });
}

/** Node’s own check would answer without a body that says why. */
function requireHost({ raw }: FastifyRequest): void {
  if (raw.headers.host !== undefined || raw.httpVersion === '1.0') return;
  throw new Problem(400, 'malformed-request', { detail: 'The request names no host.' });
}

/** The same bytes if they arrive in time; otherwise the problem 408. */
function within(milliseconds: number, payload: Readable): Readable {
  const body = new PassThrough();
  const timer = setTimeout(() => body.destroy(problemOfStatus(408)), milliseconds);
  body.once('close', () => clearTimeout(timer));
  // If the request was refused already, there is no other listener.
  body.on('error', () => undefined);
  payload.once('error', (error) => body.destroy(error));
  payload.once('aborted', () => body.destroy(problemOfStatus(400)));
  return payload.pipe(body);
}
