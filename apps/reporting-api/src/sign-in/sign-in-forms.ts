import { Problem } from '@kinledger/service-kit';
import type { FastifyInstance } from 'fastify';

const forms: ReadonlySet<string | undefined> = new Set(['/sign-in', '/sign-out']);
/** A token and an address to go on to. */
const MAX_BYTES = 8 * 1024;

/** Reads the bodies that browsers send with the forms of signing in and out; every other route takes JSON alone. */
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
