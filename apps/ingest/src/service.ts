import type { ServiceOptions } from '@kinledger/service-kit';
import { ingestConfig } from './config.js';
import { IngestModule } from './ingest.module.js';
import { describeApi, OpenApi } from './openapi/openapi.controller.js';
import { isUpload, streamUploadBodies } from './uploads/upload-body.js';

/** The service, for `main.ts` and for tests of the whole. */
export const ingestService: ServiceOptions<typeof ingestConfig> = {
  name: 'ingest',
  config: ingestConfig,
  module: (config) => IngestModule.forRoot(config),
  streams: isUpload,
  fastify: streamUploadBodies,
  configure: (app) => {
    app.get(OpenApi).document = describeApi(app);
  },
};
