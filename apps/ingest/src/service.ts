import { servePages } from '@kinledger/page-kit';
import type { ServiceOptions } from '@kinledger/service-kit';
import { ingestConfig } from './config.js';
import { IngestModule } from './ingest.module.js';
import { ingestPages } from './pages/ingest-pages.js';
import { isUpload, streamUploadBodies } from './uploads/upload-body.js';

/** The service, for `main.ts` and for tests of the whole service. */
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
    description: 'Providers upload files, review the findings, correct, submit and withdraw them.',
    tags: {
      uploads: 'Uploaded files: checking and correcting them.',
      datasets: 'Templates, field guides and schemas, made from the programme’s definition.',
      mappings: 'What a provider’s own titles and values mean, as people confirmed it.',
      submissions: 'Submitted files, and the decisions about them.',
      returns: 'Expected returns, and nil returns.',
      commands: 'Commands to the linker, and its answers.',
      people: 'Erasure of a person by the person’s own identifiers, and suppression.',
    },
  },
};
