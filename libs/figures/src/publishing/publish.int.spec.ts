import { createTestDatabases, type TestDatabases } from '@kinledger/database/testing';
import { LIVE_SCHEMA, swapReadModels, tableNames } from '@kinledger/read-models';
import { writeSmallProgramme } from '@kinledger/read-models/testing';
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import { noughts, type CountColumns } from '../count-columns.js';
import { submissionsPage } from '../directories/submissions.js';
import { standing } from '../directories/directories.js';
import { defineFigure, type Figure } from '../figure.js';
import { functionOf, nameOf } from '../publication.js';
import { reachColumns, reachColumns1 } from '../reach/reach-columns.js';
import { reachByDeprivation } from '../reach/reach-by-deprivation.js';
import { reach, reach1 } from '../reach/reach.js';
import { positionOf } from '../reach/whole-reach.js';
import { figures, publications } from '../registry.js';
import { ask, askFigure, askShown, isMissing, isOvertaken, publishedRulesOf } from './ask.js';
import { publish } from './publish.js';

const programmeOf = (children: number) => ({
  services: [{ id: 'real', strand: 'language' }],
  people: Array.from({ length: children }, (_, index) => ({
    name: `child ${index}`,
    role: 'child' as const,
  })),
  engagements: Array.from({ length: children }, (_, index) => ({
    ...{ person: `child ${index}`, service: 'real', date: '2023-07-01', born: true },
  })),
});

let databases: TestDatabases;
/** Owns the read models, like the projector. */
let owner: pg.Client;
/** Has the role of the reporting API. */
let reader: pg.Client;
beforeAll(async () => {
  databases = await createTestDatabases(inject('postgresUrl'));
  owner = new pg.Client({ connectionString: databases.url('platform', 'projector') });
  reader = new pg.Client({ connectionString: databases.url('platform', 'reporting') });
  await Promise.all([owner.connect(), reader.connect()]);
});
afterAll(async () => {
  await Promise.all([owner.end(), reader.end()]);
  await databases.drop();
});

/** Replaces the live read models by ones with so many children, like the swap of a rebuild. */
async function rebuild(children: number, name = LIVE_SCHEMA): Promise<void> {
  await owner.query('BEGIN');
  await writeSmallProgramme(owner, 'rebuild_tried', programmeOf(children));
  await owner.query('UPDATE rebuild_tried.checkpoint SET position = $1', [children]);
  await swapReadModels(owner, 'rebuild_tried', name);
  await owner.query('COMMIT');
}

describe('before anything is published', () => {
  it('tells a reader that nothing is published yet', async () => {
    await expect(positionOf(reader)).rejects.toSatisfy(isMissing);
    await publish(owner);
    await expect(positionOf(reader)).rejects.toSatisfy(isMissing);
  });
});

describe('the schema published', () => {
  beforeEach(async () => {
    await publish(owner);
    await rebuild(2);
  });

  it('answers each query with its declared columns', async () => {
    const values: Readonly<Record<string, readonly unknown[]>> = {
      [nameOf(submissionsPage)]: [null, 10, 0],
      ...Object.fromEntries(figures.map((figure) => [nameOf(figure), [null, null, 'quarter', null]])),
    };
    for (const publication of publications) {
      const given = values[nameOf(publication)] ?? publication.parameters.map(() => null);
      const places = ['NULL', ...given.map((_, index) => `$${index + 1}`)].join(', ');
      const { fields } = await reader.query(`SELECT * FROM ${functionOf(publication)}(${places})`, [
        ...given,
      ]);
      expect(
        fields.map(({ name }) => name),
        nameOf(publication),
      ).toEqual(publication.returns.map(({ name }) => name));
    }
  });

  it('answers a figure for each scope, for the whole period and by quarter', async () => {
    const known = { ...noughts(reachColumns), children: 2, families: 2, individuals: 2, upperBound: 2 };
    const counts = { ...known, byBirthDateAlone: 2, familiesUpperBound: 2 };
    expect(await askFigure(reader, reach, {})).toEqual(
      ['programme', 'service:real', 'strand:language'].map((scope) => ({ start: null, scope, ...counts })),
    );
    expect(await askFigure(reader, reach, { by: 'quarter', scope: 'strand:language' })).toEqual([
      { start: '2023-07-01', scope: 'strand:language', ...counts },
    ]);
    expect(await askFigure(reader, reach, { from: '2023-07-02' })).toEqual([]);
  });

  it('lets the reporting role read no table of read models, ledger or operations, even after a rebuild', async () => {
    const superuser = new pg.Client({ connectionString: databases.superuserUrl('platform') });
    await superuser.connect();
    // Actions of data meetings are the reporting API’s own: it writes and reads them.
    const { rows } = await superuser.query<{ name: string }>(
      `SELECT n.nspname || '.' || c.relname AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
       WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', 'migrations', 'meetings')`,
    );
    await superuser.end();
    const tables = rows.map(({ name }) => name);
    expect(tables).toEqual(
      expect.arrayContaining([
        ...tableNames.map((table) => `${LIVE_SCHEMA}.${table}`),
        ...['ledger.event', 'ledger.segment', 'ledger.payload', 'operations.upload'],
      ]),
    );
    for (const round of ['before', 'after']) {
      for (const table of tables) {
        await expect(reader.query(`SELECT FROM ${table} LIMIT 1`), `${table} ${round}`).rejects.toMatchObject(
          {
            code: '42501',
          },
        );
      }
      expect(await positionOf(reader)).toBe(round === 'before' ? 2 : 3);
      await rebuild(3);
    }
  });

  it('revokes the reporting role’s former rights on existing read models', async () => {
    await owner.query('DROP SCHEMA published CASCADE');
    await owner.query(
      `GRANT USAGE ON SCHEMA golden TO kinledger_reporting; GRANT SELECT ON ALL TABLES IN SCHEMA golden TO kinledger_reporting`,
    );
    await expect(reader.query('SELECT FROM golden.record')).resolves.toBeDefined();
    await publish(owner);
    await expect(reader.query('SELECT FROM golden.record')).rejects.toMatchObject({ code: '42501' });
  });

  it('ignores tables that the reader creates', async () => {
    await reader.query('CREATE TEMP TABLE checkpoint (position bigint, tables_version text)');
    await reader.query(`INSERT INTO checkpoint VALUES (99, 'mine')`);
    await reader.query('SET search_path TO pg_temp, public');
    expect(await positionOf(reader)).toBe(2);
    await reader.query('DROP TABLE checkpoint; RESET search_path');
  });

  it('answers for a past position from the read models at that position, and for no other', async () => {
    await rebuild(1, 'golden_at_7');
    expect(await positionOf(reader, { asAt: 7 })).toBe(1);
    expect(await askFigure(reader, reach, { asAt: 7, scope: 'programme' })).toMatchObject([{ children: 1 }]);
    expect(await positionOf(reader)).toBe(2);
    await expect(positionOf(reader, { asAt: 8 })).rejects.toSatisfy(isMissing);
    await owner.query(`UPDATE golden_at_7.checkpoint SET tables_version = 'another'`);
    await expect(positionOf(reader, { asAt: 7 })).rejects.toSatisfy(isMissing);
  });

  it('makes a transaction that began before a rebuild and reads after it start again', async () => {
    await reader.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
    await reader.query('SELECT 1');
    await rebuild(3);
    await expect(positionOf(reader)).rejects.toSatisfy(isOvertaken);
    await reader.query('ROLLBACK');
    expect(await positionOf(reader)).toBe(3);
  });

  it('gives a reader one consistent state while rebuilds swap the read models', async () => {
    let swapping = true;
    let overtaken = 0;
    const seen = new Set<number>();
    const read = async () => {
      while (swapping) {
        await reader.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
        try {
          const position = await positionOf(reader);
          const [whole] = await askFigure(reader, reach, { scope: 'programme' });
          const quarters = await askFigure(reader, reach, { scope: 'programme', by: 'quarter' });
          expect([whole?.children, quarters[0]?.children, await positionOf(reader)]).toEqual([
            position,
            position,
            position,
          ]);
          seen.add(position);
        } catch (error) {
          if (!isOvertaken(error)) throw error;
          overtaken += 1;
        } finally {
          await reader.query('ROLLBACK');
        }
      }
    };
    const reading = read();
    const swaps = async () => {
      for (let children = 3; children < 23; children += 1) await rebuild(children);
    };
    await Promise.race([swaps(), reading]);
    swapping = false;
    await reading;
    expect(seen.size).toBeGreaterThan(3);
    // A rebuild interrupts a reader at most once: the next transaction sees the new read models.
    expect(overtaken).toBeLessThanOrEqual(20);
  });
});

describe('figures as a reader may see them', () => {
  const quarter = { from: '2023-07-01', until: '2023-10-01', scope: 'programme' };
  beforeEach(async () => {
    await publish(owner);
    await rebuild(12);
  });

  /** Q2 2023/24, unless it says otherwise. */
  async function closed({
    period = '2023-24-Q2',
    edition = 1,
    closing,
    standing,
    figures: form,
  }: {
    readonly period?: string;
    readonly edition?: number;
    readonly closing: number;
    readonly standing: string;
    readonly figures: object;
  }): Promise<void> {
    await owner.query(
      `INSERT INTO golden.closed_quarter (period, edition, closing, closed_at, closed_by, reason, versions, by_act, standing, figures)
       VALUES ($1, $2, $3, now(), 'team', 'quarter-end', '{}', true, $4, $5)`,
      [period, edition, closing, standing, JSON.stringify(form)],
    );
  }

  it('have no row of what is not published: no open quarter, year or lifetime, in the database', async () => {
    expect(await askFigure(reader, reach, quarter)).toMatchObject([{ children: 12 }]);
    for (const question of [
      ...[quarter, {}, { by: 'quarter' }],
      { from: '2023-04-01', until: '2024-04-01' },
    ] as const)
      expect(await askShown(reader, reach, question)).toEqual([]);
  });

  it('are those of the closing for a quarter that is closed, so that what it suppressed cannot be asked for', async () => {
    const columns = ['scope', ...Object.keys(reachColumns)];
    const closedWith = [
      'programme',
      null,
      ...Object.keys(reachColumns)
        .slice(1)
        .map(() => 15),
    ];
    const figuresOfThen = { figures: [{ figure: 'reach@2', columns, rows: [closedWith] }] };
    await closed({ closing: 7, standing: 'published', figures: figuresOfThen });
    expect(await askShown(reader, reach, quarter)).toMatchObject([
      { start: null, children: null, adults: 15 },
    ]);
    expect(await askShown(reader, reach, { by: 'quarter', scope: 'programme' })).toMatchObject([
      { start: '2023-07-01', children: null, adults: 15 },
    ]);
    // A scope that counted nothing then counts nothing here, whatever came later.
    expect(await askShown(reader, reach, { ...quarter, scope: 'service:real' })).toEqual([]);
    expect(await askShown(reader, reach, { scope: 'programme' })).toEqual([]);
    expect(await askShown(reader, reach, { from: '2023-04-01', until: '2024-04-01' })).toEqual([]);
    expect(await askFigure(reader, reach, quarter)).toMatchObject([{ children: 12 }]);
    // Of a part of that quarter there is nothing to read: counts since would stand beside what it suppressed.
    const inYear = { from: '2023-09-01', until: '2024-09-01', by: 'quarter', scope: 'programme' } as const;
    const before = { ...inYear, from: '2022-09-01', until: '2023-09-01' };
    expect(await askShown(reader, reach, inYear)).toEqual([]);
    expect(await askShown(reader, reach, before)).toEqual([]);
    expect(
      (await askFigure(reader, reach, inYear)).length + (await askFigure(reader, reach, before)).length,
    ).toBe(1);
  });

  it('are those of the edition that is published alone, and none before it is and once it is withdrawn', async () => {
    const columns = ['scope', ...Object.keys(reachColumns)];
    const of = (count: number) => ({
      figures: [
        { figure: 'reach@2', columns, rows: [['programme', ...Object.keys(reachColumns).map(() => count)]] },
      ],
    });
    const children = async () => (await askShown(reader, reach, quarter)).map((row) => row.children);
    const becomes = (standing: string, closing: number) =>
      owner.query('UPDATE golden.closed_quarter SET standing = $1 WHERE closing = $2', [standing, closing]);
    await closed({ closing: 7, standing: 'unpublished', figures: of(15) });
    expect(await children()).toEqual([]);
    await becomes('published', 7);
    await closed({ closing: 9, edition: 2, standing: 'unpublished', figures: of(25) });
    expect(await children()).toEqual([15]);
    await becomes('superseded', 7);
    await becomes('published', 9);
    expect(await children()).toEqual([25]);
    await becomes('withdrawn', 9);
    expect(await children()).toEqual([]);
    expect(await askFigure(reader, reach, quarter)).toMatchObject([{ children: 12 }]);
  });

  it.each<[closedBy: string, asked: Figure, columns: CountColumns]>([
    ['reach@1', reach, reachColumns1],
    ['reach@2', reach1, reachColumns],
  ])(
    'are for a quarter that closed with %s those of its closing, whichever version is asked for',
    async (closedBy, asked, columns) => {
      const names = Object.keys(columns);
      const counts = names.map((name, place) => (name === 'families' ? null : 100 + place));
      const figure = { figure: closedBy, columns: ['scope', ...names], rows: [['programme', ...counts]] };
      await closed({ closing: 7, standing: 'published', figures: { figures: [figure] } });
      // What is suppressed there stays so, and so does a column that the version of the closing did not have.
      const expected = Object.fromEntries(
        Object.keys(asked.columns).map((name) => [name, counts[names.indexOf(name)] ?? null]),
      );
      expect(expected).toMatchObject({ children: counts[names.indexOf('children')], families: null });
      expect([
        ...(await askShown(reader, asked, quarter)),
        ...(await askShown(reader, asked, { by: 'quarter', scope: 'programme' })),
      ]).toEqual([
        { start: null, scope: 'programme', ...expected },
        { start: '2023-07-01', scope: 'programme', ...expected },
      ]);
    },
  );

  it('name the rule by which each quarter was published, and none for a quarter that is not', async () => {
    const figures = { disclosure: 'nhs-2018@2', figures: [{ figure: 'reach@2', columns: [], rows: [] }] };
    await closed({ closing: 7, standing: 'published', figures });
    await closed({ period: '2023-24-Q1', closing: 6, standing: 'unpublished', figures });
    expect([...(await publishedRulesOf(reader, reach))]).toEqual([['2023-07-01', 'nhs-2018@2']]);
    // A closed quarter answers every version of a figure with what it published.
    expect([...(await publishedRulesOf(reader, reach1))]).toEqual([['2023-07-01', 'nhs-2018@2']]);
    expect([...(await publishedRulesOf(reader, reachByDeprivation))]).toEqual([]);
  });
});

describe('versions of a figure', () => {
  const column = { unit: 'people', disclosure: 'protected', meaning: 'People.' } as const;
  const first = defineFigure({
    ...{ id: 'tiny', version: 1, title: 'Tiny' },
    columns: { people: column },
    dimensions: {},
    sql: `SELECT NULL, 'programme', count(*)::int FROM individual`,
  });
  const second = defineFigure({
    ...{ id: 'tiny', version: 2, title: 'Tiny' },
    columns: { people: column, adults: column },
    dimensions: {},
    sql: `SELECT NULL, 'programme', count(*)::int, (count(*) FILTER (WHERE role = 'adult'))::int FROM individual`,
  });

  it('both run, and the old one answers as before', async () => {
    await rebuild(4);
    await publish(owner, [standing, first]);
    const before = await askFigure(reader, first, {});
    expect(before).toEqual([{ start: null, scope: 'programme', people: 4 }]);
    await publish(owner, [standing, first, second]);
    expect(await askFigure(reader, first, {})).toEqual(before);
    expect(await askFigure(reader, second, {})).toEqual([
      { start: null, scope: 'programme', people: 4, adults: 0 },
    ]);
    await expect(ask(reader, { ...first, version: 3 }, [null, null, 'period', null])).rejects.toSatisfy(
      isMissing,
    );
  });

  it('are created once: publishing them again changes nothing', async () => {
    const oid = async () =>
      (await owner.query<{ oid: number }>(`SELECT to_regnamespace('published')::oid AS oid`)).rows[0]?.oid;
    await publish(owner);
    const before = await oid();
    await publish(owner);
    expect(await oid()).toBe(before);
    await publish(owner, [standing]);
    expect(await oid()).not.toBe(before);
  });
});
