import { createTestDatabases, type TestDatabases } from '@kinledger/database/testing';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { publishSmallProgramme } from '../testing.js';
import { ask } from '../publishing/ask.js';
import { receivedFiles } from './directories.js';
import { rowsByDataset } from './submissions.js';

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

  it('count their rows by dataset, in the order of the programme, without files that were withdrawn', async () => {
    await client.query('DROP SCHEMA golden CASCADE');
    const counts = { read: 10, accepted: 8, warned: 3, rejected: 1, duplicate: 1, consentRefused: 0 };
    const outcomes = { registered: 3, matched: 2, unlinkable: 1, referred: 1, impersonal: 0, unchanged: 1, superseded: 0 }; // prettier-ignore
    await publishSmallProgramme(client, {
      services: [
        { id: 'steps', strand: 'social' },
        { id: 'real', strand: 'language' },
      ],
      people: [],
      engagements: [],
      files: [
        { service: 'real', period: '2023-24-Q1', counts, outcomes },
        { service: 'real', period: '2023-24-Q2', counts, outcomes },
        { service: 'real', period: '2023-24-Q3', counts, outcomes, state: 'withdrawn' },
        { service: 'steps', period: '2023-24-Q1', dataType: 'user' },
      ],
    });
    const none = { read: 0, accepted: 0, warned: 0, rejected: 0, duplicate: 0, linked: 0, unlinkable: 0, referred: 0, impersonal: 0, unchanged: 0, superseded: 0, suppressed: 0 }; // prettier-ignore
    expect(await ask(client, rowsByDataset)).toMatchObject([
      { ...none, dataset: 'steps.user', dataType: 'user', files: 1 },
      { ...none, dataset: 'real.engagement', files: 2, read: 20, accepted: 16, warned: 6, rejected: 2, duplicate: 2, linked: 10, unlinkable: 2, referred: 2, unchanged: 2 },
    ]); // prettier-ignore
  });
});
