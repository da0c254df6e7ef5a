import { Problem } from '@kinledger/service-kit';
import type { FastifyInstance } from 'fastify';
import type { PagesOfService } from './pages.js';

const signInForms = ['/sign-in', '/sign-out'];
/** Enough for a token and the address of the next page, and for a reason. */
const MAX_BYTES = 8 * 1024;

/** Parses form bodies on the routes of forms; all other routes accept JSON only. */
export function readForms(fastify: FastifyInstance, { forms = [] }: PagesOfService): void {
  const routes: ReadonlySet<string | undefined> = new Set([...signInForms, ...forms]);
  fastify.addContentTypeParser(
    'application/x-www-form-urlencoded',
    { parseAs: 'string', bodyLimit: MAX_BYTES },
    (request, text, done) => {
      if (routes.has(request.routeOptions.url))
        done(null, Object.fromEntries(new URLSearchParams(String(text))));
      else
        done(
          new Problem(415, 'unsupported-media-type', { detail: 'Send the body as JSON (application/json).' }),
        );
    },
  );
}
