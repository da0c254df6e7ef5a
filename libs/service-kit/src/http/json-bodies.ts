import type { FastifyInstance } from 'fastify';
import { Problem } from '../problem/problem.js';
import { problemOfStatus } from '../problem/known-problems.js';

/** Our requests need only a few levels; a thousand could exhaust the stack of code that traverses them. */
const MAX_DEPTH = 32;

/** Parses bodies as JSON only: any other content type is answered with 415. */
export function readJsonBodies(fastify: FastifyInstance): void {
  const parse = fastify.getDefaultJsonParser('error', 'error');
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser('application/json', { parseAs: 'string' }, (request, text, done) => {
    const encoding = request.headers['content-encoding'];
    if (encoding !== undefined && encoding !== 'identity') {
      done(
        new Problem(415, 'content-encoding-unsupported', {
          detail: 'Send the body uncompressed.',
          headers: { 'accept-encoding': 'identity' },
        }),
      );
    } else if (depthOf(String(text)) > MAX_DEPTH) {
      done(problemOfStatus(400));
    } else {
      void parse(request, String(text), done);
    }
  });
}

/** The nesting depth of the brackets of a JSON text, ignoring those inside strings. */
export function depthOf(json: string): number {
  let depth = 0;
  let deepest = 0;
  for (const [token] of json.matchAll(/"(?:[^"\\]|\\.)*"?|[[{]|[\]}]/gs)) {
    if (token === '[' || token === '{') deepest = Math.max(deepest, (depth += 1));
    else if (token === ']' || token === '}') depth -= 1;
  }
  return deepest;
}
