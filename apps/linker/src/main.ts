import { runService } from '@kinledger/service-kit';
import { connectBatchTransport } from './batch-transport.js';
import { linkerConfig } from './config.js';
import { LinkerModule } from './linker.module.js';

await runService({
  name: 'linker',
  config: linkerConfig,
  module: (config) => LinkerModule.with(config),
  configure: connectBatchTransport,
});
