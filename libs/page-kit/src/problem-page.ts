import { STATUS_CODES } from 'node:http';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import Negotiator from 'negotiator';
import { z } from 'zod';
import type { PageRenderer } from './page-renderer.js';
import { isPage, type PagesOfService } from './pages.js';

const PROBLEM = 'application/problem+json';
const JSON_TYPE = 'application/json';
const PAGE = 'text/html';

/** The members of an RFC 9457 document that the page shows. */
const problemDocument = z.object({
  status: z.number(),
  detail: z.string().optional(),
  errors: z.array(z.object({ path: z.string(), message: z.string() })).default([]),
});

const headings: Readonly<Record<number, string>> = {
  400: 'That address does not fit',
  403: 'This account may not see that',
  404: 'Page not found',
  405: 'That cannot be done at this address',
  414: 'That address is too long',
};

/** Whether to answer this request's problem as a page: if the address is a page, or the caller prefers HTML. */
export function wantsPage(pages: PagesOfService, address: string, accept: string | undefined): boolean {
  const offered = isPage(pages, address) ? [PAGE, PROBLEM, JSON_TYPE] : [PROBLEM, JSON_TYPE, PAGE];
  return new Negotiator({ headers: { accept } }).mediaType(offered) === PAGE;
}

/**
 * Shows problems to people as pages, whether they come from a handler, the guard, the router or an unreadable address.
 * A program gets the original `application/problem+json`.
 */
export function showProblemsAsPages(
  fastify: FastifyInstance,
  pages: PagesOfService,
  renderer: PageRenderer,
): void {
  const headingOf = (status: number) =>
    pages.headings?.[status] ??
    headings[status] ??
    (status < 500 ? STATUS_CODES[status] : 'Something is wrong');
  fastify.addHook('onSend', async (request: FastifyRequest, reply: FastifyReply, payload) => {
    if (!isProblem(reply) || typeof payload !== 'string') return payload;
    reply.header('vary', 'accept');
    if (!wantsPage(pages, request.url, request.headers.accept)) return payload;
    const { status, detail, errors } = problemDocument.parse(JSON.parse(payload));
    reply.type(`${PAGE}; charset=utf-8`).removeHeader('content-length');
    // Without a session, show the sign-in form in place, and then the requested page.
    if (status === 401) return renderer.render('sign-in.njk', { section: 'sign-in', to: request.url });
    return renderer.render('problem.njk', {
      heading: headingOf(status),
      detail: errors.length > 0 ? 'These parts of the address do not fit.' : (detail ?? 'Try again later.'),
      errors: errors.map(({ path, message }) => ({ where: placeName(path), message })),
    });
  });
}

const isProblem = (reply: FastifyReply): boolean =>
  String(reply.getHeader('content-type') ?? '').startsWith(PROBLEM);

/** Turns `query.page` into `page`, as the caller wrote it in the address. */
const placeName = (path: string): string => path.replace(/^(?:query|param|params|body)\./, '');
