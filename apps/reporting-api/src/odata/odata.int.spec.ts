import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createTestDatabases, type TestDatabases } from '@kinledger/database/testing';
import { publishSmallProgramme } from '@kinledger/figures/testing';
import { columnsOf, goldenTables, publishGolden } from '@kinledger/golden';
import { createService, type Service } from '@kinledger/service-kit';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { reportingService } from '../reporting-service.js';
import { filterSql } from './filter-sql.js';

const individual = tableNamed('individual');

function tableNamed(name: string) {
  const table = goldenTables.find((each) => each.name === name);
  if (table === undefined) throw new Error(`there is no table ${name}`);
  return table;
}

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

interface Answer {
  readonly status: number;
  readonly type: string | null;
  readonly body: string;
  readonly json: {
    readonly '@odata.context'?: string;
    readonly '@odata.count'?: number;
    readonly '@odata.nextLink'?: string;
    readonly value?: readonly Record<string, unknown>[];
    readonly error?: { readonly code: string; readonly message: string };
  };
}

describe('OData', () => {
  let databases: TestDatabases;
  let owner: pg.Client;
  let service: Service;
  let folder: string;
  const PEOPLE = 6_000;
  beforeAll(async () => {
    databases = await createTestDatabases(inject('postgresUrl'));
    owner = new pg.Client({ connectionString: databases.url('platform', 'projector') });
    await owner.connect();
    await publishSmallProgramme(owner, {
      definition: { datasets: [{ id: 'real.engagement' }] },
      services: [{ id: 'real', strand: 'language' }],
      people: [{ name: 'Ada', role: 'child' }],
      engagements: [
        { person: 'Ada', service: 'real', date: '2023-07-01' },
        { person: 'Ada', service: 'real', date: '2023-07-02', qualifying: false },
      ],
    });
    await publishGolden(owner);
    await owner.query(
      `INSERT INTO golden.numbered_individual
       SELECT n, gen_random_uuid(), 'adult', json_build_object('gender', CASE WHEN n % 2 = 0 THEN 'F' ELSE 'O''Brien' END)::text, '{}', NULL
       FROM generate_series(2, $1::int) AS n`,
      [PEOPLE],
    );
    await owner.query(
      `INSERT INTO golden.numbered_record (number, individual, submission, record_id, row_key, dataset, marks, attributed, role, state)
       SELECT n + 1, n, 1, gen_random_uuid(), gen_random_uuid(), 1, 0, true, 'adult', 'linked' FROM generate_series(2, $1::int) AS n`,
      [PEOPLE],
    );
    folder = mkdtempSync(join(tmpdir(), 'kinledger-odata-'));
    const accounts = [
      { name: 'funder', tokenSha256: sha256('reader'), roles: ['reader'] },
      { name: 'team', tokenSha256: sha256('team'), roles: ['data-team'] },
      { name: 'officer', tokenSha256: sha256('provider'), roles: ['provider'], provider: 'somebody' },
    ];
    writeFileSync(join(folder, 'access.json'), JSON.stringify({ accounts }));
    service = await createService(reportingService, {
      KINLEDGER_HTTP_PORT: '0',
      KINLEDGER_LOG_LEVEL: 'silent',
      KINLEDGER_PLATFORM_URL: databases.url('platform', 'reporting'),
      KINLEDGER_ACCESS_FILE: join(folder, 'access.json'),
    });
  });
  afterAll(async () => {
    await service.close();
    await owner.end();
    await databases.drop();
    rmSync(folder, { recursive: true, force: true });
  });

  async function get(path: string, token = 'team'): Promise<Answer> {
    const answer = await fetch(new URL(path, `${service.url}/v1/odata/`), {
      headers: token === '' ? {} : { authorization: `Bearer ${token}` },
    });
    const body = await answer.text();
    const type = answer.headers.get('content-type');
    expect(answer.headers.get('odata-version')).toBe('4.0');
    const json = type?.startsWith('application/json') === true ? (JSON.parse(body) as Answer['json']) : {};
    return { status: answer.status, type, body, json };
  }

  const values = async (path: string, column: string) =>
    (await get(path)).json.value?.map((row) => row[column]);

  it('has a service document with the sets that the caller may read', async () => {
    const names = async (token: string) => (await get('', token)).json.value?.map(({ name }) => name);
    expect(await names('team')).toEqual(goldenTables.map(({ name }) => name));
    expect(await names('reader')).toEqual(
      goldenTables.filter(({ readers }) => readers === 'everybody').map(({ name }) => name),
    );
    expect((await get('')).json['@odata.context']).toBe(`${service.url}/v1/odata/$metadata`);
    expect((await get(`${service.url}/v1/odata`)).json).toEqual((await get('')).json);
  });

  it('describes them in $metadata, and a reader’s without any set of the data team', async () => {
    const { type, body } = await get('$metadata');
    expect(type).toContain('application/xml');
    expect(body).toContain('<Property Name="minutes" Type="Edm.Int32" Nullable="true">');
    expect(body).toContain('<Key><PropertyRef Name="individual_key"/><PropertyRef Name="attribute"/></Key>');
    expect((await get('$metadata', 'reader')).body).not.toMatch(/individual_row|engagement|family/);
  });

  it('selects, filters, orders, skips and counts', async () => {
    const { json } = await get(
      '/v1/odata/engagement?$select=engagement_key,qualifying&$filter=qualifying eq false&$count=true',
    );
    expect(json).toEqual({
      '@odata.context': `${service.url}/v1/odata/$metadata#engagement(engagement_key,qualifying)`,
      '@odata.count': 1,
      value: [{ engagement_key: 2, qualifying: false }],
    });
    expect(await values('individual?$orderby=individual_key desc&$top=2&$skip=1', 'individual_key')).toEqual([
      ...[PEOPLE - 1, PEOPLE - 2],
    ]);
    expect(await values(`individual?$filter=gender eq 'O''Brien'&$top=2`, 'individual_key')).toEqual([3, 5]);
    expect(await values(`date?$filter=date ge 2023-12-30 and date lt 2024-01-01`, 'date')).toEqual([
      ...['2023-12-30', '2023-12-31'],
    ]);
    expect(await values('individual?$filter=gender eq null', 'individual_key')).toEqual([-2, -1, 1]);
    expect((await get(`individual/$count?$filter=gender eq 'F'`)).body).toBe(String(PEOPLE / 2));
  });

  it('gives a large set in pages that neither overlap nor leave gaps', async () => {
    const first = await get('individual?$select=individual_key&$count=true');
    expect(first.json.value).toHaveLength(5_000);
    const next = first.json['@odata.nextLink'] ?? '';
    const second = await get(next);
    expect(second.json['@odata.nextLink']).toBeUndefined();
    expect(second.json['@odata.count']).toBe(PEOPLE + 2);
    const keys = [...(first.json.value ?? []), ...(second.json.value ?? [])].map((row) =>
      Number(row['individual_key']),
    );
    expect(new Set(keys).size).toBe(PEOPLE + 2);
    expect(keys).toEqual(keys.toSorted((one, other) => one - other));
    const top = await get('individual?$top=5500&$skip=10');
    const rest = await get(top.json['@odata.nextLink'] ?? '');
    expect([top.json.value?.length, rest.json.value?.length, rest.json['@odata.nextLink']]).toEqual([
      ...[5_000, 500, undefined],
    ]);
    expect(rest.json.value?.[0]?.['individual_key']).toBe(5_009);
    expect((await get('individual?$top=0')).json.value).toEqual([]);
    const ordered = await get(
      `individual?$orderby=gender desc&$filter=individual_key gt 0 or gender eq null`,
    );
    const others = await get(ordered.json['@odata.nextLink'] ?? '');
    expect(
      new Set(
        [...(ordered.json.value ?? []), ...(others.json.value ?? [])].map((row) => row['individual_key']),
      ).size,
    ).toBe(PEOPLE + 2);
  });

  // The conditions of some reach into the tables, those of others are applied to all rows, and those of some to what is left.
  it.each([
    "gender eq 'F' and individual_key gt 100 and 200 ge individual_key",
    "gender ne 'F' and individual_key gt 5990",
    "individual_key lt 20 and (gender eq 'F' or individual_key eq 3)",
    "individual_key lt 20 and not (gender eq 'F')",
    "individual_key lt 7.5 and role gt 'adulS'",
    "tolower(gender) eq 'f' and individual_key le 10",
    'individual_key eq 2147483648 or individual_key eq 5',
    'individual_key eq 2147483648',
    'individual_key eq 5 and gender eq null',
  ])('gives the rows that meet %s, and counts them', async (filter) => {
    const { sql, values: given } = filterSql(filter, columnsOf(individual));
    const { rows } = await owner.query<{ individual_key: number }>(
      `SELECT individual_key FROM golden_v1.individual WHERE ${sql} ORDER BY 1`,
      [...given],
    );
    const { json } = await get(`individual?$count=true&$filter=${encodeURIComponent(filter)}`);
    expect(json.value?.map((row) => row['individual_key'])).toEqual(
      rows.map(({ individual_key }) => individual_key).slice(0, 5_000),
    );
    expect(json['@odata.count']).toBe(rows.length);
  });

  it('tells a client to begin again where the read models have moved on between two pages', async () => {
    const { json } = await get('individual');
    await owner.query('UPDATE golden.checkpoint SET position = position + 1');
    const answer = await get(json['@odata.nextLink'] ?? '');
    expect([answer.status, answer.json.error?.code]).toEqual([400, 'validation-failed']);
    expect(answer.json.error?.message).toContain('begin again');
  });

  it.each([
    ['individual?$filter=gender eq', 'team', 400, 'validation-failed'],
    ['individual?$filter=secret eq 1', 'team', 400, 'validation-failed'],
    ['individual?$top=5&$skiptoken=POSITION-10', 'team', 400, 'validation-failed'],
    ['individual?$skiptoken=POSITION-10-bm9uZQ', 'team', 400, 'validation-failed'],
    ['individual?$orderby=role&$skiptoken=POSITION-10-WzFd', 'team', 400, 'validation-failed'],
    ['individual?$skiptoken=POSITION-10-WzEsMl0', 'team', 400, 'validation-failed'],
    ['individual?$skiptoken=POSITION-10-WyJ4Il0', 'team', 400, 'validation-failed'],
    ['individual/$count?$filter=individual_key eq 1.5e-20000', 'team', 400, 'validation-failed'],
    ['individual?$filter=individual_key eq 0.0e999999999999', 'team', 400, 'validation-failed'],
    ['date?$filter=date ge 0000-01-01', 'team', 400, 'validation-failed'],
    ['?%', 'team', 400, 'validation-failed'],
    ['$metadata?%', 'team', 400, 'validation-failed'],
    ['individual?$search=a', 'team', 400, 'validation-failed'],
    ['individual', 'reader', 404, 'not-found'],
    ['nobody', 'team', 404, 'not-found'],
    ['individual', 'provider', 403, 'not-allowed'],
    ['individual', '', 401, 'not-authenticated'],
  ])('answers %s of %s with %d in OData’s format', async (path, token, status, code) => {
    const { rows } = await owner.query<{ position: string }>('SELECT position FROM golden.checkpoint');
    const answer = await get(path.replace('POSITION', rows[0]?.position ?? ''), token);
    expect([answer.status, answer.type]).toEqual([status, 'application/json; charset=utf-8']);
    expect(answer.json).toEqual({ error: { code, message: expect.any(String) as string } });
    expect(answer.body).not.toMatch(/secret|nobody|SELECT|golden_v1/);
  });

  it('takes hostile texts as texts', async () => {
    for (const text of [
      `'; DROP SCHEMA golden CASCADE; --`,
      `\\'`,
      `$1`,
      `%' OR '1'='1`,
      `") OR ("1"="1`,
      '\u202e',
    ]) {
      const answer = await get(
        `individual?$filter=${encodeURIComponent(`gender eq '${text.replaceAll("'", "''")}'`)}`,
      );
      expect([answer.status, answer.json.value], text).toEqual([200, []]);
    }
    expect((await get('individual/$count')).body).toBe(String(PEOPLE + 2));
  });
});
