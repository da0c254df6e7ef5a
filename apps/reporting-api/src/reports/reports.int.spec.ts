import { createPool } from '@kinledger/database';
import { createTestDatabases, type TestDatabases } from '@kinledger/database/testing';
import { parsePeriod } from '@kinledger/domain';
import { targets } from '@kinledger/figures';
import { defineSmall, publishSmallProgramme } from '@kinledger/figures/testing';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import { Figures } from '../figures/figures.js';
import { MeetingActions } from '../meetings/meeting-actions.js';
import { ClosedQuarters } from '../quarters/closed-quarters.js';
import { ReadModels } from '../read-models/read-models.js';
import { Submissions } from '../submissions/submissions.js';
import { sightOf } from './report-access.js';
import { Reports } from './reports.js';
import { sectionsOf } from './report.js';

describe('reports', () => {
  let databases: TestDatabases;
  let owner: pg.Client;
  beforeAll(async () => {
    databases = await createTestDatabases(inject('postgresUrl'));
    owner = new pg.Client({ connectionString: databases.url('platform', 'projector') });
    await owner.connect();
    await publishSmallProgramme(owner, {
      services: [
        { id: 'real', strand: 'language' },
        { id: 'steps', strand: 'language' },
      ],
      people: [{ name: 'zoe', role: 'child', family: 'okafor' }],
      engagements: [{ person: 'zoe', service: 'real', date: '2023-07-01' }],
      files: [{ service: 'real', period: '2023-24-Q2' }],
    });
    const target = { of: 'children', count: 10 };
    await defineSmall(owner, {
      services: [
        {
          id: 'real',
          targets: ['2023-24-Q1', '2023-24-Q2', '2023-24-Q3', '2023-24-Q4'].map((period) => ({
            ...{ period, ...target },
          })),
        },
        { id: 'steps', targets: [{ period: '2023-24-Q2', ...target }] },
      ],
    });
  });
  afterAll(async () => {
    await owner.end();
    await databases.drop();
  });

  let pool: pg.Pool;
  let figures: Figures;
  let reports: Reports;
  beforeEach(() => {
    pool = createPool({ url: databases.url('platform', 'reporting'), applicationName: 'reports', max: 1 });
    const readModels = new ReadModels(pool);
    figures = new Figures(readModels, () => new Date('2023-11-05T12:00:00Z'));
    const submissions = new Submissions(readModels);
    reports = new Reports(
      readModels,
      figures,
      submissions,
      new ClosedQuarters(readModels),
      new MeetingActions(pool),
    );
  });
  afterEach(() => pool.end());

  const sight = sightOf({ person: 'analyst', roles: ['data-team'] });
  const period = parsePeriod('2023-24-Q2');

  it('take one connection each, and stand at one position while the projector moves on', async () => {
    let taken = 0;
    let queries = 0;
    pool.on('acquire', (client) => {
      taken += 1;
      const query = client.query.bind(client) as (...asked: unknown[]) => Promise<unknown>;
      const besideTheProjector = async (...asked: unknown[]): Promise<unknown> => {
        queries += 1;
        await owner.query('UPDATE golden.checkpoint SET position = position + 1');
        return query(...asked);
      };
      Object.assign(client, { query: besideTheProjector });
    });
    const asked = [
      () => reports.ofProgramme({ period, sight }),
      () => reports.ofService('real', { sight }),
      () => reports.ofQuality(undefined, { sight }),
      () => reports.ofMeeting('real', { period, sight }),
    ];
    const standing: number[] = [];
    for (const ask of asked) {
      const before = taken;
      const report = await ask();
      expect(taken - before).toBe(1);
      const positions = sectionsOf(report)
        .flatMap(({ tables }) => tables.map((table) => table.position))
        .filter((position) => position !== null);
      expect(new Set([report.position, ...positions])).toEqual(new Set([report.position]));
      standing.push(report.position);
    }
    // The projector did move on.
    expect(queries).toBeGreaterThan(40);
    expect(new Set(standing).size).toBe(asked.length);
  });

  it('refuse an unknown service, and give the connection back', async () => {
    await expect(reports.ofService('nobody', { sight })).rejects.toMatchObject({ code: 'scope-unknown' });
    await expect(reports.serviceName('real')).resolves.toBe('REAL');
    expect([pool.totalCount, pool.idleCount]).toEqual([1, 1]);
  });

  it('rate a target by the files of its own period, and show none of a period that has not begun', async () => {
    const { rows } = await figures.rows(targets, { by: 'period', period: undefined, seen: 'exact' });
    const unknown = { coverage: 'no-files', reached: null, reachedPercent: null, rating: null };
    expect(rows).toMatchObject([
      { scope: 'service:real', targetPeriod: '2023-24-Q1', target: 10, ...unknown },
      {
        ...{ scope: 'service:real', targetPeriod: '2023-24-Q2', target: 10, reached: 1, rating: 'red' },
        coverage: 'files-received',
      },
      { scope: 'service:real', targetPeriod: '2023-24-Q3', target: 10, ...unknown },
      { scope: 'service:steps', targetPeriod: '2023-24-Q2', target: 10, ...unknown },
    ]);
    const report = await reports.ofService('real', { period, sight });
    const shown = sectionsOf(report)
      .filter(({ id }) => id === 'lifetime-targets')
      .flatMap(({ tables }) =>
        tables.map((table) => table.rows.map(({ cells, status }) => [...cells, status])),
      );
    expect(shown).toEqual([
      [
        [10, 10, 9, null, 'No files received'],
        [10, 10, 9, 1, 'Counted'],
        [10, 10, 9, null, 'No files received'],
      ],
      [
        [null, null, 'No files received'],
        [10, 'red', 'Counted'],
        [null, null, 'No files received'],
      ],
    ]);
  });
});
