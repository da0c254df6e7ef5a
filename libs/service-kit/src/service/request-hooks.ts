import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import type { Health } from '../health/health.js';
import type { Metrics } from '../metrics/metrics.js';
import { hasDeclined } from '../problem/problem.filter.js';
import { addRequestSpans } from '../telemetry/request-spans.js';

/** Measures and logs each request by its route template, because an address may contain what a person typed. */
export function addRequestHooks(
  fastify: FastifyInstance,
  { metrics, logger, health }: { metrics: Metrics; logger: Logger; health: Health },
): void {
  addRequestSpans(fastify);
  fastify.addHook('onRequest', async (request, reply) => {
    reply.header('x-request-id', request.id);
  });
  fastify.addHook('onSend', async (_request, reply) => {
    // A connection that stays open would keep the server from closing until it times out.
    if (health.stopping) reply.header('connection', 'close');
    if (!reply.hasHeader('cache-control')) reply.header('cache-control', 'no-store');
  });
  fastify.addHook('onRequestAbort', async (request) => {
    logger.info(
      { requestId: request.id, method: request.method, route: routeOf(request) },
      'the caller closed the connection',
    );
  });
  fastify.addHook('onResponse', async (request, reply) => {
    const route = routeOf(request);
    const status = String(reply.statusCode);
    metrics.httpDuration.observe({ method: request.method, route, status }, reply.elapsedTime / 1000);
    const isOperational = route === '/metrics' || route.startsWith('/health/');
    if (!isOperational && reply.statusCode >= 500 && !hasDeclined(reply)) metrics.httpFailures.inc();
    const { id: requestId, method } = request;
    const ms = Math.round(reply.elapsedTime);
    const told = { requestId, method, route, status: reply.statusCode, ms };
    if (isOperational || hasRead(request, reply.statusCode)) logger.debug(told, 'request');
    else logger.info(told, 'request');
  });
}

/** Whether a request has only read, and got it: whoever waits for something asks often. */
const hasRead = ({ method }: FastifyRequest, status: number): boolean =>
  (method === 'GET' || method === 'HEAD') && status < 400;

const routeOf = (request: FastifyRequest): string =>
  request.is404 ? 'unmatched' : (request.routeOptions.url ?? 'unmatched');
