import fastifyStatic from '@fastify/static';
import type { ServiceOptions } from '@kinledger/service-kit';
import { systemClock, type Clock } from './clock.js';
import { reportingConfig } from './config.js';
import { designSystemStyles } from './pages/design-system.js';
import { ownAssets, PageRenderer } from './pages/page-renderer.js';
import { showProblemsAsPages } from './pages/problem-page.js';
import { ReportingApiModule } from './reporting-api.module.js';
import { readSignInForms } from './sign-in/sign-in-forms.js';

const DAY_SECONDS = 86_400;

/** The reporting API as a service with a given clock, for tests. */
export const reportingServiceWith = (clock: Clock): ServiceOptions<typeof reportingConfig> => ({
  name: 'reporting-api',
  config: reportingConfig,
  module: (config) => ReportingApiModule.with(config, clock),
  fastify: async (fastify) => {
    readSignInForms(fastify);
    await fastify.register(fastifyStatic, {
      root: ownAssets,
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
    showProblemsAsPages(fastify, new PageRenderer());
  },
  api: {
    title: 'Kinledger reporting API',
    description: 'Unique reach and submissions, read from the golden dataset.',
    tags: {
      figures: 'Unique reach, and every other figure by version.',
      submissions: 'Files, and what became of them.',
      'sign-in': 'How a browser gets to the pages.',
    },
  },
});

/** The reporting API as a service, run by `main.ts`. */
export const reportingService = reportingServiceWith(systemClock);
