import { servePages } from '@kinledger/page-kit';
import type { ServiceOptions } from '@kinledger/service-kit';
import { projectorConfig } from './config.js';
import { projectorPages } from './pages/projector-pages.js';
import { ProjectorModule } from './projector.module.js';

/** The projector's options for `runService` and `createService`. */
export const projectorService: ServiceOptions<typeof projectorConfig> = {
  name: 'projector',
  config: projectorConfig,
  module: (config) => ProjectorModule.forRoot(config),
  api: {
    title: 'Kinledger projector',
    description:
      'Rebuilds of the read models, recounts of closed quarters, explanations of individuals, reviews of doubtful links, and extracts for evaluators.',
    tags: {
      rebuilds: 'Rebuilding the read models from the ledger.',
      recounts: 'Closed quarters, counted again and compared.',
      explanations: 'How individuals came to be. For auditors, with a reason.',
      looks: 'Who looked at whom, and why.',
      reviews:
        'Doubtful links: the queue, looks at the evidence, answers and what was decided. For the data team.',
      studies:
        'Extracts for evaluators, as agreements permit them, and the end of a study. For the data team.',
      'sign-in': 'How a browser gets to the pages.',
    },
  },
  fastify: (fastify) => servePages(fastify, projectorPages),
};
