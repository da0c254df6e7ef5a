import type { LedgerDecision } from '@kinledger/contracts';
import { createPool } from '@kinledger/database';
import { createTestDatabases, type TestDatabases } from '@kinledger/database/testing';
import { contentDigest, createReadModels, LIVE_SCHEMA, readCheckpoint } from '@kinledger/read-models';
import { withMethods } from '@kinledger/test-doubles';
import type pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import { projectLedger, type LinkedSubmission } from './project-ledger.js';
import {
  engagementRow,
  familyDissolved,
  familyLinked,
  idOf,
  linked,
  matched,
  received,
  registered,
  related,
  setAside,
  SmallLedger,
  STREAM,
  userRow,
} from './small-ledger.testing.js';

describe('projecting a ledger', () => {
  let databases: TestDatabases;
  let pool: pg.Pool;
  let client: pg.PoolClient;
  let ledger: SmallLedger;

  beforeAll(async () => {
    databases = await createTestDatabases(inject('postgresUrl'));
    pool = createPool({ url: databases.url('platform', 'projector'), applicationName: 'test' });
    client = await pool.connect();
  });
  afterAll(async () => {
    client.release();
    await pool.end();
    await databases.drop();
  });
  beforeEach(async () => {
    ledger = new SmallLedger();
    await ledger.open();
    await createReadModels(client, LIVE_SCHEMA);
  });

  const project = (schema = LIVE_SCHEMA, upTo?: number) =>
    projectLedger({
      store: ledger.store,
      stream: STREAM,
      client,
      schema,
      ...(upTo === undefined ? {} : { upTo }),
      more: () => Promise.resolve(false),
      signal: new AbortController().signal,
    });
  const one = async <T extends pg.QueryResultRow>(
    sql: string,
    values: unknown[] = [],
  ): Promise<T | undefined> => (await client.query<T>(sql, values)).rows[0];
  const individual = (name: string) =>
    one<{ attributes: object; provenance: object; role: string; forwarded_to: string | null }>(
      `SELECT attributes, provenance, role, replace(forwarded_to::text, '-', '') AS forwarded_to FROM golden.individual WHERE individual_id = $1`,
      [idOf(name)],
    );

  it('shows a parked submission with its reason, until it is linked under a later intake number', async () => {
    const submission = () =>
      one('SELECT intake, state, reason, dataset FROM golden.submission WHERE submission_id = $1', [
        idOf('s1'),
      ]);
    const park = (intake: number, reason: string): LedgerDecision => ({
      type: 'SubmissionParked',
      data: { submission: idOf('s1'), intake, reason: reason },
    });
    await ledger.append([park(7, 'landing-incomplete')]);
    await project();
    expect(await submission()).toEqual({
      intake: 7,
      state: 'parked',
      reason: 'landing-incomplete',
      dataset: null,
    });
    await ledger.append([park(9, 'schema-unknown')]);
    await project();
    expect(await submission()).toMatchObject({ intake: 9, state: 'parked', reason: 'schema-unknown' });
    const row = userRow('amara', 'adult', {}, '2023-07-01');
    await ledger.append(
      [received('s1', 'natural-thinkers.user', 12), registered(row, 'amara', 's1'), linked('s1', 1)],
      [row],
    );
    await project();
    expect(await submission()).toEqual({
      intake: 12,
      state: 'linked',
      reason: null,
      dataset: 'natural-thinkers.user',
    });
  });

  it('writes nothing after another process, such as a rebuild, has moved the checkpoint', async () => {
    const row = userRow('amara', 'adult', {}, '2023-07-01');
    await ledger.append(
      [received('s1', 'natural-thinkers.user', 1), registered(row, 'amara', 's1'), linked('s1', 1)],
      [row],
    );
    const firstEnd = (await ledger.store.head(STREAM)) + 1;
    await ledger.append([received('s2', 'natural-thinkers.user', 2), linked('s2', 0)]);
    let applied: () => void = () => undefined;
    const firstApplied = new Promise<void>((done) => (applied = done));
    // The second decision is read only after the first is written and the read models have been moved back.
    const store = withMethods(ledger.store, {
      readPage: async (stream: string, from: number, limit: number) => {
        if (from < firstEnd) return ledger.store.readPage(stream, from, firstEnd - from);
        await firstApplied;
        await pool.query('UPDATE golden.checkpoint SET position = 1');
        return ledger.store.readPage(stream, from, limit);
      },
    });
    const projecting = projectLedger({
      store,
      stream: STREAM,
      client,
      schema: LIVE_SCHEMA,
      more: () => Promise.resolve(false),
      signal: new AbortController().signal,
      onApplied: ({ position }) => {
        if (position === firstEnd - 1) applied();
      },
    });
    await expect(projecting).rejects.toThrow('the read models stand at 1');
    expect(await one('SELECT count(*)::int AS submissions FROM golden.submission')).toEqual({
      submissions: 1,
    });
    expect(await readCheckpoint(client, LIVE_SCHEMA)).toBe(1);
  });

  it('tells the submissions that it linked, once, with the outcomes of their rows', async () => {
    const row = userRow('amara', 'adult', {}, '2023-07-01');
    await ledger.append(
      [received('s1', 'natural-thinkers.user', 1), registered(row, 'amara', 's1'), linked('s1', 1)],
      [row],
    );
    await ledger.append([received('s2', 'baby-steps.user', 2), linked('s2', 0)]);
    const told: LinkedSubmission[] = [];
    const project = () =>
      projectLedger({
        ...{ store: ledger.store, stream: STREAM, client, schema: LIVE_SCHEMA },
        more: () => Promise.resolve(false),
        signal: new AbortController().signal,
        onApplied: ({ linked: some }) => told.push(...some),
      });
    await project();
    await project();
    expect(told).toMatchObject([
      { dataset: 'natural-thinkers.user', acceptedAt: expect.stringMatching(/^2\d{3}-.*Z$/) as string },
      { dataset: 'baby-steps.user', outcomes: { registered: 0 } },
    ]);
  });

  it('uses the attributes of the highest authority, then of the latest event', async () => {
    const early = userRow('early', 'adult', { gender: 'F', homeLanguage: 'english' }, '2023-07-01');
    const late = userRow('late', 'adult', { homeLanguage: 'portuguese', disability: 'no' }, '2023-08-01');
    const visitor = userRow('visitor', 'adult', { gender: 'X' }, '2020-01-01');
    await ledger.append(
      [
        received('s1', 'natural-thinkers.user', 1),
        registered(late, 'amara', 's1'),
        matched(early, 'amara', 's1'),
        linked('s1', 2),
      ],
      [early, late],
    );
    await ledger.append(
      [received('s2', 'health-visiting.user', 2), matched(visitor, 'amara', 's2'), linked('s2', 1)],
      [visitor],
    );
    await project();
    expect(await individual('amara')).toMatchObject({
      // Health visiting leads the authority order; among services the later registration wins.
      attributes: { gender: 'X', homeLanguage: 'portuguese', disability: 'no' },
      provenance: { gender: visitor.record, homeLanguage: late.record, disability: late.record },
    });
  });

  it('shows nothing of an open decision, and all of it once it is closed', async () => {
    const row = userRow('zoe', 'child', { gender: 'F' });
    await ledger.append([received('s1', 'natural-thinkers.user', 1), registered(row, 'zoe', 's1')], [row]);
    expect(await project()).toBe(1);
    expect(await readCheckpoint(client, LIVE_SCHEMA)).toBe(1);
    expect(await individual('zoe')).toBeUndefined();
    await ledger.append([linked('s1', 1)]);
    expect(await project()).toBe(4);
    expect(await individual('zoe')).toMatchObject({ role: 'child', attributes: { gender: 'F' } });
  });

  it('counts an engagement only if it was attended and of a qualifying kind', async () => {
    const rows = [
      engagementRow('counts', 'adult', '2023-08-01', 'group-session'),
      engagementRow('was absent', 'adult', '2023-08-01', 'group-session', false),
      engagementRow('does not', 'adult', '2023-08-01', 'unheard-of'),
    ];
    await ledger.append(
      [
        received('s1', 'natural-thinkers.engagement', 1),
        ...rows.map((row) => setAside(row, 'unlinkable', 's1')),
        linked('s1', 3),
      ],
      rows,
    );
    await project();
    const { rows: read } = await client.query(
      `SELECT session_kind, attended, qualifying FROM golden.engagement ORDER BY 1, 2`,
    );
    expect(read).toEqual([
      { session_kind: 'group-session', attended: false, qualifying: false },
      { session_kind: 'group-session', attended: true, qualifying: true },
      { session_kind: 'unheard-of', attended: true, qualifying: false },
    ]);
  });

  it('follows merges, splits, families and withdrawal, and a rebuild agrees byte for byte at every position', async () => {
    const [a, b, c] = [
      userRow('a', 'adult', { gender: 'F' }),
      userRow('b', 'adult', { gender: 'M' }),
      userRow('c', 'child', { gender: 'M' }),
    ];
    await ledger.append(
      [
        received('s1', 'natural-thinkers.user', 1),
        registered(a, 'amara', 's1'),
        registered(b, 'bo', 's1'),
        registered(c, 'cy', 's1'),
        related('kin', 'carer', 'cy', 'bo'),
        familyLinked('family', 'programme', ['bo', 'cy'], []),
        linked('s1', 3),
      ],
      [a, b, c],
    );
    const strategy = { strategy: 'leap-1', rule: 'nhs-number' };
    const late = userRow('late', 'adult', { disability: 'no' });
    await ledger.append(
      [
        received('s2', 'natural-thinkers.user', 2, '2023-24-Q3'),
        {
          type: 'IndividualsMerged',
          data: { individual: idOf('amara'), absorbed: idOf('bo'), decision: strategy },
        },
        matched(late, 'amara', 's2'),
        familyLinked('family', 'programme', ['amara'], ['bo']),
        linked('s2', 1),
      ],
      [late],
    );
    await ledger.append([
      {
        type: 'RecordsRetired',
        data: { submission: idOf('s2'), reason: 'withdrawn', records: [late.record] },
      },
      {
        type: 'IndividualSplit',
        data: {
          individual: idOf('amara'),
          into: idOf('bo again'),
          registered: true,
          role: 'adult',
          records: [b.record],
          strategy: 'leap-1',
        },
      },
      familyDissolved('family', 'programme'),
      {
        type: 'SubmissionWithdrawn',
        data: {
          submission: idOf('s2'),
          intake: 3,
          reason: 'wrong-quarter',
          by: 'data-team',
          retired: 1,
          revived: 0,
        },
      },
    ]);

    const closings = [8, 13, 17];
    for (const upTo of closings) {
      await project(LIVE_SCHEMA, upTo);
      await createReadModels(client, 'rebuilt');
      expect(await project('rebuilt', upTo)).toBe(upTo);
      expect(await contentDigest(client, 'rebuilt')).toEqual(await contentDigest(client, LIVE_SCHEMA));
      if (upTo !== 13) continue;
      expect(await individual('bo')).toMatchObject({ forwarded_to: idOf('amara'), attributes: {} });
      expect(await individual('amara')).toMatchObject({ attributes: { disability: 'no' } });
      const { rows } = await client.query(
        `SELECT replace(individual_id::text, '-', '') AS id FROM golden.family_member ORDER BY 1`,
      );
      expect(rows.map(({ id }: { id: string }) => id)).toEqual([idOf('amara'), idOf('cy')].sort());
    }
    expect(await individual('amara')).toMatchObject({ attributes: { gender: 'F' } });
    expect(await individual('bo again')).toMatchObject({ attributes: { gender: 'M' } });
    expect(
      await one(`SELECT state, reason FROM golden.submission WHERE submission_id = $1`, [idOf('s2')]),
    ).toEqual({
      state: 'withdrawn',
      reason: 'wrong-quarter',
    });
    expect(await one('SELECT count(*)::int AS members FROM golden.family_member')).toEqual({ members: 0 });
  });

  it('stops at a record whose body is missing, and names only the position', async () => {
    const row = userRow('gone', 'adult', {});
    await ledger.append([
      received('s1', 'natural-thinkers.user', 1),
      registered(row, 'gone', 's1'),
      linked('s1', 1),
    ]);
    await expect(project()).rejects.toThrow('the body of the record that entered at revision 3 is missing');
    expect(await readCheckpoint(client, LIVE_SCHEMA)).toBe(1);
  });

  it('drops erased data, and a rebuild without the bodies gives the same read models', async () => {
    const users = [
      userRow('amara', 'adult', { gender: 'F' }),
      userRow('amara again', 'adult', { disability: 'no' }, '2023-08-01'),
      userRow('bo', 'child', { gender: 'M' }),
    ] as const;
    const visit = engagementRow('amara visit', 'adult', '2023-07-04', 'group');
    await ledger.append(
      [
        received('s1', 'natural-thinkers.user', 1),
        registered(users[0], 'amara', 's1'),
        matched(users[1], 'amara', 's1'),
        registered(users[2], 'bo', 's1'),
        linked('s1', 3),
      ],
      users,
    );
    await ledger.append(
      [received('s2', 'natural-thinkers.engagement', 2), matched(visit, 'amara', 's2'), linked('s2', 1)],
      [visit],
    );
    await project();
    expect(await individual('amara')).toMatchObject({ attributes: { gender: 'F', disability: 'no' } });
    await ledger.erase(users[0], visit);
    await ledger.erase(users[2]);
    await project();
    expect(await individual('amara')).toMatchObject({ attributes: { disability: 'no' }, role: 'adult' });
    expect(await individual('bo')).toMatchObject({ attributes: {}, provenance: {}, role: 'none' });
    const ids = [users[0], users[2], visit].map(({ record }) => record);
    expect(
      await one(
        `SELECT (SELECT count(*) FROM golden.record_attribute WHERE record_id = ANY ($1))::int AS attributes,
                (SELECT count(*) FROM golden.engagement)::int AS facts,
                (SELECT count(*) FROM golden.record WHERE reason = 'erased' AND state = 'retired')::int AS records`,
        [ids],
      ),
    ).toEqual({ attributes: 0, facts: 0, records: 3 });
    const live = await contentDigest(client, LIVE_SCHEMA);
    await createReadModels(client, 'rebuilt');
    await project('rebuilt');
    expect(await contentDigest(client, 'rebuilt')).toEqual(live);
    await client.query('DROP SCHEMA rebuilt CASCADE');
  });
});
