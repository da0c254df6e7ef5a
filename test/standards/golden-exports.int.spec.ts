import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createTestDatabases, type TestDatabases } from '@kinledger/database/testing';
import { publish } from '@kinledger/figures';
import { columnsOf, goldenTables, publishGolden } from '@kinledger/golden';
import { LIVE_SCHEMA } from '@kinledger/read-models';
import { writeSmallProgramme } from '@kinledger/read-models/testing';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { exportGolden, type Exported } from '../../apps/cli/dist/golden/export-golden.js';
import { pythonTools } from './python-tools.js';

const run = promisify(execFile);
const tools = await pythonTools();
const absent = 'absent' in tools ? ` (absent: ${tools.absent})` : '';

/** Reads both exports as CSVW’s types say, and compares them row by row and reference by reference. */
const reader = `
import duckdb, json, sys
csv, parquet = sys.argv[1:]
sql = lambda text: duckdb.sql(text).fetchall()
types = {'integer': 'BIGINT', 'string': 'VARCHAR', 'date': 'DATE', 'double': 'DOUBLE', 'boolean': 'BOOLEAN', 'dateTimeStamp': 'TIMESTAMPTZ'}
answer = {}
for table in json.load(open(csv + '/csv-metadata.json'))['tables']:
    name, schema = table['url'][:-4], table['tableSchema']
    columns = ','.join("'%s':'%s'" % (each['name'], types[each['datatype']]) for each in schema['columns'])
    read = "read_csv('%s/%s', header=true, quote='\\"', escape='\\"', columns={%s})" % (csv, table['url'], columns)
    file = "'%s/%s.parquet'" % (parquet, name)
    dangling = []
    for key in schema['foreignKeys']:
        to = key['reference']
        other = "'%s/%s.parquet'" % (parquet, to['resource'][:-4])
        if sql('SELECT 1 FROM %s WHERE "%s" NOT IN (SELECT "%s" FROM %s)' % (file, key['columnReference'], to['columnReference'], other)):
            dangling.append(key['columnReference'])
    answer[name] = {
        'rows': sql('SELECT count(*) FROM ' + file)[0][0],
        'differ': sql('SELECT count(*) FROM (SELECT * FROM %s EXCEPT ALL SELECT * FROM %s)' % (read, file))[0][0],
        'types': [row[1] for row in sql('DESCRIBE SELECT * FROM ' + file)],
        'dangling': dangling,
    }
answer['pairs'] = sql("SELECT instrument, score FROM '%s/outcome.parquet' JOIN '%s/measure.parquet' USING (measure_key) ORDER BY place" % (parquet, parquet))
print(json.dumps(answer))
`;

let databases: TestDatabases;
let folder: string;
let exported: { readonly csv: Exported; readonly parquet: Exported };
beforeAll(async () => {
  databases = await createTestDatabases(inject('postgresUrl'));
  folder = mkdtempSync(join(tmpdir(), 'kinledger-golden-'));
  const owner = new pg.Client({ connectionString: databases.url('platform', 'projector') });
  await owner.connect();
  await publish(owner);
  await publishGolden(owner);
  await owner.query('BEGIN');
  await writeSmallProgramme(owner, LIVE_SCHEMA, {
    services: [
      { id: 'real', strand: 'language' },
      { id: 'garden', strand: 'diet' },
    ],
    people: [{ name: 'Ada', role: 'child', family: 'one', lsoa: 'E01000001' }],
    engagements: [
      { person: 'Ada', service: 'real', date: '2023-04-01' },
      { person: 'Ada', service: 'garden', date: '2023-07-01' },
    ],
    files: [{ service: 'real', period: '2023-24-Q1', counts: { read: 5 } }],
  });
  await owner.query(
    `UPDATE golden.programme SET definition_digest = 'a digest';
     UPDATE golden.submission SET received_at = '2023-07-31T23:30:00.5Z', period_start = '2023-04-01', dataset = '@dataset', provider = 'a "quoted", name';
     UPDATE golden.numbered_record SET submission = 1;
     INSERT INTO golden.numbered_outcome VALUES (1, 0, '=HYPERLINK("http://evil")', '+plus', '-first', -4.25), (1, 1, 'plain', 'é', 'last', 1e300)`,
  );
  await owner.query('COMMIT');
  await owner.end();
  // As the inspector, whose role may log in from the beginning.
  const url = databases.url('platform', 'inspector');
  const of = (format: 'csv' | 'parquet') =>
    exportGolden(url, {
      ...{ tables: goldenTables, format, folder: join(folder, format), onTable: () => undefined },
    });
  await Promise.all(['csv', 'parquet'].map((format) => run('mkdir', [join(folder, format)])));
  exported = { csv: await of('csv'), parquet: await of('parquet') };
});
afterAll(async () => {
  rmSync(folder, { recursive: true });
  await databases.drop();
});

const csvOf = (name: string) => readFileSync(join(folder, 'csv', name), 'utf8');

describe('an export of the golden dataset', () => {
  it('names its ledger position and has every table, in files that only their owner reads', () => {
    expect(exported.csv.position).toBe(41);
    expect(exported.csv.tables.map(({ table, rows }) => [table, rows])).toEqual(
      exported.parquet.tables.map(({ table, rows }) => [table, rows]),
    );
    expect(exported.csv.tables.map(({ table }) => table)).toEqual(goldenTables.map(({ name }) => name));
    for (const { file } of [...exported.csv.tables, ...exported.parquet.tables])
      expect(statSync(file).mode & 0o777, file).toBe(0o600);
  });

  it('writes CSV in which a text is no formula, a negative number is a number and nothing is nothing', () => {
    const [head, first, second] = csvOf('outcome.csv').split('\r\n');
    expect(head).toBe(
      columnsOf(goldenTables.find(({ name }) => name === 'outcome') ?? { columns: {} })
        .map(({ name }) => name)
        .join(','),
    );
    expect(first).toContain(",'-first,-4.25");
    expect(second).toContain(',last,1e+300');
    expect(csvOf('measure.csv')).toContain(`"'=HYPERLINK(""http://evil"")",'+plus,,`);
    expect(csvOf('measure.csv')).toContain('\r\n-1,,,');
    expect(csvOf('submission_quality.csv')).toContain(
      `2023-07-31T23:30:00.500Z,'@dataset,"a ""quoted"", name"`,
    );
  });

  it('describes each CSV file beside it, and all of them together, as the W3C’s CSVW does', () => {
    const together = JSON.parse(csvOf('csv-metadata.json')) as {
      tables: { url: string; tableSchema: object }[];
    };
    expect(together.tables.map(({ url }) => url)).toEqual(goldenTables.map(({ name }) => `${name}.csv`));
    for (const { url, tableSchema } of together.tables) {
      const alone = JSON.parse(csvOf(`${url}-metadata.json`)) as { url: string; tableSchema: object };
      expect(alone.url).toBe(url);
      expect(tableSchema).toMatchObject(alone.tableSchema);
    }
  });

  it.skipIf('absent' in tools)(
    `is read by DuckDB, which finds the same rows, types and references in both formats${absent}`,
    async () => {
      if ('absent' in tools) return;
      const { stdout } = await run(tools.python, [
        '-c',
        reader,
        join(folder, 'csv'),
        join(folder, 'parquet'),
      ]);
      const { pairs, ...read } = JSON.parse(stdout) as Record<string, object>;
      const types: Readonly<Record<string, string>> = {
        ...{
          bigint: 'BIGINT',
          boolean: 'BOOLEAN',
          date: 'DATE',
          'double precision': 'DOUBLE',
          int: 'INTEGER',
        },
        ...{ text: 'VARCHAR', timestamptz: 'TIMESTAMP WITH TIME ZONE' },
      };
      // An apostrophe in front of what would be a formula is in CSV alone.
      const withFormulas: Readonly<Record<string, number>> = {
        outcome: 1,
        measure: 1,
        submission_quality: 1,
      };
      expect(read).toEqual(
        Object.fromEntries(
          goldenTables.map((table) => [
            table.name,
            {
              rows: exported.csv.tables.find((each) => each.table === table.name)?.rows,
              differ: withFormulas[table.name] ?? 0,
              types: columnsOf(table).map(({ type }) => types[type]),
              dangling: [],
            },
          ]),
        ),
      );
      expect(pairs).toEqual([
        ['=HYPERLINK("http://evil")', -4.25],
        ['plain', 1e300],
      ]);
    },
  );
});
