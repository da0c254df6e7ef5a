import { isOwnForm, Problem, SESSION_MS, sessionCookie } from '@kinledger/service-kit';
import type { FastifyReply, FastifyRequest } from 'fastify';

/** Sets the cookie of a session and sends the browser to a page. Awaited, or Fastify would answer a second time. */
export async function enter(
  { request, reply }: { readonly request: FastifyRequest; readonly reply: FastifyReply },
  { secret, page, secure }: { readonly secret: string; readonly page: string; readonly secure: boolean },
): Promise<void> {
  const cookie = sessionCookie(request, secret, { seconds: SESSION_MS / 1000, secure });
  await reply.header('set-cookie', cookie).redirect(page, 303);
}

/** Awaited, because otherwise Fastify would answer a second time before its hooks are done. */
export async function sendPage(reply: FastifyReply, status: number, page: string): Promise<void> {
  await reply.status(status).type('text/html; charset=utf-8').send(page);
}

/** So that no other site can sign a visitor in or out. */
export function requireOwnForm(request: FastifyRequest): void {
  if (isOwnForm(request)) return;
  throw new Problem(403, 'not-allowed', { detail: 'This form was sent from another site: open it here.' });
}
