/**
 * What each figure costs, in processor time of PostgreSQL, over read models of the LEAP programme with a million rows by
 * default: 50,000 people, eight quarters, people who stay with one service and people who use several.
 * After `npm run build`: npx node test/benchmarks/figures.bench.ts [rows] [figure]
 */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createTestDatabases } from '@kinledger/database/testing';
import { startEmbeddedPostgres } from '@kinledger/embedded-postgres';
import { figures } from '@kinledger/figures';
import { readProgramme } from '@kinledger/programme';
import { analyseReadModels, createBareReadModels, indexReadModels } from '@kinledger/read-models';
import { characteristicsOf, priorityPath } from '@kinledger/read-models/testing';
import pg from 'pg';
import { childrenOf, commandOf, familyUsageOf } from './process-usage.ts';

const ROWS = Number(process.argv[2] ?? 1_000_000);
const ONLY = process.argv[3];
const PEOPLE = Math.round(ROWS / 20);

const server = await startEmbeddedPostgres({ directory: mkdtempSync(join(tmpdir(), 'kinledger-bench-')) });
const postmaster = childrenOf(process.pid).find((pid) => commandOf(pid).includes('postgres')) ?? 0;
const databases = await createTestDatabases(server.url());
const client = new pg.Client({ connectionString: databases.url('platform', 'projector') });
await client.connect();
const document = await readProgramme(fileURLToPath(new URL('../../programmes/leap', import.meta.url)));
const { definition } = document;

await createBareReadModels(client, 'tried');
await client.query('SET search_path TO tried, pg_temp');
await client.query(
  `INSERT INTO programme (programme, definition, definition_digest, priority_path, defined_at) VALUES ('leap', $1, '', $2, 0)`,
  [
    definition,
    definition.priorityPopulation === undefined ? null : priorityPath(definition.priorityPopulation.rule),
  ],
);
await client.query(
  `INSERT INTO strand SELECT s->>'id', s->>'name', place FROM jsonb_array_elements($1::jsonb) WITH ORDINALITY AS t (s, place)`,
  [JSON.stringify(definition.strands)],
);
await client.query(
  `INSERT INTO service SELECT s->>'id', s->>'strand', s->>'name', s->>'provider', (s->>'administrative')::boolean, true, place
   FROM jsonb_array_elements($1::jsonb) WITH ORDINALITY AS t (s, place)`,
  [JSON.stringify(definition.services)],
);
await client.query(
  `INSERT INTO area SELECT s->>'code', (s->>'deprivationDecile')::int, (s->>'inArea')::boolean, s->>'ward'
   FROM jsonb_array_elements($1::jsonb) AS t (s)`,
  [JSON.stringify(definition.area.lsoas)],
);
const datasets = document.datasets;
await client.query(
  `INSERT INTO dataset SELECT s->>'id', s->>'service', s->>'dataType', 'delta', 0, '{group}' FROM jsonb_array_elements($1::jsonb) AS t (s)`,
  [JSON.stringify(definition.datasets)],
);
await client.query(
  `INSERT INTO numbered_dataset SELECT row_number() OVER (ORDER BY data_type, dataset), dataset FROM dataset;`,
);
await client.query(
  'INSERT INTO characteristic SELECT * FROM json_populate_recordset(NULL::characteristic, $1::json)',
  [JSON.stringify(characteristicsOf(datasets).map((one, ordinal) => ({ ...one, ordinal })))],
);
const lsoas = definition.area.lsoas.map(({ code }) => code);
await client.query(
  `INSERT INTO numbered_individual
   SELECT n, gen_random_uuid(), CASE WHEN n % 2 = 0 THEN 'adult' ELSE 'child' END,
          jsonb_strip_nulls(jsonb_build_object('gender', CASE n % 3 WHEN 0 THEN 'F' ELSE 'M' END,
            'birthMonth', CASE WHEN n % 11 > 0 THEN (CASE WHEN n % 2 = 0 THEN 1980 ELSE 2017 END + n % 7) || '-0' || (1 + n % 9) END,
            'ethnicity', CASE n % 6 WHEN 0 THEN 'white-british' WHEN 1 THEN 'black-african' WHEN 2 THEN 'not-stated' WHEN 3 THEN 'other-arab' END,
            'homeLanguage', CASE n % 4 WHEN 0 THEN 'english' WHEN 1 THEN 'portuguese' END, 'disability', CASE n % 5 WHEN 0 THEN 'yes' ELSE 'no' END,
            'lsoa', CASE WHEN n % 13 > 0 THEN ($2::text[])[1 + n % $3] END))::text, '{}', NULL
   FROM generate_series(1, $1::int) AS n`,
  [PEOPLE, lsoas, lsoas.length],
);
await client.query(
  `INSERT INTO numbered_member SELECT n, (n + 1) / 2, 'programme' FROM generate_series(1, $1::int) AS n WHERE n % 5 > 0;`.replaceAll(
    '$1',
    String(PEOPLE),
  ),
);
await client.query(
  `INSERT INTO numbered_relationship SELECT gen_random_uuid(), 'carer', n, n + 1, 'email' FROM generate_series(1, ${PEOPLE}, 2) AS n`,
);
await client.query(
  `INSERT INTO numbered_record (number, individual, submission, as_of, record_id, row_key, dataset, marks, attributed, role, state, reason,
     session_kind, attended, qualifying)
   SELECT n, CASE WHEN n % 50 > 0 THEN who END, 0, date '2022-04-01' + (random() * 729)::int, gen_random_uuid(), gen_random_uuid(),
          d.number, 2, NOT visit, CASE WHEN who % 2 = 0 THEN 'adult' ELSE 'child' END, CASE WHEN n % 50 > 0 THEN 'linked' ELSE 'set-aside' END,
          CASE WHEN n % 50 = 0 THEN 'unlinkable' END, CASE WHEN visit THEN 'group' END, CASE WHEN visit THEN true END, CASE WHEN visit THEN true END
   FROM (SELECT n, 1 + (random() * ${PEOPLE - 1})::int AS who, n % 10 < 8 AS visit FROM generate_series(1, ${ROWS}) AS n) AS row
   JOIN (SELECT f.number, x.data_type = 'engagement' AS visit, row_number() OVER (PARTITION BY x.data_type) AS place,
                count(*) OVER (PARTITION BY x.data_type) AS of
         FROM numbered_dataset f JOIN dataset x USING (dataset) WHERE x.data_type IN ('engagement', 'user')) AS d USING (visit)
   -- Most people stay with one service.
   WHERE d.place = 1 + (CASE WHEN who % 7 = 0 AND n % 4 = 0 THEN n / 4 ELSE who END) % d.of`,
);
await indexReadModels(client, 'tried');
await analyseReadModels(client, 'tried');
await client.query('SET search_path TO tried, pg_temp');
const { rows: counted } = await client.query<{ rows: string }>(
  'SELECT count(*) AS rows FROM numbered_record',
);
console.log(`${counted[0]?.rows} rows, ${PEOPLE} people`);

const questions = [
  { name: 'quarter', values: ['2023-07-01', '2023-10-01', 'period', null] },
  { name: 'lifetime', values: [null, null, 'period', null] },
  { name: 'by quarter', values: [null, null, 'quarter', null] },
] as const;
for (const figure of figures.filter(({ id }) => ONLY === undefined || id === ONLY)) {
  const cells: string[] = [];
  for (const { name, values } of questions) {
    if (process.env['EXPLAIN'] === name) {
      const { rows } = await client.query(`EXPLAIN (ANALYZE, BUFFERS OFF) ${figure.sql}`, [...values]);
      console.log(rows.map((row: Record<string, string>) => row['QUERY PLAN']).join('\n'));
    }
    const before = familyUsageOf(postmaster);
    const { rowCount } = await client.query(figure.sql, [...values]);
    const seconds = familyUsageOf(postmaster) - before;
    cells.push(`${name} ${seconds.toFixed(2)} s (${rowCount} rows)`);
  }
  console.log(`${figure.id.padEnd(26)} ${cells.join(', ')}`);
}
await client.end();
await databases.drop();
await server.destroy();
