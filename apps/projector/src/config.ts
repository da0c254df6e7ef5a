import { accessConfig, busConfig, platformConfig, programmeConfig } from '@kinledger/service-kit';

export const projectorConfig = {
  platform: platformConfig,
  bus: busConfig,
  programme: programmeConfig,
  access: accessConfig,
};
