import { createTestDatabases } from '@kinledger/database/testing';
import { outboxFeatures } from '@kinledger/message-bus/testing';
import { inject } from 'vitest';
import { statesOutbox } from './states-outbox.js';

outboxFeatures('pseudonymiser', async () => {
  const databases = await createTestDatabases(inject('postgresUrl'));
  return {
    table: statesOutbox,
    url: databases.url('restricted', 'pseudonymiser'),
    superuserUrl: databases.superuserUrl('restricted'),
    dispose: () => databases.drop(),
  };
});
