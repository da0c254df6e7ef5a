import { runService } from '@kinledger/service-kit';
import { projectorConfig } from './config.js';
import { ProjectorModule } from './projector.module.js';
import { connectBatchTransport } from './transport.js';

await runService({
  name: 'projector',
  config: projectorConfig,
  module: (config) => ProjectorModule.with(config),
  configure: connectBatchTransport,
});
