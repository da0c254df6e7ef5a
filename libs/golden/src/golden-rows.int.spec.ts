import { createTestDatabases, type TestDatabases } from '@kinledger/database/testing';
import { publish } from '@kinledger/figures';
import { LIVE_SCHEMA, swapReadModels } from '@kinledger/read-models';
import { writeSmallProgramme, type SmallProgramme } from '@kinledger/read-models/testing';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { columnsOf, type GoldenTable } from './golden-table.js';
import { dateRoles, goldenTables } from './golden-tables.js';
import { UNKNOWN, WITHHELD } from './keys.js';
import { countFunction, GOLDEN_SCHEMA, publishGolden, rowsFunction, type Asked } from './publish-golden.js';

const small: SmallProgramme = {
  services: [
    { id: 'real', strand: 'language' },
    { id: 'garden', strand: 'diet' },
    { id: 'refuge', strand: 'diet' },
    { id: 'births', strand: null },
  ],
  people: [
    { name: 'Ada', role: 'child', family: 'one', lsoa: 'E01000001' },
    { name: 'Ben', role: 'adult', family: 'one', lsoa: 'W01000009' },
    { name: 'Cleo', role: 'adult' },
    { name: 'Dora', role: 'adult', family: 'one', lsoa: 'W01000010' },
    { name: 'Eve', role: 'adult' },
  ],
  engagements: [
    { person: 'Ada', service: 'garden', date: '2023-07-01' },
    { person: 'Ada', service: 'real', date: '2023-04-01' },
    { person: 'Ben', service: 'real', date: '2024-02-29', qualifying: false },
    { person: 'Ben', service: 'refuge', date: '2023-05-05' },
    { service: 'real', date: '2023-09-01', setAside: 'unlinkable' },
    { person: 'Cleo', service: 'real', date: '2023-09-02', retired: true },
  ],
  files: [
    {
      ...{ service: 'real', period: '2023-24-Q1', counts: { read: 5, accepted: 4, rejected: 1 } },
      outcomes: { registered: 3, matched: 1 },
    },
  ],
};

const definition = {
  name: 'Small',
  area: { boundaryYear: 2011, edition: 'IMD 2019' },
  services: [
    { id: 'real', offer: 'universal', targets: [{ period: '2023-24-Q2', of: 'children', count: 40 }] },
    { id: 'garden', offer: 'targeted' },
    { id: 'refuge' },
  ],
  datasets: [
    // An earlier definition called it sensitive.
    { id: 'refuge.engagement' },
    ...[{ id: 'real.engagement' }, { id: 'garden.engagement' }, { id: 'garden.user', sensitive: false }],
    { id: 'births.user' },
  ],
  populations: [
    {
      ...{ id: 'under-four', name: 'Children under four', of: 'children', agedUnder: 4, on: '2022-06-30' },
      source: { edition: 'ONS, mid-2022', rows: [{ lsoa: 'E01000002', count: 120 }] },
    },
    { id: 'born', name: 'Births', of: 'children', on: '2022-06-30', source: { dataset: 'births.user' } },
  ],
  theoryOfChange: {
    domains: [{ code: '1', name: 'Language', outcomes: [{ code: '1.2', name: 'Talks' }] }],
    measures: [
      {
        ...{ id: 'wellcomm-score', name: 'WellComm', outcome: '1.2', better: 'higher' },
        of: { instrument: 'wellcomm', measure: 'section' },
      },
    ],
  },
};

const published = {
  figures: [
    {
      figure: 'reach@1',
      columns: ['scope', 'children', 'adults'],
      rows: [
        ['programme', 15, null],
        ['service:real', 0, 10],
      ],
    },
    {
      figure: 'reach-by-deprivation@1',
      columns: ['scope', 'decile', 'children', 'adults', 'families'],
      rows: [
        ['strand:language', 1, 10, 10, null],
        ['strand:language', null, 0, 0, 0],
      ],
    },
  ],
};

let databases: TestDatabases;
/** Owns the read models and publishes, like the projector. */
let owner: pg.Client;
/** A superuser that becomes one of the roles of clients, which may not log in. */
let reader: pg.Client;

async function fill(schema: string): Promise<void> {
  await writeSmallProgramme(owner, schema, small);
  const at = (table: string) => `${schema}.${table}`;
  await owner.query(`UPDATE ${at('programme')} SET definition = $1`, [definition]);
  await owner.query(`INSERT INTO ${at('sensitive_dataset')} VALUES ('refuge.engagement')`);
  await owner.query(
    `UPDATE ${at('submission')} SET received_at = '2023-07-31T23:30:00Z', period_start = '2023-04-01', findings = '{"missing-consent": 2}'`,
  );
  await owner.query(`UPDATE ${at('numbered_record')} SET submission = 1`);
  await owner.query(`UPDATE ${at('numbered_individual')} SET attributes = $1 WHERE number = 1`, [
    JSON.stringify({
      lsoa: 'E01000001',
      ethnicity: 'WROM',
      gender: 'F',
      birthMonth: '2020-02',
      pregnant: 'no',
    }),
  ]);
  await owner.query(
    `INSERT INTO ${at('numbered_record')} (number, individual, submission, as_of, record_id, row_key, dataset, marks, attributed, role, state)
     VALUES (7, 1, 1, '2023-04-02', gen_random_uuid(), gen_random_uuid(), 1, 0, false, 'child', 'linked'),
            (8, NULL, 1, NULL, gen_random_uuid(), gen_random_uuid(), 8, 0, true, 'child', 'set-aside'),
            (9, 2, 1, '2023-04-02', gen_random_uuid(), gen_random_uuid(), 1, 0, false, 'adult', 'linked'),
            (10, NULL, 1, '2023-04-02', gen_random_uuid(), gen_random_uuid(), 1, 0, false, 'none', 'set-aside'),
            (11, 4, 1, '2023-04-03', gen_random_uuid(), gen_random_uuid(), 3, 0, true, 'adult', 'linked'),
            (12, 5, 1, '2023-04-03', gen_random_uuid(), gen_random_uuid(), 10, 0, true, 'adult', 'linked'),
            (13, 2, 1, '2023-04-03', gen_random_uuid(), gen_random_uuid(), 3, 0, true, 'adult', 'linked')`,
  );
  await owner.query(`INSERT INTO ${at('numbered_dataset')} VALUES (10, 'gone.user')`);
  await owner.query(
    `UPDATE ${at('numbered_individual')} SET attributes = '{"gender": "F", "birthMonth": "1990-01", "lsoa": "W01000009"}', provenance = '{"gender": 13, "birthMonth": 3, "lsoa": 3}' WHERE number = 2`,
  );
  await owner.query(
    `INSERT INTO ${at('numbered_outcome')} VALUES (7, 0, 'wellcomm', 'section', 'first', 4.5), (7, 1, 'wellcomm', 'other', 'first', 2)`,
  );
  await owner.query(`INSERT INTO ${at('numbered_feedback')} VALUES (9, 'would-recommend', 5)`);
  await owner.query(`INSERT INTO ${at('numbered_input')} VALUES (10, 'financial', 'rent', 120.5, 'gbp')`);
  await owner.query(
    `INSERT INTO ${at('closed_quarter')} (period, edition, closing, closed_at, closed_by, reason, versions, by_act, standing, published_at, digest, commitment, figures)
     VALUES ('2023-24-Q1', 1, 30, '2023-08-01T10:00:00Z', 'data-team', 'due', $1, true, 'superseded', 31, repeat('b', 64), 'c', $2),
            ('2023-24-Q1', 2, 40, '2023-08-01T10:00:00Z', 'data-team', 'due', $1, true, 'published', 41, repeat('a', 64), 'c', $2),
            ('2023-24-Q2', 1, 42, '2025-01-01T10:00:00Z', 'data-team', 'due', $1, true, 'unpublished', 43, repeat('a', 64), 'c', $2),
            ('2023-24-Q3', 1, 44, '2025-01-01T10:00:00Z', 'data-team', 'due', $1, true, 'withdrawn', 45, repeat('a', 64), 'c', $2)`,
    [{ disclosure: 'nhs-2018@1', area: { boundaryYear: 2011 } }, JSON.stringify(published)],
  );
}

beforeAll(async () => {
  databases = await createTestDatabases(inject('postgresUrl'));
  owner = new pg.Client({ connectionString: databases.url('platform', 'projector') });
  reader = new pg.Client({ connectionString: databases.superuserUrl('platform') });
  await Promise.all([owner.connect(), reader.connect()]);
  await reader.query('SET ROLE kinledger_analyst');
  await publish(owner);
  await publishGolden(owner);
  await owner.query('BEGIN');
  await fill(LIVE_SCHEMA);
  await owner.query('COMMIT');
});
afterAll(async () => {
  await Promise.all([owner.end(), reader.end()]);
  await databases.drop();
});

const rowsOf = async (name: string): Promise<readonly Record<string, unknown>[]> => {
  // By their first two columns, which begin every key.
  const { rows } = await reader.query<Record<string, unknown>>(
    `SELECT * FROM ${GOLDEN_SCHEMA}."${name}" ORDER BY 1, 2`,
  );
  return rows;
};

/** Rows with these columns alone, without the unknown member. */
const valuesOf = async (name: string, ...columns: readonly string[]) =>
  (await rowsOf(name))
    .filter((row) => Object.values(row)[0] !== UNKNOWN && Object.values(row)[0] !== String(UNKNOWN))
    .map((row) => columns.map((column) => row[column]));

describe.each(goldenTables)('the table $name', (table: GoldenTable) => {
  it('has its declared columns, with the declared types and nothing missing where a value is promised', async () => {
    const { rows } = await reader.query<{ name: string; type: string }>(
      `SELECT attname AS name, format_type(atttypid, atttypmod) AS type FROM pg_attribute
       WHERE attrelid = '${GOLDEN_SCHEMA}."${table.name}"'::regclass AND attnum > 0 ORDER BY attnum`,
    );
    const types: Readonly<Record<string, string>> = {
      int: 'integer',
      timestamptz: 'timestamp with time zone',
    };
    expect(rows).toEqual(columnsOf(table).map(({ name, type }) => ({ name, type: types[type] ?? type })));
    for (const row of await rowsOf(table.name))
      for (const { name, nullable } of columnsOf(table))
        if (nullable !== true) expect(row[name], `${table.name}.${name}`).not.toBeNull();
  });

  it('has rows, one for each key', async () => {
    const keys = (await rowsOf(table.name)).map((row) => JSON.stringify(table.key.map((name) => row[name])));
    expect(keys).not.toEqual([]);
    expect(new Set(keys).size).toBe(keys.length);
  });

  it('refers to rows that are there', async () => {
    for (const { name, refersTo } of columnsOf(table)) {
      if (refersTo === undefined) continue;
      const other = goldenTables.find((each) => each.name === refersTo.table);
      expect(other?.key, `${table.name}.${name}`).toHaveLength(1);
      const { rows } = await reader.query(
        `SELECT DISTINCT "${name}" FROM ${GOLDEN_SCHEMA}."${table.name}"
         EXCEPT SELECT "${other?.key[0]}" FROM ${GOLDEN_SCHEMA}."${refersTo.table}"`,
      );
      expect(rows, `${table.name}.${name}`).toEqual([]);
    }
  });
});

describe('the golden dataset of a small programme', () => {
  it('gives an engagement its individual, or says why there is none, and leaves retired rows out', async () => {
    expect(
      await valuesOf(
        'engagement',
        'engagement_key',
        'individual_key',
        'service_key',
        'state',
        'set_aside_because',
      ),
    ).toEqual([
      [1, 1, 2, 'linked', null],
      [2, 1, 1, 'linked', null],
      [3, 2, 1, 'linked', null],
      [4, WITHHELD, 3, 'linked', null],
      [5, UNKNOWN, 1, 'set-aside', 'unlinkable'],
    ]);
  });

  it('pairs services in the order of first use, without sensitive ones and without what does not qualify', async () => {
    expect(
      await valuesOf(
        'service_pair',
        'individual_key',
        'first_service_key',
        'second_service_key',
        'days_between',
      ),
    ).toEqual([[1, 1, 2, 91]]);
  });

  it('has whole years of days without gaps, with financial and academic periods', async () => {
    const days = await valuesOf(
      'date',
      'date_key',
      'date',
      'financial_year',
      'financial_quarter',
      'academic_year',
    );
    expect(days[0]).toMatchObject([expect.any(Number), '2022-01-01', '2021/22', '2021-22-Q4', '2021/22']);
    expect(days.at(-1)).toMatchObject([expect.any(Number), '2025-12-31', '2025/26', '2025-26-Q3', '2025/26']);
    expect(days).toHaveLength(365 + 365 + 366 + 365);
    const keys = days.map(([key]) => Number(key));
    expect(keys).toEqual(keys.map((_, index) => (keys[0] ?? 0) + index));
  });

  it('orders periods by their key as the ledger does', async () => {
    const { rows } = await reader.query(
      `SELECT period FROM ${GOLDEN_SCHEMA}.period WHERE first_day BETWEEN '2023-04-01' AND '2024-03-31' ORDER BY period_key`,
    );
    expect(rows.map(({ period }: { period: string }) => period)).toEqual([
      ...['2023-24-Q1', '2023-24-Q2', '2023-24-AY', '2023-24-Q3', '2023-24-Q4'],
    ]);
  });

  it('gives a file’s day of receipt in London, and its distance from the end of its period', async () => {
    const { rows } = await reader.query(
      `SELECT r.received_date, s.days_after_period, p.period, s.rows_read::int, s.rows_matched::int, s.rows_warned
       FROM ${GOLDEN_SCHEMA}.submission_quality s JOIN ${GOLDEN_SCHEMA}.received_date r USING (received_date_key)
       JOIN ${GOLDEN_SCHEMA}.period p USING (period_key)`,
    );
    expect(rows).toEqual([
      {
        ...{ received_date: '2023-08-01', days_after_period: 32, period: '2023-24-Q1' },
        ...{ rows_read: 5, rows_matched: 1, rows_warned: null },
      },
    ]);
  });

  it('has individuals with their surviving attributes, and areas that the definition does not name', async () => {
    const { rows } = await reader.query(
      `SELECT i.individual_key, i.birth_month, e.label, e.group_of_five, a.lsoa, a.deprivation_decile, a.in_area, a.ward
       FROM ${GOLDEN_SCHEMA}.individual i JOIN ${GOLDEN_SCHEMA}.ethnicity e USING (ethnicity_key) JOIN ${GOLDEN_SCHEMA}.area a USING (area_key)
       WHERE individual_key > 0 ORDER BY 1`,
    );
    expect(rows.map((row: object) => Object.values(row) as unknown[])).toEqual([
      [1, '2020-02', 'Gypsy / Roma', 'White', 'E01000001', 1, true, 'North'],
      [2, '1990-01', null, null, 'W01000009', null, null, null],
    ]);
    expect(await valuesOf('individual_attribute', 'individual_key', 'attribute', 'value')).toContainEqual([
      ...[1, 'pregnant', 'no'],
    ]);
    expect(await valuesOf('family_individual', 'family_key', 'individual_key')).toEqual([
      [1, 1],
      [1, 2],
    ]);
  });

  it('has nobody whom only a dataset knows that was ever sensitive, or that the definition no longer has, and nothing that such a dataset says', async () => {
    expect(await valuesOf('individual', 'individual_key', 'gender')).toEqual([
      [WITHHELD, null],
      [1, 'F'],
      [2, null],
    ]);
    expect(
      (await valuesOf('individual_attribute', 'individual_key', 'attribute')).filter(([key]) => key !== 1),
    ).toEqual([
      [2, 'birthMonth'],
      [2, 'lsoa'],
    ]);
    expect((await valuesOf('area', 'lsoa')).flat()).not.toContain('W01000010');
    const { rows } = await owner.query(
      `SELECT individual FROM ${LIVE_SCHEMA}.numbered_member WHERE scope = 'programme'`,
    );
    expect(rows).toContainEqual({ individual: 4 });
    expect(await valuesOf('family_individual', 'individual_key')).toEqual([[1], [2]]);
  });

  it('names what a score tells of', async () => {
    expect(await valuesOf('measure', 'kind', 'measure', 'question', 'outcome', 'domain', 'better')).toEqual([
      ['rating', null, 'would-recommend', null, null, null],
      ['score', 'other', null, null, null, null],
      ['score', 'section', null, '1.2', 'Language', 'higher'],
    ]);
  });

  it('shows counts of published quarters alone, suppressed ones without a value', async () => {
    const { rows } = await reader.query(
      `SELECT d.figure, d.counted, c.scope, c.service_key, c.dimension_1, c.dimension_1_value, c.shown::int, c.status
       FROM ${GOLDEN_SCHEMA}.published_count c JOIN ${GOLDEN_SCHEMA}.definition d USING (definition_key)
       WHERE d.counted IN ('adults', 'families') ORDER BY d.figure COLLATE "C", d.counted, c.scope, c.dimension_1_value`,
    );
    expect(rows.map((row: object) => Object.values(row) as unknown[])).toEqual([
      ['reach-by-deprivation@1', 'adults', 'strand:language', -1, 'decile', '1', 10, 'shown'],
      ['reach-by-deprivation@1', 'adults', 'strand:language', -1, 'decile', null, 0, 'shown'],
      ['reach-by-deprivation@1', 'families', 'strand:language', -1, 'decile', '1', null, 'suppressed'],
      ['reach-by-deprivation@1', 'families', 'strand:language', -1, 'decile', null, 0, 'shown'],
      ['reach@1', 'adults', 'programme', -1, null, null, null, 'suppressed'],
      ['reach@1', 'adults', 'service:real', 1, null, null, 10, 'shown'],
    ]);
    expect(await valuesOf('published_quarter', 'closing_position')).toEqual([[40]]);
  });

  it('shows no id of a record, an individual or a row, and nothing that looks like a token', async () => {
    const shapes = /[0-9a-f]{32}|[0-9a-f]{8}-[0-9a-f]{4}-/;
    const shown = await Promise.all(
      goldenTables.map(async ({ name }) =>
        (await rowsOf(name)).flatMap((row) =>
          Object.entries(row).filter(([column, value]) => column !== 'digest' && shapes.test(String(value))),
        ),
      ),
    );
    expect(shown.flat()).toEqual([]);
  });

  it('has the dates in each role, under names of the role', async () => {
    for (const { name, columns } of dateRoles) {
      const { fields } = await reader.query(`SELECT * FROM ${GOLDEN_SCHEMA}."${name}" LIMIT 1`);
      expect(fields.map((field) => field.name)).toEqual(columns.map((column) => column.name));
      expect(columns[0]?.name).toBe(`${name}_key`);
    }
  });
});

describe('what is asked of a table', () => {
  const ask = async (name: string, asked: object) => {
    const table = goldenTables.find((each) => each.name === name);
    if (table === undefined) throw new Error(`there is no table ${name}`);
    await reader.query('RESET ROLE; SET ROLE kinledger_reporting');
    try {
      const values = [JSON.stringify(asked)];
      const rows = await reader.query<Record<string, unknown>>(
        `SELECT * FROM ${rowsFunction(table)}($1)`,
        values,
      );
      const counted = await reader.query<{ count: number }>(
        `SELECT ${countFunction(table)}($1)::int AS count`,
        values,
      );
      return {
        rows: rows.rows.map((row) => table.key.map((key) => row[key])),
        count: counted.rows[0]?.count,
      };
    } finally {
      await reader.query('RESET ROLE; SET ROLE kinledger_analyst');
    }
  };

  it.each<[string, Asked, unknown[][], number]>([
    [
      'engagement',
      { where: [{ column: 'qualifying', is: '=', value: 'true' }], order: [] },
      [[1], [2], [4], [5]],
      4,
    ],
    ['engagement', { where: [{ column: 'service_key', is: '>=', value: '2' }], order: [] }, [[1], [4]], 2],
    ['engagement', { where: [{ column: 'set_aside_because', is: '<', value: 'v' }] }, [[5]], 1],
    ['engagement', { order: [{ column: 'service_key', descending: true }], skip: 1, most: 2 }, [[1], [2]], 5],
    ['engagement', { after: [3] }, [[4], [5]], 2],
    [
      'individual_attribute',
      { after: [1, 'gender'], most: 2 },
      [
        [1, 'lsoa'],
        [1, 'pregnant'],
      ],
      4,
    ],
    [
      'submission_quality',
      { where: [{ column: 'received_at', is: '>', value: '2023-07-31T23:30:00Z' }] },
      [],
      0,
    ],
  ])('comes from %s alone: %j', async (name, asked, rows, count) => {
    expect((await ask(name, asked)).rows).toEqual(rows);
    // A count is of all rows that meet the conditions.
    const conditions = Object.entries(asked).filter(([member]) => ['where', 'after'].includes(member));
    expect((await ask(name, Object.fromEntries(conditions))).count).toBe(count);
  });

  it.each([
    { where: [{ column: 'row_key', is: '=', value: '1' }] },
    { where: [{ column: 'role', is: '= 1 OR', value: '1' }] },
    { where: [{ column: 'role', is: '=', value: null }] },
    { after: [1, 2] },
    { after: ["1'"] },
    { most: '1; DROP SCHEMA golden' },
    { where: [{ column: 'engagement_key', is: '=', value: '1) OR (1=1' }] },
  ])('is refused where it is no column, no sign, or no value of its type: %j', async (asked) => {
    await expect(ask('engagement', asked)).rejects.toMatchObject({
      code: expect.stringMatching(/^22/) as string,
    });
  });

  it('takes hostile texts as texts', async () => {
    for (const value of ["'; DROP SCHEMA golden; --", "\\' OR 1=1", '$golden$', '$query$', '%I %L'])
      expect((await ask('engagement', { where: [{ column: 'role', is: '=', value }] })).rows).toEqual([]);
  });

  it('may be asked by the reporting API alone', async () => {
    await expect(reader.query(`SELECT * FROM ${GOLDEN_SCHEMA}_rows.engagement('{}')`)).rejects.toMatchObject({
      code: '42501',
    });
  });
});

describe('a rebuild', () => {
  const rebuild = async () => {
    await owner.query('BEGIN');
    await fill('rebuild_tried');
    await swapReadModels(owner, 'rebuild_tried');
    await owner.query('COMMIT');
  };

  it('needs no new publishing: the views show the swapped read models', async () => {
    const before = await rowsOf('engagement');
    await rebuild();
    expect(await rowsOf('engagement')).toEqual(before);
  });

  it('waits for a reader in the middle of its transaction, who reads on undisturbed, and neither ends the other', async () => {
    await reader.query('BEGIN');
    const before = await rowsOf('individual');
    let swapped = false;
    const swapping = rebuild().then(() => (swapped = true));
    // The other tables, in an order that no lock of the swap follows.
    for (const { name } of goldenTables.toReversed()) await rowsOf(name);
    expect(await rowsOf('individual')).toEqual(before);
    expect(swapped).toBe(false);
    await reader.query('COMMIT');
    await swapping;
    expect(await rowsOf('individual')).toEqual(before);
  });

  it('tells a reader whose snapshot is older than the swap to begin again, instead of showing nothing', async () => {
    await reader.query('BEGIN ISOLATION LEVEL REPEATABLE READ');
    await reader.query('SELECT 1');
    await rebuild();
    await expect(rowsOf('engagement')).rejects.toMatchObject({ code: '40001' });
    await reader.query('ROLLBACK');
  });
});

describe('the roles of clients', () => {
  it('are made without the right to log in', async () => {
    const { rows } = await reader.query(
      `SELECT rolname, rolcanlogin FROM pg_roles WHERE rolname IN ('kinledger_analyst', 'kinledger_public') ORDER BY 1`,
    );
    expect(rows).toEqual([
      { rolname: 'kinledger_analyst', rolcanlogin: false },
      { rolname: 'kinledger_public', rolcanlogin: false },
    ]);
  });

  it('read what is meant for them: everybody no table with a row for a person', async () => {
    await reader.query('RESET ROLE; SET ROLE kinledger_public');
    try {
      for (const { name, readers } of [...goldenTables, ...dateRoles]) {
        const reading = rowsOf(name);
        if (readers === 'everybody') await expect(reading, name).resolves.toBeDefined();
        else await expect(reading, name).rejects.toMatchObject({ code: '42501' });
      }
    } finally {
      await reader.query('RESET ROLE; SET ROLE kinledger_analyst');
    }
  });

  it('get their grants again where a role is made after the schema was published', async () => {
    await owner.query(`REVOKE SELECT ON ${GOLDEN_SCHEMA}.engagement FROM kinledger_analyst`);
    await expect(rowsOf('engagement')).rejects.toMatchObject({ code: '42501' });
    await publishGolden(owner);
    await expect(rowsOf('engagement')).resolves.toBeDefined();
  });
});
