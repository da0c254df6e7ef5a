import type { FastifyRequest } from 'fastify';

/**
 * Whether no other site can have sent this request: the browser says that its own page did, or, where it says nothing
 * (over plain HTTP elsewhere than on this machine), the page's origin has this request's host.
 */
export function isOwnForm({ headers }: FastifyRequest): boolean {
  const site = headers['sec-fetch-site'];
  if (site !== undefined) return site === 'same-origin' || site === 'none';
  const { origin, host } = headers;
  return origin === undefined || (URL.canParse(origin) && new URL(origin).host === host);
}
