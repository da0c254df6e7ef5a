/**
 * Links public benchmark files and invented households with the command line, and compares with the truth: quality for each set
 * of fields. Column roles are the only configuration.
 * npm run bench:linkage [-- FOLDER]   the folder of the public files; default ../shared/data/linkage-benchmarks
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { writeHouseholds } from './linkage/households.ts';
import {
  f1Of,
  precisionOf,
  qualityOfLinks,
  qualityOfPairs,
  recallOf,
  rowsOf,
  type PairQuality,
} from './linkage/quality.ts';

const folder = process.argv[2] ?? '../shared/data/linkage-benchmarks';
const scratch = mkdtempSync(join(tmpdir(), 'kinledger-bench-'));
const links = join(scratch, 'links.csv');
const pairs = join(scratch, 'pairs.csv');
const schemaFile = join(scratch, 'schema.json');
const summary = z.object({ compared: z.number(), seconds: z.number() });

type Columns = Readonly<Record<string, string>>;
interface Schema {
  readonly id: string;
  readonly role?: string;
  readonly columns: Columns;
}

function link(
  files: readonly string[],
  schema: Schema,
  options: readonly string[] = [],
): z.infer<typeof summary> {
  writeFileSync(schemaFile, JSON.stringify(schema));
  const [left = '', right] = files;
  const given = ['--left', left, ...(right === undefined ? [] : ['--right', right]), '--schema', schemaFile];
  const run = spawnSync(
    process.execPath,
    ['apps/cli/dist/main.js', 'link', ...given, '--out', links, '--pairs', pairs, '--json', ...options],
    { encoding: 'utf8' },
  );
  if (run.status !== 0) throw new Error(run.stderr);
  return summary.parse(JSON.parse(run.stdout));
}

function report(name: string, quality: PairQuality, { compared, seconds }: z.infer<typeof summary>): void {
  const four = (share: number) => share.toFixed(4);
  console.log(
    `${name}: ${quality.right}/${quality.wrong}/${quality.missed} right/wrong/missed, precision ${four(precisionOf(quality))}, ` +
      `recall ${four(recallOf(quality))}, F1 ${four(f1Of(quality))} (${compared} pairs compared, ${seconds} s)`,
  );
}

function febrl4(): void {
  const files = ['febrl4a.csv', 'febrl4b.csv'].map((name) => join(folder, name));
  const minimal: Columns = {
    ...{ given_name: 'given-name', surname: 'surname', postcode: 'postcode', date_of_birth: 'birth-date' },
  };
  const withAddress: Columns = {
    ...minimal,
    ...{ street_number: 'house-number', address_1: 'address', address_2: 'address', suburb: 'locality' },
    state: 'attribute',
  };
  const personOf = (_: string, id: string) => id.replace(/-(?:org|dup-\d+)$/, '');
  for (const [fields, columns] of [
    ['names, birth date and postcode', minimal],
    ['all fields but the id', withAddress],
    ['all fields', { ...withAddress, soc_sec_id: 'other-id' }],
  ] as const)
    for (const options of [['--one-to-one'], []]) {
      const done = link(files, { id: 'rec_id', columns }, options);
      report(
        `FEBRL4, ${fields}${options.length > 0 ? ', one to one' : ''}`,
        qualityOfLinks(links, personOf, 'across'),
        done,
      );
    }
}

function fake1000(): void {
  const file = join(folder, 'fake_1000.csv');
  const cluster = new Map(rowsOf(file).map((row) => [row['unique_id'] ?? '', row['cluster'] ?? '']));
  const columns = {
    ...{ first_name: 'given-name', surname: 'surname', dob: 'birth-date', city: 'locality', email: 'email' },
  };
  const done = link([file], { id: 'unique_id', columns });
  report(
    'fake_1000',
    qualityOfLinks(links, (_, id) => cluster.get(id) ?? '', 'all'),
    done,
  );
}

function households(name: string, records: number, seed: number, stress: boolean): void {
  const people = join(scratch, name);
  writeHouseholds(people, { records, seed, stress });
  const person = new Map(
    readFileSync(join(people, 'truth.csv'), 'utf8')
      .trimEnd()
      .split('\n')
      .slice(1)
      .map((line) => {
        const [id = '', number = ''] = line.split(',');
        return [id, number];
      }),
  );
  const files = ['left.csv', 'right.csv'].map((file) => join(people, file));
  const minimum: Columns = {
    ...{ given_name: 'given-name-part', birth_date: 'birth-date', gender: 'gender', postcode: 'postcode' },
    ...{ email: 'email', mobile: 'mobile', nhs_number: 'nhs-number' },
  };
  const withNames: Columns = { ...minimum, given_name: 'given-name', surname: 'surname' };
  const withAddress: Columns = { ...withNames, address: 'address' };
  const personOf = (_: string, id: string) => person.get(id) ?? '';
  for (const [set, columns] of [
    ['a, the minimum dataset', minimum],
    ['b, with names', withNames],
    ['c, with names and address', withAddress],
  ] as const) {
    const done = link(files, { id: 'id', role: 'role', columns });
    report(`${name}, ${set}`, qualityOfLinks(links, personOf, 'all'), done);
    const across = qualityOfLinks(links, personOf, 'across');
    const certain = qualityOfPairs(
      pairs,
      across.right + across.missed,
      (a, b) => person.get(a) === person.get(b),
      (rule) => rule === 'auto-link',
    );
    report(`${name}, ${set}, linked without a person`, certain, done);
  }
}

try {
  if (existsSync(folder)) {
    febrl4();
    fake1000();
  } else console.log(`there is no folder ${folder}: FEBRL4 and fake_1000 are left out`);
  households('households', 20_000, 7, false);
  households('household stress', 40_000, 11, true);
} finally {
  rmSync(scratch, { recursive: true });
}
