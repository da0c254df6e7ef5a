import type { FastifyInstance } from 'fastify';
import { problemOfStatus } from '../problem/known-problems.js';

/** What a request asks for whose own address cannot be decoded. No route has it. */
const UNREADABLE = '/unreadable-address';

/**
 * The address to look up for a request. The router answers an address that cannot be decoded before any hook, so that the
 * answer would lack the headers of the service, and people would get no page: such a request goes on under another address.
 */
export const readableAddress = ({ url = '/' }: { readonly url?: string | undefined }): string =>
  isDecodable(url.split(/[?#]/, 1)[0] ?? url) ? url : UNREADABLE;

/** Refuses requests whose address cannot be decoded, as any hook refuses a request. */
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
