import { fileURLToPath } from 'node:url';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance } from 'fastify';
import { designSystemStyles } from './design-system.js';
import type { PagesOfService } from './pages.js';

const kitAssets = fileURLToPath(new URL('../assets', import.meta.url));
const DAY_SECONDS = 86_400;

/** Serves style sheets and pictures under `/assets/`: the service's own, the kit's, and the design system's styles. */
export async function serveAssets(fastify: FastifyInstance, { assets }: PagesOfService): Promise<void> {
  await fastify.register(fastifyStatic, {
    root: assets === undefined ? [kitAssets] : [kitAssets, assets.folder],
    prefix: '/assets/',
    index: false,
    maxAge: DAY_SECONDS * 1000,
  });
  const designSystem = designSystemStyles();
  fastify.get('/assets/govuk-frontend.css', (_request, reply) =>
    reply
      .type('text/css; charset=utf-8')
      .header('cache-control', `public, max-age=${DAY_SECONDS}`)
      .send(designSystem),
  );
}
