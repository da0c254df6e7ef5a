import { accessConfig, platformConfig, publicUrlConfig } from '@kinledger/service-kit';

export const reportingConfig = { platform: platformConfig, access: accessConfig, public: publicUrlConfig };
