import {
  busConfig,
  programmeConfig,
  restrictedConfig,
  secretsConfig,
  variable,
  wholeNumber,
} from '@kinledger/service-kit';

export const pseudonymiserConfig = {
  bus: busConfig,
  restricted: restrictedConfig,
  programme: programmeConfig,
  secrets: secretsConfig,
  threads: variable(
    'KINLEDGER_PSEUDONYMISER_THREADS',
    wholeNumber(2, 1, 99),
    'set it to the number of threads that hash, from 1 to 99',
  ),
  maxChunksAhead: variable(
    'KINLEDGER_MAX_CHUNKS_AHEAD',
    wholeNumber(2_000, 1, 1_000_000),
    'set it to the chunks of 500 rows that may wait for the linker before no more are published',
  ),
};
