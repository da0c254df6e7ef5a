import { Catch, Logger, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { asProblem } from './known-problems.js';
import type { Problem } from './problem.js';

/** Every error of an HTTP request leaves as `application/problem+json`; failures of ours are logged with their cause. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  readonly #logger = new Logger('http');

  catch(error: unknown, host: ArgumentsHost): void {
    // A message handler's error belongs to its transport, which decides whether the batch comes again.
    if (host.getType() !== 'http') throw error;
    const http = host.switchToHttp();
    const problem = asProblem(error);
    const request = http.getRequest<FastifyRequest>();
    if (problem.status >= 500) {
      this.#logger.error(
        { err: problem.cause ?? problem, code: problem.code, requestId: request.id },
        'failed',
      );
    }
    sendProblem(http.getResponse<FastifyReply>(), request.id, problem);
  }
}

/** Writes a problem, unless the response has begun: then its connection is cut, so that a half cannot pass for a whole. */
export function sendProblem(reply: FastifyReply, requestId: string, problem: Problem): void {
  if (reply.sent || reply.raw.headersSent) {
    reply.raw.destroy();
    return;
  }
  void reply
    .code(problem.status)
    .headers(problem.headers)
    .header('content-type', 'application/problem+json; charset=utf-8')
    .send(JSON.stringify(problem.document(requestId)));
}
