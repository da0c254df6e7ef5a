import type { FastifyInstance } from 'fastify';
import { problemOfStatus } from '../problem/known-problems.js';

/** Replaces an address that cannot be decoded. No route has it. */
const UNREADABLE = '/unreadable-address';

/**
 * The address to route for a request. The router answers an undecodable address before any hook, without the service's
 * headers and error pages, so such a request is routed under a replacement address.
 */
export const readableAddress = ({ url = '/' }: { readonly url?: string | undefined }): string =>
  isDecodable(url.split(/[?#]/, 1)[0] ?? url) ? url : UNREADABLE;

/** Refuses requests whose address cannot be decoded, like any other refusal in a hook. */
export function refuseUnreadableAddresses(fastify: FastifyInstance): void {
  fastify.addHook('onRequest', async ({ url }) => {
    if (url === UNREADABLE) throw problemOfStatus(400);
  });
}

function isDecodable(path: string): boolean {
  try {
    decodeURI(path);
    return true;
  } catch {
    return false;
  }
}
