import type { ServiceOptions } from '@kinledger/service-kit';
import { pseudonymiserConfig } from './config.js';
import { PseudonymiserModule } from './pseudonymiser.module.js';

export const pseudonymiser: ServiceOptions<typeof pseudonymiserConfig> = {
  name: 'pseudonymiser',
  config: pseudonymiserConfig,
  module: (config) => PseudonymiserModule.forRoot(config),
};
