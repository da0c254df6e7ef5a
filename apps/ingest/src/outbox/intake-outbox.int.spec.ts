import { createTestDatabases } from '@kinledger/database/testing';
import { outboxFeatures } from '@kinledger/message-bus/testing';
import { inject } from 'vitest';
import { intakeOutbox } from './intake-outbox.js';

outboxFeatures('ingest', async () => {
  const databases = await createTestDatabases(inject('postgresUrl'));
  return {
    table: intakeOutbox,
    url: databases.url('restricted', 'ingest'),
    superuserUrl: databases.superuserUrl('restricted'),
    dispose: () => databases.drop(),
  };
});
