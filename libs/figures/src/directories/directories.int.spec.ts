import { createTestDatabases, type TestDatabases } from '@kinledger/database/testing';
import { idOf } from '@kinledger/read-models/testing';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { ask } from '../publishing/ask.js';
import { publishSmallProgramme } from '../testing.js';
import { behind, datasets, programme, services, standing, strands } from './directories.js';
import { oneSubmission, submissionPlaces, submissionsCount, submissionsPage } from './submissions.js';

let databases: TestDatabases;
let client: pg.Client;
beforeAll(async () => {
  databases = await createTestDatabases(inject('postgresUrl'));
  client = new pg.Client({ connectionString: databases.url('platform', 'projector') });
  await client.connect();
  await publishSmallProgramme(client, {
    services: [
      { id: 'health-data', strand: null },
      { id: 'talk', strand: 'language' },
      { id: 'walk', strand: 'social', people: false },
      { id: 'read', strand: 'language' },
    ],
    people: [],
    engagements: [],
    files: [
      { service: 'talk', period: '2023-24-Q1' },
      { service: 'walk', period: '2023-24-Q1', state: 'withdrawn' },
    ],
  });
});
afterAll(async () => {
  await client.end();
  await databases.drop();
});

describe('the directories of a programme', () => {
  it('say its name, its strands in order, and where the read models stand', async () => {
    expect(await ask(client, programme)).toEqual([{ name: 'Small' }]);
    expect(await ask(client, strands)).toEqual([
      { strand: 'language', name: 'LANGUAGE' },
      { strand: 'social', name: 'SOCIAL' },
    ]);
    await client.query('UPDATE golden.checkpoint SET position = 41');
    expect(await ask(client, standing)).toEqual([{ position: 41 }]);
  });

  it('list services by strand, administrative sources last, each with the session kinds that count', async () => {
    await client.query(
      `UPDATE golden.dataset SET session_kinds = '{home-visit,class,home-visit}' WHERE dataset = 'talk.engagement'`,
    );
    // Session kinds of a dataset of people, and of another service, are not those of this service.
    await client.query(`UPDATE golden.dataset SET session_kinds = '{stray}' WHERE dataset = 'talk.user'`);
    const kinds = { individualBeneficiaries: true, sessionKinds: ['group'], administrative: false };
    expect(await ask(client, services)).toEqual([
      {
        ...{
          ...kinds,
          service: 'talk',
          name: 'TALK',
          strand: 'language',
          strandName: 'LANGUAGE',
          ordinal: 1,
        },
        sessionKinds: ['class', 'home-visit'],
      },
      { ...kinds, service: 'read', name: 'READ', strand: 'language', strandName: 'LANGUAGE', ordinal: 3 },
      {
        ...{ ...kinds, service: 'walk', name: 'WALK', strand: 'social', strandName: 'SOCIAL', ordinal: 2 },
        individualBeneficiaries: false,
      },
      {
        ...{
          ...kinds,
          service: 'health-data',
          name: 'HEALTH-DATA',
          strand: null,
          strandName: null,
          ordinal: 0,
        },
        administrative: true,
      },
    ]);
  });

  it('list every dataset with the name of its service', async () => {
    const found = await ask<{ dataset: string }>(client, datasets);
    expect(found).toHaveLength(8);
    expect(found).toContainEqual({ dataset: 'walk.user', serviceName: 'WALK', dataType: 'user' });
    expect(found).toContainEqual({ dataset: 'talk.engagement', serviceName: 'TALK', dataType: 'engagement' });
  });

  it('say since when the read models may be behind, if they were not confirmed current within the given time', async () => {
    await client.query(`UPDATE operations.projection SET current_at = clock_timestamp() - interval '1 hour'`);
    expect(await ask(client, behind, [3_700])).toEqual([]);
    await client.query(`UPDATE operations.projection SET current_at = '2023-10-09T09:30:00.250Z'`);
    expect(await ask(client, behind, [60])).toEqual([{ since: '2023-10-09T09:30:00.250Z' }]);
  });
});

describe('the directory of files', () => {
  const upload = (
    name: string,
    given: { submission?: string; intake?: number; state: string; first: string },
  ) =>
    client.query(
      `INSERT INTO operations.upload (upload_id, submission_id, intake, provider, dataset, period, state, reason, counts, findings, first_at, changed_at)
       VALUES ($1, $2, $3, 'provider', 'talk.engagement', '2023-24-Q2', $4, 'from intake', '{"rows": 3}', '[]', $5, now())`,
      [
        idOf(name),
        given.submission === undefined ? null : idOf(given.submission),
        given.intake ?? null,
        given.state,
        given.first,
      ],
    );
  interface Listed {
    readonly upload: string | null;
    readonly submission: string | null;
    readonly state: string;
  }
  const page = async (submitted: boolean | null, limit = 10, offset = 0) =>
    (await ask<Listed>(client, submissionsPage, [submitted, limit, offset])).map(
      ({ upload: from, submission, state }) => [from, submission, state],
    );
  const count = async (submitted: boolean | null) => (await ask(client, submissionsCount, [submitted]))[0];

  beforeAll(async () => {
    await upload('of file 0', {
      submission: 'file 0',
      intake: 1,
      state: 'submitted',
      first: '2023-10-01T08:00Z',
    });
    await upload('on its way', {
      submission: 'later',
      intake: 3,
      state: 'submitted',
      first: '2023-10-02T08:00Z',
    });
    await upload('older', { state: 'validated', first: '2023-10-03T08:00Z' });
    await upload('newer', { state: 'refused', first: '2023-10-04T08:00Z' });
    await upload('thrown away', { state: 'discarded', first: '2023-10-05T08:00Z' });
  });

  const submitted = [
    [idOf('on its way'), idOf('later'), 'submitted'],
    [null, idOf('file 1'), 'withdrawn'],
    [idOf('of file 0'), idOf('file 0'), 'linked'],
  ];
  const waiting = [
    [idOf('newer'), null, 'refused'],
    [idOf('older'), null, 'validated'],
  ];

  it('lists submissions by intake number, latest first, then uploads, and no discarded upload', async () => {
    expect(await page(null)).toEqual([...submitted, ...waiting]);
    expect(await count(null)).toEqual({ total: 5 });
  });

  it('lists submitted files or the others alone', async () => {
    expect(await page(true)).toEqual(submitted);
    expect(await count(true)).toEqual({ total: 3 });
    expect(await page(false)).toEqual(waiting);
    expect(await count(false)).toEqual({ total: 2 });
  });

  it('lists a page at a time', async () => {
    expect(await page(null, 2, 1)).toEqual([...submitted, ...waiting].slice(1, 3));
  });

  it('finds a file by the id of its submission or of its upload', async () => {
    const linked = { upload: idOf('of file 0'), submission: idOf('file 0'), state: 'linked', intake: 1 };
    for (const name of ['file 0', 'of file 0']) {
      // What the ledger says counts, and a reason of intake's is not one of the ledger's.
      expect(await ask(client, oneSubmission, [idOf(name)])).toMatchObject([{ ...linked, reason: null }]);
    }
    expect(await ask(client, oneSubmission, [idOf('on its way')])).toMatchObject([
      { submission: idOf('later'), state: 'submitted', reason: 'from intake', since: '2023-10-02T08:00:00Z' },
    ]);
    expect(await ask(client, oneSubmission, [idOf('nobody')])).toEqual([]);
  });

  it('gives intake numbers for the ids that it knows', async () => {
    const ids = ['file 1', 'file 0', 'nobody'].map(idOf);
    expect(await ask(client, submissionPlaces, [ids])).toEqual([
      { id: idOf('file 0'), intake: 1 },
      { id: idOf('file 1'), intake: 2 },
    ]);
  });
});
