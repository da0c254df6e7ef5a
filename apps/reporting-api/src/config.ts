import { anonymousAccessConfig, platformConfig } from '@kinledger/service-kit';

export const reportingConfig = { platform: platformConfig, access: anonymousAccessConfig };
