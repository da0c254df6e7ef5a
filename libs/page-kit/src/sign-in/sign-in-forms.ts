import { Problem } from '@kinledger/service-kit';
import type { FastifyInstance } from 'fastify';

const forms: ReadonlySet<string | undefined> = new Set(['/sign-in', '/sign-out']);
/** Enough for a token and the address of the next page. */
const MAX_BYTES = 8 * 1024;

/** Parses form bodies on the sign-in and sign-out routes; all other routes accept JSON only. */
export function readSignInForms(fastify: FastifyInstance): void {
  fastify.addContentTypeParser(
    'application/x-www-form-urlencoded',
    { parseAs: 'string', bodyLimit: MAX_BYTES },
    (request, text, done) => {
      if (forms.has(request.routeOptions.url))
        done(null, Object.fromEntries(new URLSearchParams(String(text))));
      else
        done(
          new Problem(415, 'unsupported-media-type', { detail: 'Send the body as JSON (application/json).' }),
        );
    },
  );
}
