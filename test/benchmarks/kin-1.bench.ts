/**
 * Links the rows of people of a synthetic programme under `leap-1` and under `kin-1`, with derived tokens: quality against the
 * true people of user files, referrals, and the time of the whole. Then `kin-1` file by file in the engine, which must give
 * the same individuals, with the bytes of its index a record.
 * After `npm run build`: npx node test/benchmarks/kin-1.bench.ts [people] [quarters] [normal|hard] [seed]
 */
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DataOf, LedgerEvent, SubmissionReceived } from '@kinledger/contracts';
import {
  firstBands,
  LinkageEngine,
  noConstraints,
  partition,
  strategyOf,
  type Partition,
  type Strategy,
  type StrategySettings,
} from '@kinledger/domain';
import { readProgramme } from '@kinledger/programme';
import { linkageRecordOf, takenRows, type TakenRow } from '../programmes/files-through.ts';

const [people = '1000', quarters = '4', profile = 'normal', seed = 'kin'] = process.argv.slice(2);
const ROWS_OF_FILE = 2_000;
const CHUNK = 500;

const limits = {
  maxBirthDatesPerToken: 3,
  maxCasesPerToken: 10,
  maxHoldersPerToken: 500,
  maxChildrenPerCarerToken: 12,
};

const folder = await mkdtemp(join(tmpdir(), 'kinledger-kin-1-'));
await cp('programmes/leap', folder, { recursive: true });
const file = join(folder, 'programme.json');
const definition = JSON.parse(await readFile(file, 'utf8')) as object;
await writeFile(file, JSON.stringify({ ...definition, derivations: 'op-kin-1' }));
const programme = await readProgramme(folder);
const live = new Map<string, TakenRow>();
for (const taken of await takenRows(programme, {
  ...{
    people: Number(people),
    quarters: Number(quarters),
    seed,
    profile: profile as 'normal' | 'hard',
  },
}))
  if (taken.row.role !== 'none' && taken.dataset.dataType === 'user') live.set(taken.row.rowKey, taken);
await rm(folder, { recursive: true });
const rows = [...live.values()];
const derived = rows.reduce(
  (sum, { row }) => sum + row.derived.reduce((all, { tokens }) => all + tokens.length, 0),
  0,
);
console.log(`${rows.length} rows of people, ${(derived / rows.length).toFixed(1)} derived tokens a row`);

const kin1: StrategySettings = {
  name: 'kin-1',
  ...limits,
  model: { coldStart: rows.length },
  ...firstBands,
};

const pairsIn = (count: number) => (count * (count - 1)) / 2;

function quality(name: string, { groups, referrals, setAside }: Partition): void {
  const sizes = new Map<string, number>();
  for (const { person } of rows) sizes.set(person, (sizes.get(person) ?? 0) + 1);
  let [linked, right] = [0, 0];
  for (const { persons } of groups) {
    linked += pairsIn(persons.length);
    const here = new Map<string, number>();
    for (const key of persons) {
      const { person } = live.get(key) as TakenRow; // of these rows
      here.set(person, (here.get(person) ?? 0) + 1);
    }
    for (const count of here.values()) right += pairsIn(count);
  }
  const true_ = [...sizes.values()].reduce((sum, size) => sum + pairsIn(size), 0);
  const percent = (part: number, of: number) => `${((100 * part) / of).toFixed(3)} %`;
  const reasons = Map.groupBy(referrals, ({ reason, ground }) => `${reason} (${ground.rule})`);
  console.log(
    `${name}: precision ${percent(right, linked)} (${linked - right} wrong of ${linked}), recall ${percent(right, true_)}, ` +
      `${groups.length} individuals for ${sizes.size} people, ${setAside.length} set aside, ${referrals.length} referrals: ` +
      [...reasons].map(([reason, { length }]) => `${reason} ${length}`).join(', '),
  );
}

function whole(strategy: Strategy): Partition {
  const start = performance.now();
  const found = partition(rows.map(linkageRecordOf), noConstraints, strategy);
  console.log(`${strategy.name} over all rows: ${((performance.now() - start) / 1000).toFixed(1)} s`);
  quality(strategy.name, found);
  return found;
}

whole(strategyOf({ name: 'leap-1', ...limits }));
const found = whole(strategyOf(kin1));
const wrong = found.groups.filter(
  ({ persons }) => new Set(persons.map((key) => live.get(key)?.person)).size > 1,
);
if (process.env['KINLEDGER_SHOW'] !== undefined)
  for (const { persons } of wrong.slice(0, 12))
    console.log(
      persons
        .map((key) => {
          const { row, person, dataset, family } = live.get(key) as TakenRow;
          return `${person} ${family} ${dataset.id} ${row.role} ${row.tokens.map(({ domain, token }) => `${domain}=${token.slice(0, 4)}`).join(' ')} ${row.derived
            .filter(({ tokens }) => tokens.length === 1)
            .map(({ derivation, tokens }) => `${derivation}=${tokens[0]?.slice(0, 4)}`)
            .join(' ')}`;
        })
        .join('\n') + '\n',
    );

const engine = new LinkageEngine({ strategy: strategyOf(kin1), familyScopes: [] });
const hex = (text: string) => Buffer.from(text.padEnd(16, '.')).toString('hex').slice(0, 32);
let revision = 0;
const start = performance.now();
const sets = Map.groupBy(rows, ({ dataset }) => dataset.id);
let intake = 0;
let slowest = 0;
for (const [dataset, of] of sets)
  for (let from = 0; from < of.length; from += ROWS_OF_FILE) {
    const began = performance.now();
    const taken = of.slice(from, from + ROWS_OF_FILE);
    intake += 1;
    const data = {
      ...{ programme: 'bench', submission: hex(`s${intake}`), intake, provider: 'bench', dataset },
      ...{ period: '2023-24-Q1', sequence: intake, extractKind: 'delta', contentHash: hex('c').repeat(2) },
      ...{ schemaHash: hex('h').repeat(2), mapping: {}, findings: {}, attestation: { by: 'bench' } },
      counts: {
        read: taken.length,
        accepted: taken.length,
        warned: 0,
        rejected: 0,
        duplicate: 0,
        consentRefused: 0,
      },
      ...{ agreement: 'bench', pseudonymisedAtSource: false, supersedes: [] },
    } as unknown as DataOf<typeof SubmissionReceived>;
    const run = engine.begin(data);
    taken.forEach(({ row }, at) => {
      if (at % CHUNK === 0) run.beginChunk(at / CHUNK);
      run.stage(row);
    });
    for (const { decision, rows: entering } of run.decide(revision)) {
      const { data: told } = decision as unknown as { data: { placements?: object[] } };
      const commitments = { body: hex('b').repeat(2), tokens: hex('t').repeat(2) };
      const complete =
        entering === null
          ? told
          : { ...told, placements: told.placements?.map((one) => ({ ...one, commitments })) };
      engine.apply({
        ...decision,
        data: complete,
        ...{ id: '00000000-0000-8000-8000-000000000000', version: 1, revision, cause: 'bench' },
        time: '2023-10-09T09:30:00Z',
      } as unknown as LedgerEvent);
      revision += 1;
    }
    slowest = Math.max(slowest, performance.now() - began);
  }
const seconds = (performance.now() - start) / 1000;
const { bytes, records } = engine.size;
console.log(
  `kin-1 in ${intake} files: ${seconds.toFixed(1)} s, ${Math.round(rows.length / seconds)} rows a second, slowest file ${Math.round(slowest)} ms; bytes a record: ` +
    Object.entries(bytes)
      .map(([part, count]) => `${part} ${Math.round(count / records)}`)
      .join(', '),
);
const individuals = Map.groupBy(rows, ({ row }) => engine.individualOf(row.record) ?? `alone ${row.record}`);
const told = [...individuals]
  .filter(([individual]) => !individual.startsWith('alone'))
  .map(([, of]) =>
    of
      .map(({ row }) => row.rowKey)
      .sort()
      .join(),
  )
  .sort();
const same =
  told.join('\n') ===
  found.groups
    .map(({ persons }) => [...persons].sort().join())
    .sort()
    .join('\n');
console.log(
  same ? 'file by file gives the same individuals as the whole' : 'FILE BY FILE DIFFERS FROM THE WHOLE',
);
if (!same) process.exitCode = 1;
