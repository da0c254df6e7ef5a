import { servePages } from '@kinledger/page-kit';
import type { ServiceOptions } from '@kinledger/service-kit';
import { systemClock, type Clock } from './clock.js';
import { reportingConfig } from './config.js';
import { reportingPages } from './pages/reporting-pages.js';
import { ReportingApiModule } from './reporting-api.module.js';

/** The reporting API as a service with a given clock, for tests. */
export const reportingServiceWith = (clock: Clock): ServiceOptions<typeof reportingConfig> => ({
  name: 'reporting-api',
  config: reportingConfig,
  module: (config) => ReportingApiModule.forRoot(config, clock),
  fastify: (fastify) => servePages(fastify, reportingPages),
  api: {
    title: 'Kinledger reporting API',
    description: 'Unique reach and submissions, read from the golden dataset.',
    tags: {
      figures: 'Unique reach, and every other figure by version.',
      quarters: 'Quarters that are closed, and the figures that were published of them.',
      meetings: 'Actions that service data meetings agreed on.',
      submissions: 'Files, and what became of them.',
      'sign-in': 'How a browser gets to the pages.',
    },
  },
});

/** The reporting API as a service, run by `main.ts`. */
export const reportingService = reportingServiceWith(systemClock);
