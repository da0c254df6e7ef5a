import { z } from 'zod';
import {
  accessConfig,
  busConfig,
  programmeConfig,
  publicUrlConfig,
  restrictedConfig,
  secretsConfig,
  variable,
  wholeNumber,
  type ServiceConfig,
} from '@kinledger/service-kit';
import { mailConfig } from './mail/mail-config.js';

/** Limits on uploads; exceeding each is refused with a problem of its own. */
export const uploadConfig = {
  maxBytes: variable(
    'KINLEDGER_UPLOAD_MAX_BYTES',
    wholeNumber(2 * 1024 ** 3, 1024, 2 ** 40),
    'set it to a number of bytes, at least 1024',
  ),
  maxRows: variable(
    'KINLEDGER_UPLOAD_MAX_ROWS',
    wholeNumber(5_000_000, 1, 50_000_000),
    'set it to a number of rows, at most 50000000',
  ),
  maxColumns: variable(
    'KINLEDGER_UPLOAD_MAX_COLUMNS',
    wholeNumber(500, 1, 10_000),
    'set it to a number of columns, at most 10000',
  ),
  maxFieldLength: variable(
    'KINLEDGER_UPLOAD_MAX_FIELD_LENGTH',
    wholeNumber(10_000, 100, 100_000),
    'set it to a number of characters from 100 to 100000',
  ),
  maxAtOnce: variable(
    'KINLEDGER_UPLOADS_AT_ONCE',
    wholeNumber(8, 1, 1000),
    'set it to the number of uploads that may be received at once',
  ),
  maxAtOncePerAccount: variable(
    'KINLEDGER_UPLOADS_AT_ONCE_PER_ACCOUNT',
    wholeNumber(2, 1, 1000),
    'set it to the number of uploads that one account may send at once',
  ),
  patienceSeconds: variable(
    'KINLEDGER_UPLOAD_PATIENCE_SECONDS',
    wholeNumber(30, 1, 600),
    'set it to the seconds for which an upload waits for a place before it is refused',
  ),
  maxLandedChunks: variable(
    'KINLEDGER_MAX_LANDED_CHUNKS',
    wholeNumber(20_000, 1, 10_000_000),
    'set it to the number of chunks of 500 rows that may wait to be pseudonymised before files are refused',
  ),
  idleSeconds: variable(
    'KINLEDGER_UPLOAD_IDLE_SECONDS',
    wholeNumber(20, 1, 3600),
    'set it to the seconds for which a sender may be silent, or be behind the minimum rate in total',
  ),
  leastBytesPerSecond: variable(
    'KINLEDGER_UPLOAD_LEAST_BYTES_PER_SECOND',
    wholeNumber(4096, 1, 1_000_000_000),
    'set it to the bytes per second that a sender must keep up',
  ),
  commandPatienceSeconds: variable(
    'KINLEDGER_COMMAND_PATIENCE_SECONDS',
    wholeNumber(10, 0, 300),
    'set it to the seconds for which a response waits for the linker’s reply to a command',
  ),
  expiryDays: variable(
    'KINLEDGER_UPLOAD_EXPIRY_DAYS',
    wholeNumber(7, 1, 90),
    'set it to the days after which an upload that was not submitted is deleted, at most 90',
  ),
};

/** Whether a person has to confirm the words of an attestation. */
export const attestationConfig = {
  isRequired: variable(
    'KINLEDGER_ATTESTATION',
    z
      .enum(['optional', 'required'])
      .default('optional')
      .transform((text) => text === 'required'),
    'set it to required to refuse submissions for which nobody confirms the words of the attestation',
  ),
};

export const ingestConfig = {
  access: accessConfig,
  bus: busConfig,
  restricted: restrictedConfig,
  programme: programmeConfig,
  secrets: secretsConfig,
  public: publicUrlConfig,
  uploads: uploadConfig,
  attestation: attestationConfig,
  mail: mailConfig,
};
export type IngestConfig = ServiceConfig<typeof ingestConfig>;
export type UploadLimits = IngestConfig['uploads'];
