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
  fastify: (fastify) => servePages(fastify, projectorPages),
};
