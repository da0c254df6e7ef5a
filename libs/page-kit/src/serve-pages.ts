import type { FastifyInstance } from 'fastify';
import { PageRenderer } from './page-renderer.js';
import type { PagesOfService } from './pages.js';
import { showProblemsAsPages } from './problem-page.js';
import { readForms } from './read-forms.js';
import { serveAssets } from './serve-assets.js';

/** What pages need before the routes: forms are read, assets served, and problems shown as pages. */
export async function servePages(fastify: FastifyInstance, pages: PagesOfService): Promise<void> {
  readForms(fastify, pages);
  await serveAssets(fastify, pages);
  showProblemsAsPages(fastify, pages, new PageRenderer(pages));
}
