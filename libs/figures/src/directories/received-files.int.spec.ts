import { createTestDatabases, type TestDatabases } from '@kinledger/database/testing';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { publishSmallProgramme } from '../testing.js';
import { ask } from '../publishing/ask.js';
import { receivedFiles } from './directories.js';

describe('received files', () => {
  let databases: TestDatabases;
  let client: pg.Client;
  beforeAll(async () => {
    databases = await createTestDatabases(inject('postgresUrl'));
    client = new pg.Client({ connectionString: databases.url('platform', 'projector') });
    await client.connect();
  });
  afterAll(async () => {
    await client.end();
    await databases.drop();
  });

  it('are listed once per dataset and period, and only if one of them is live', async () => {
    await publishSmallProgramme(client, {
      services: [
        { id: 'real', strand: 'language' },
        { id: 'steps', strand: 'social' },
      ],
      people: [],
      engagements: [],
      files: [
        { service: 'steps', period: '2023-24-Q1', dataType: 'user', extractKind: 'cumulative' },
        { service: 'real', period: '2023-24-Q2' },
        { service: 'real', period: '2023-24-Q2' },
        { service: 'real', period: '2023-24-Q1' },
        { service: 'real', period: '2023-24-Q3', state: 'withdrawn' },
      ],
    });
    expect(await ask(client, receivedFiles)).toEqual([
      { service: 'real', dataType: 'engagement', extractKind: 'delta', period: '2023-24-Q1' },
      { service: 'real', dataType: 'engagement', extractKind: 'delta', period: '2023-24-Q2' },
      { service: 'steps', dataType: 'user', extractKind: 'cumulative', period: '2023-24-Q1' },
    ]);
  });
});
