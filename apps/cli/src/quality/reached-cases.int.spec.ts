import { createTestDatabases, type TestDatabases } from '@kinledger/database/testing';
import { writeSmallProgramme } from '@kinledger/read-models/testing';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { reachedCases } from './reached-cases.js';

describe('the cases behind reach', () => {
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

  it('tell families of several people, and people without an identifier, from the rest', async () => {
    const at = { service: 'real', date: '2023-08-01' };
    await writeSmallProgramme(client, 'golden', {
      services: [{ id: 'real', strand: 'language' }],
      people: [
        { name: 'zoe', role: 'child', family: 'okafor' },
        { name: 'amara', role: 'adult', family: 'okafor' },
        { name: 'bo', role: 'adult' },
        { name: 'nobody', role: 'adult' },
      ],
      engagements: [
        { ...at, person: 'zoe', born: true, caseNumber: 1 },
        { ...at, person: 'amara', born: true, caseNumber: 2 },
        { ...at, person: 'bo', born: true, caseNumber: 3 },
        { ...at, person: 'nobody' },
        { ...at, setAside: 'referred' },
      ],
    });
    await client.query(`UPDATE golden.numbered_record SET unidentified_case = 9 WHERE individual = 4`);
    const found = await reachedCases(databases.url('platform', 'projector'), {
      ...{ start: '2023-07-01', end: '2023-10-01' },
    });
    expect(found.adults).toMatchObject({ counted: 3, cases: 3, unlinkable: 0, referred: 1 });
    expect(found.children).toMatchObject({ counted: 1, cases: 1 });
    expect(found.families).toMatchObject({
      ...{ counted: 2, cases: 3, related: 1, unknown: 1, unlinkable: 1, referred: 1 },
      identified: { counted: 2, cases: 3 },
    });
  });
});
