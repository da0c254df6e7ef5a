import type { ServiceOptions } from '@kinledger/service-kit';
import { linkerConfig } from './config.js';
import { LinkerModule } from './linker.module.js';

/** The linker as `runService` and `createService` take it. */
export const linkerService: ServiceOptions<typeof linkerConfig> = {
  name: 'linker',
  config: linkerConfig,
  module: (config) => LinkerModule.with(config),
};
