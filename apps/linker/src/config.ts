import {
  accessConfig,
  busConfig,
  eraserConfig,
  eventStoreConfig,
  platformConfig,
  programmeConfig,
  signingKeyConfig,
  variable,
} from '@kinledger/service-kit';
import { z } from 'zod';

const leaseConfig = {
  ttlMs: variable(
    'KINLEDGER_LEASE_SECONDS',
    z
      .string()
      .default('15')
      .pipe(z.string().regex(/^[1-9]\d{0,3}$/))
      .transform((seconds) => Number(seconds) * 1000),
    'set it to the number of seconds after which a standby follows a linker that is not heard of',
  ),
};

export const linkerConfig = {
  platform: platformConfig,
  bus: busConfig,
  eventStore: eventStoreConfig,
  eraser: eraserConfig,
  programme: programmeConfig,
  signingKey: signingKeyConfig,
  access: accessConfig,
  lease: leaseConfig,
};
