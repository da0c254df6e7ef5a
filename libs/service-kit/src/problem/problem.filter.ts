import { Catch, Logger, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { asProblem } from './known-problems.js';
import type { Problem } from './problem.js';

/** Sends every error of an HTTP request as `application/problem+json`; logs our own failures with their cause. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  readonly #logger = new Logger('http');

  catch(error: unknown, host: ArgumentsHost): void {
    // A message handler's error belongs to its transport, which decides whether the batch is delivered again.
    if (host.getType() !== 'http') throw error;
    const http = host.switchToHttp();
    const problem = asProblem(error);
    const request = http.getRequest<FastifyRequest>();
    if (problem.status >= 500) {
      this.#logger.error(
        { err: problem.cause ?? problem, code: problem.code, requestId: request.id },
        'a request failed',
      );
    }
    this.send(http.getResponse<FastifyReply>(), request.id, problem);
  }

  /** Sends it in the format that callers of the route expect. */
  protected send(reply: FastifyReply, requestId: string, problem: Problem): void {
    sendProblem(reply, requestId, problem);
  }
}

/** Responses that declined a request for the moment. */
const declining = new WeakSet<object>();

/** Whether a response declined the request for the moment, although the service is well. */
export const hasDeclined = (reply: FastifyReply): boolean => declining.has(reply.raw);

/**
 * Sends a problem. If the response has begun, closes the connection instead, so that a partial response cannot pass for
 * a complete one.
 */
export function sendProblem(reply: FastifyReply, requestId: string, problem: Problem): void {
  if (reply.sent || reply.raw.headersSent) {
    reply.raw.destroy();
    return;
  }
  if (problem.declined) declining.add(reply.raw);
  void reply
    .code(problem.status)
    .headers(problem.headers)
    .header('content-type', 'application/problem+json; charset=utf-8')
    .send(JSON.stringify(problem.document(requestId)));
}
