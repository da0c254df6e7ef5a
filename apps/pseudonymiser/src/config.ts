import { availableParallelism } from 'node:os';
import {
  busConfig,
  programmeConfig,
  restrictedConfig,
  secretsConfig,
  suppressionsConfig,
  variable,
  wholeNumber,
} from '@kinledger/service-kit';

/** Hashing takes a tenth of a row's total processing: one thread keeps up with four processors that do the rest. */
const THREADS = Math.max(1, Math.floor(availableParallelism() / 4));

export const pseudonymiserConfig = {
  bus: busConfig,
  restricted: restrictedConfig,
  programme: programmeConfig,
  secrets: secretsConfig,
  suppressions: suppressionsConfig,
  threads: variable(
    'KINLEDGER_PSEUDONYMISER_THREADS',
    wholeNumber(Math.min(99, THREADS), 1, 99),
    'set it to the number of threads that hash, from 1 to 99',
  ),
  maxChunksAhead: variable(
    'KINLEDGER_MAX_CHUNKS_AHEAD',
    wholeNumber(2_000, 1, 1_000_000),
    'set it to the number of chunks of 500 rows that may wait for the linker before publishing pauses',
  ),
};
