import {
  accessConfig,
  busConfig,
  eventStoreConfig,
  platformConfig,
  programmeConfig,
  publicUrlConfig,
} from '@kinledger/service-kit';

export const projectorConfig = {
  platform: platformConfig,
  bus: busConfig,
  eventStore: eventStoreConfig,
  programme: programmeConfig,
  access: accessConfig,
  public: publicUrlConfig,
};
