import type { FastifyInstance } from 'fastify';
import { PageRenderer } from './page-renderer.js';
import type { PagesOfService } from './pages.js';
import { showProblemsAsPages } from './problem-page.js';
import { serveAssets } from './serve-assets.js';
import { readSignInForms } from './sign-in/sign-in-forms.js';

/** What pages need before the routes: forms are read, assets served, and problems shown as pages. */
export async function servePages(fastify: FastifyInstance, pages: PagesOfService): Promise<void> {
  readSignInForms(fastify);
  await serveAssets(fastify, pages);
  showProblemsAsPages(fastify, pages, new PageRenderer(pages));
}
