import type { FastifyRequest } from 'fastify';

/** Contains the port, because cookies ignore ports: two installations on one machine would otherwise share them. */
const nameFor = (request: FastifyRequest): string => `kinledger-session-${request.raw.socket.localPort ?? 0}`;

/** The secret of the session whose cookie a request carries. */
export function sessionOf(request: FastifyRequest): string | undefined {
  const name = nameFor(request);
  for (const pair of (request.headers.cookie ?? '').split(';')) {
    const [key, value = ''] = pair.trim().split('=', 2);
    if (key === name && /^[\w-]{43}$/.test(value)) return value;
  }
  return undefined;
}

/**
 * The `set-cookie` header that signs a browser in, or out if there is no secret. Scripts cannot read the cookie, and
 * forms of other sites do not send it.
 * @param secure for pages that people reach over https.
 */
export function sessionCookie(
  request: FastifyRequest,
  secret: string | undefined,
  { seconds, secure }: { readonly seconds: number; readonly secure: boolean },
): string {
  return [
    `${nameFor(request)}=${secret ?? ''}`,
    'Path=/',
    `Max-Age=${secret === undefined ? 0 : seconds}`,
    'HttpOnly',
    'SameSite=Lax',
    ...(secure ? ['Secure'] : []),
  ].join('; ');
}
