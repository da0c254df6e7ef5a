import fastifyStatic from '@fastify/static';
import type { ServiceOptions } from '@kinledger/service-kit';
import { SwaggerModule } from '@nestjs/swagger';
import { systemClock, type Clock } from './clock.js';
import { reportingConfig } from './config.js';
import { openApiOf } from './open-api.js';
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
  configure: (app) => {
    SwaggerModule.setup('docs', app, () => openApiOf(app), {
      jsonDocumentUrl: 'openapi.json',
      ui: false,
      raw: ['json'],
    });
  },
});

/** The reporting API as a service, run by `main.ts`. */
export const reportingService = reportingServiceWith(systemClock);
