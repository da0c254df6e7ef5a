import {
  busConfig,
  programmeConfig,
  restrictedConfig,
  secretsConfig,
  variable,
} from '@kinledger/service-kit';
import { z } from 'zod';

export const pseudonymiserConfig = {
  bus: busConfig,
  restricted: restrictedConfig,
  programme: programmeConfig,
  secrets: secretsConfig,
  threads: variable(
    'KINLEDGER_PSEUDONYMISER_THREADS',
    z
      .string()
      .default('2')
      .pipe(z.string().regex(/^[1-9]\d?$/))
      .transform(Number),
    'set it to the number of threads that hash, from 1 to 99',
  ),
};
