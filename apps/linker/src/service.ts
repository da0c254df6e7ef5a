import type { ServiceOptions } from '@kinledger/service-kit';
import { linkerConfig } from './config.js';
import { LinkerModule } from './linker.module.js';

/** The definition of the linker for `runService` and `createService`. */
export const linkerService: ServiceOptions<typeof linkerConfig> = {
  name: 'linker',
  config: linkerConfig,
  module: (config) => LinkerModule.forRoot(config),
};
