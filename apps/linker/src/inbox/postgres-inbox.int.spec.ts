import { createPool } from '@kinledger/database';
import { createTestDatabases, type TestDatabases } from '@kinledger/database/testing';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { inboxFeatures } from './contract/inbox.features.js';
import { chunkOf, fileIntake, programme, submissionNamed } from '../testing/messages.js';
import { PostgresInbox } from './postgres-inbox.js';

describe('the inbox in PostgreSQL', () => {
  let databases: TestDatabases;
  let admin: pg.Client;

  beforeAll(async () => {
    databases = await createTestDatabases(inject('postgresUrl'));
    admin = new pg.Client({ connectionString: databases.superuserUrl('platform') });
    await admin.connect();
  });
  afterAll(async () => {
    await admin.end();
    await databases.drop();
  });

  const open = async () => {
    await admin.query('TRUNCATE linker.intake, linker.chunk, linker.unprocessable');
    const pool = createPool({ url: databases.url('platform', 'linker'), applicationName: 'inbox' });
    return { inbox: new PostgresInbox(pool), close: () => pool.end() };
  };

  inboxFeatures(open);

  it('sweeps up a chunk that slipped in while its submission was settled', async () => {
    const { inbox, close } = await open();
    const a = submissionNamed('a');
    await inbox.stageIntakes([fileIntake(1, a)]);
    await inbox.stageChunks([chunkOf(a, 0, true)]);
    await admin.query(`UPDATE linker.intake SET state = 'decided'`);
    expect(await inbox.sweep()).toBe(1);
    expect((await inbox.counts(programme)).chunks).toBe(0);
    await close();
  });

  for (const role of ['projector', 'reporting', 'eraser'] as const) {
    it(`is closed to ${role}`, async () => {
      const client = new pg.Client({ connectionString: databases.url('platform', role) });
      await client.connect();
      for (const table of ['intake', 'chunk', 'unprocessable', 'lease', 'publication']) {
        await expect(client.query(`SELECT FROM linker.${table}`)).rejects.toThrow(/permission denied/);
      }
      await client.end();
    });
  }
});
