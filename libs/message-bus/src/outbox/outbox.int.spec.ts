import { readFile } from 'node:fs/promises';
import { createTestDatabases } from '@kinledger/database/testing';
import pg from 'pg';
import { inject } from 'vitest';
import { outboxFeatures } from './contract/outbox.features.js';
import { OutboxTable } from './outbox-table.js';

outboxFeatures('the template', async () => {
  const databases = await createTestDatabases(inject('postgresUrl'));
  // A name that SQL accepts only in quotes.
  const table = new OutboxTable('Outbox of a test');
  const template = await readFile(new URL('outbox.template.sql', import.meta.url), 'utf8');
  const schema = pg.escapeIdentifier(table.schema);
  const migrator = new pg.Client({ connectionString: databases.url('restricted', 'migrator') });
  await migrator.connect();
  await migrator.query(
    `CREATE SCHEMA ${schema};` +
      template.replaceAll('{schema}', schema).replaceAll('{role}', 'kinledger_ingest'),
  );
  await migrator.end();
  return {
    table,
    url: databases.url('restricted', 'ingest'),
    superuserUrl: databases.superuserUrl('restricted'),
    dispose: () => databases.drop(),
  };
});
