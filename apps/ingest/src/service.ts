import { servePages } from '@kinledger/page-kit';
import type { ServiceOptions } from '@kinledger/service-kit';
import { ingestConfig } from './config.js';
import { IngestModule } from './ingest.module.js';
import { ingestPages } from './pages/ingest-pages.js';
import { isUpload, streamUploadBodies } from './uploads/upload-body.js';

/** The service, for `main.ts` and for tests of the whole. */
export const ingestService: ServiceOptions<typeof ingestConfig> = {
  name: 'ingest',
  config: ingestConfig,
  module: (config) => IngestModule.forRoot(config),
  streams: isUpload,
  fastify: async (fastify) => {
    streamUploadBodies(fastify);
    await servePages(fastify, ingestPages);
  },
  api: {
    title: 'Kinledger ingest',
    description:
      'Where providers send their files: upload, look at what was found, correct, submit, withdraw.',
    tags: {
      uploads: 'Files that are sent, checked and corrected.',
      submissions: 'Files that count, and what became of them.',
      commands: 'What people have asked the linker to do, and how it answered.',
    },
  },
};
