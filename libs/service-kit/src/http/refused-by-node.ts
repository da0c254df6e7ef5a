import { randomUUID } from 'node:crypto';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { STATUS_CODES } from 'node:http';
import { problemOfStatus } from '../problem/known-problems.js';
import type { Problem } from '../problem/problem.js';

/**
 * Sends problems for requests that Node itself refuses before routing: invalid HTTP, oversized or slow headers,
 * tunnels, and unsupported expectations.
 */
export function answerWhatNodeRefuses(server: Server): void {
  const answering = new WeakMap<Duplex, ServerResponse>();
  server.on('request', (request: IncomingMessage, response: ServerResponse) =>
    answering.set(request.socket, response),
  );
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Duplex) => {
    // A response is partly sent: a second one in the middle of it would be read as a part of it.
    if (error.code === 'ECONNRESET' || !socket.writable || isPartlySent(answering.get(socket))) {
      socket.destroy(error);
      return;
    }
    writeAndEnd(socket, problemOfStatus(statusOf(error)));
  });
  server.on('connect', (_request: IncomingMessage, socket: Duplex) =>
    writeAndEnd(socket, problemOfStatus(405, { allow: 'GET, HEAD, POST, DELETE' })),
  );
  server.on('checkExpectation', (request: IncomingMessage, response: ServerResponse) => {
    const { head, body } = rawAnswer(problemOfStatus(417));
    response.writeHead(417, Object.fromEntries(head)).end(body);
    request.resume();
  });
}

const isPartlySent = (response: ServerResponse | undefined): boolean =>
  response?.headersSent === true && !response.writableFinished;

const statusOf = ({ code }: NodeJS.ErrnoException): number => {
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return 408;
  return code === 'HPE_HEADER_OVERFLOW' ? 431 : 400;
};

function writeAndEnd(socket: Duplex, problem: Problem): void {
  const { head, body } = rawAnswer(problem);
  const lines = head.map(([name, value]) => `${name}: ${value}`);
  const status = `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status] ?? 'Error'}`;
  socket.on('error', () => undefined);
  socket.end([status, ...lines, '', body].join('\r\n'), () => socket.destroy());
}

function rawAnswer(problem: Problem): { head: (readonly [name: string, value: string])[]; body: string } {
  const requestId = randomUUID();
  const body = JSON.stringify(problem.document(requestId));
  const head = [
    ...Object.entries(problem.headers),
    ['content-type', 'application/problem+json; charset=utf-8'],
    ['content-length', String(Buffer.byteLength(body))],
    ['x-request-id', requestId],
    ['x-content-type-options', 'nosniff'],
    ['cache-control', 'no-store'],
    ['connection', 'close'],
  ] as const;
  return { head: [...head], body };
}
