import {
  accessConfig,
  busConfig,
  checkpointConfig,
  eraserConfig,
  erasuresConfig,
  eventStoreConfig,
  platformConfig,
  programmeConfig,
  signingKeyConfig,
  variable,
  wholeNumber,
} from '@kinledger/service-kit';

const leaseConfig = {
  ttlMs: variable(
    'KINLEDGER_LEASE_SECONDS',
    wholeNumber(15, 1, 9_999).transform((seconds) => seconds * 1000),
    'set it to the number of seconds after which a standby takes over from a linker that does not renew its lease',
  ),
};

const paceConfig = {
  maxStagedChunks: variable(
    'KINLEDGER_MAX_STAGED_CHUNKS',
    wholeNumber(4_000, 1, 10_000_000),
    'set it to the number of chunks of 500 rows that may wait to be decided before staging slows down',
  ),
  maxUnprojectedDecisions: variable(
    'KINLEDGER_MAX_UNPROJECTED_DECISIONS',
    wholeNumber(200, 1, 1_000_000),
    'set it to the number of decisions that may wait for the projector before deciding slows down',
  ),
};

const snapshotConfig = {
  everyEvents: variable(
    'KINLEDGER_SNAPSHOT_EVENTS',
    wholeNumber(1_000, 1, 1_000_000_000),
    'set it to the number of events after which an idle linker writes a snapshot of its index',
  ),
};

export const linkerConfig = {
  erasures: erasuresConfig,
  platform: platformConfig,
  bus: busConfig,
  eventStore: eventStoreConfig,
  eraser: eraserConfig,
  programme: programmeConfig,
  signingKey: signingKeyConfig,
  access: accessConfig,
  lease: leaseConfig,
  pace: paceConfig,
  snapshot: snapshotConfig,
  checkpoint: checkpointConfig,
};
