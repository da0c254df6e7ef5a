import { Problem } from '@kinledger/service-kit';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Readable } from 'node:stream';

/** Addresses that take a file as their body. */
const filesGoTo: readonly (string | undefined)[] = ['/v1/uploads', '/v1/mapping-proposals'];
/** Media types that a file may be sent as. Its first bytes say what it is. */
export const fileTypes = [
  'text/csv',
  'application/octet-stream',
  'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  'application/vnd.oasis.opendocument.spreadsheet',
];

/**
 * Passes the body of an upload on as a stream without a time limit for the whole, because a large file may take an
 * hour. The consumer of the body enforces a minimum rate.
 */
export function streamUploadBodies(fastify: FastifyInstance): void {
  fastify.addContentTypeParser(fileTypes, (request, payload, done) =>
    isUpload(request) ? done(null, payload) : done(notJson()),
  );
  fastify.addHook('onRequest', async (request) => {
    if (isUpload(request)) requireFile(request);
  });
}

/** Whether a request sends a file. */
export const isUpload = (request: FastifyRequest): boolean =>
  request.method === 'POST' && filesGoTo.includes(request.routeOptions.url);

/** Refuses an unsupported body before it is read, and says how to send the file. */
function requireFile(request: FastifyRequest): void {
  const encoding = request.headers['content-encoding'];
  if (encoding !== undefined && encoding !== 'identity') {
    throw new Problem(415, 'content-encoding-unsupported', {
      detail: 'Send the file uncompressed.',
      headers: { 'accept-encoding': 'identity' },
    });
  }
  const [type = ''] = (request.headers['content-type'] ?? '').split(';');
  if (fileTypes.includes(type.trim().toLowerCase())) return;
  throw new Problem(415, 'unsupported-media-type', {
    detail:
      'Send the file itself as the body, with the content type text/csv, or application/octet-stream for a workbook. With curl: --data-binary @file.csv -H "content-type: text/csv".',
  });
}

const notJson = () =>
  new Problem(415, 'unsupported-media-type', {
    detail: 'This address accepts JSON: use the content type application/json.',
  });

/** The declared length of a request's body; undefined if it is chunked. */
export function declaredBytes(request: FastifyRequest): number | undefined {
  const declared = request.headers['content-length'];
  return declared === undefined ? undefined : Number(declared);
}

/** @throws Problem 422 for a request without a body. */
export function bodyOf(request: FastifyRequest): Readable {
  const body: unknown = request.body;
  if (body === undefined || body === null) {
    throw new Problem(422, 'empty-file', {
      detail: 'The request has no body. Send the file itself as the body.',
    });
  }
  if (!(body instanceof Readable)) throw new Error('the body was parsed instead of passed on as a stream');
  return body;
}
