/**
 * Whether collective impact finds what is planted in synthetic programmes, over many of them: a table of the planted and
 * the estimated risk ratios, and how many intervals hold what was planted. Everybody is linked as the truth says, so that the
 * table tells of the estimate alone. See docs/planted-effects.md.
 * After `npm run build`: npx node test/benchmarks/planted-effects.bench.ts [seeds] [people]
 */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createTestDatabases } from '@kinledger/database/testing';
import { startEmbeddedPostgres } from '@kinledger/embedded-postgres';
import { askFigure, collectiveImpact } from '@kinledger/figures';
import { readProgramme } from '@kinledger/programme';
import pg from 'pg';
import { plantedTruth, writePlantedTruth, type PlantedTruth } from '../programmes/planted-truth.ts';

const SEEDS = Number(process.argv[2] ?? 10);
const PEOPLE = Number(process.argv[3] ?? 50_000);

/** What the generator plants: see chanceExpected in libs/synthetic/src/outcome-rows.ts. */
const chance = (decile: number, services: number): number => 0.78 + decile * 0.012 + services;
const PLANTED = { universal: 0.06, targeted: 0.01 } as const;
const outcomes = [
  { id: 'expected-development', instrument: 'asq', less: 0, planted: true },
  { id: 'good-level-of-development', instrument: 'eyfsp', less: 0.17, planted: true },
  { id: 'birth-weight-from-2500-grams', instrument: 'birth', less: 0, planted: false },
] as const;
type Group = keyof typeof PLANTED;

const datasets: Readonly<Record<string, string>> = {
  'expected-development': 'health-visiting.outcome',
  'good-level-of-development': 'early-years-profile.outcome',
};

const server = await startEmbeddedPostgres({ directory: mkdtempSync(join(tmpdir(), 'kinledger-planted-')) });
const programme = await readProgramme(fileURLToPath(new URL('../../programmes/leap', import.meta.url)));
const administrative = new Set<string>(
  programme.definition.services.filter((service) => service.administrative).map(({ id }) => id),
);
const targetedServices = new Set<string>(
  programme.definition.services.filter(({ offer }) => offer === 'targeted').map(({ id }) => id),
);

/**
 * The risk ratio that a group would have if each child achieved its chance exactly: its own strata, weighed as the figure
 * weighs them.
 */
function plantedRatio(truth: PlantedTruth, outcome: string, less: number, group: Group): number {
  const people = new Map(truth.people.map((person) => [person.person, person]));
  const used = new Map<string, { day: string; service: string }[]>();
  for (const { person, service, day, role } of truth.engaged) {
    if (administrative.has(service) || (role !== 'child' && role !== 'adult')) continue;
    const family = people.get(person)?.family ?? person;
    const own = used.get(family) ?? [];
    own.push({ day, service });
    used.set(family, own);
  }
  const days = new Map<string, string>();
  for (const { person, dataset, day } of truth.scores)
    if (dataset === datasets[outcome] && day > (days.get(person) ?? '')) days.set(person, day);
  const strata = new Map<string, { n1: number; n0: number; r1: number; r0: number }>();
  for (const [id, day] of days) {
    const person = people.get(id);
    if (person === undefined) continue;
    const before = (used.get(person.family) ?? []).filter((use) => use.day < day);
    const isTargeted = before.some(({ service }) => targetedServices.has(service));
    const own = before.length === 0 ? 'none' : isTargeted ? 'targeted' : 'universal';
    if (own !== 'none' && own !== group) continue;
    const ethnic = /^(asian|black|mixed|white|other)-/.exec(person.ethnicity)?.[1] ?? '';
    const key = `${Math.ceil(person.decile / 2)} ${ethnic}`;
    const stratum = strata.get(key) ?? { n1: 0, n0: 0, r1: 0, r0: 0 };
    strata.set(key, stratum);
    if (own === 'none') {
      stratum.n0 += 1;
      stratum.r0 += chance(person.decile, 0) - less;
    } else {
      stratum.n1 += 1;
      stratum.r1 += chance(person.decile, PLANTED[group]) - less;
    }
  }
  let [up, down] = [0, 0];
  for (const { n1, n0, r1, r0 } of strata.values()) {
    up += (r1 * n0) / (n1 + n0);
    down += (r0 * n1) / (n1 + n0);
  }
  return up / down;
}

interface Line {
  readonly outcome: string;
  readonly group: Group;
  readonly planted: number;
  readonly ratio: number;
  readonly low: number;
  readonly high: number;
  readonly error: number;
}
const lines: Line[] = [];
for (let seed = 1; seed <= SEEDS; seed += 1) {
  const databases = await createTestDatabases(server.url());
  const client = new pg.Client({ connectionString: databases.url('platform', 'projector') });
  await client.connect();
  const truth = await plantedTruth(programme, { people: PEOPLE, seed: `planted-${seed}` });
  await writePlantedTruth(client, programme, truth);
  const rows = await askFigure(client, collectiveImpact, {});
  for (const { id, less, planted } of outcomes)
    for (const group of ['universal', 'targeted'] as const) {
      const row = rows.find((one) => one.outcome === id && one.group === group);
      if (row?.adjustedRisk === undefined || row.adjustedRisk === null || row.adjustedRiskError === null)
        throw new Error(`${id} of ${group} has no ratio with seed ${seed}`);
      const line: Line = {
        ...{ outcome: id, group, ratio: row.adjustedRisk, error: row.adjustedRiskError },
        planted: planted ? plantedRatio(truth, id, less, group) : 1,
        low: row.adjustedRisk * Math.exp(-1.96 * row.adjustedRiskError),
        high: row.adjustedRisk * Math.exp(1.96 * row.adjustedRiskError),
      };
      lines.push(line);
      const digits = [line.planted, line.ratio, line.low, line.high].map((value) => value.toFixed(3));
      console.log([`seed ${seed}`, id, group, ...digits].join('  '));
    }
  await client.end();
  await databases.drop();
}
await server.stop();

console.log(
  '\n| outcome | services | planted | mean estimate | mean distance, in standard errors | planted in interval | found |',
);
console.log('| --- | --- | --: | --: | --: | --: | --: |');
const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
for (const { outcome, group } of lines.slice(0, 6)) {
  const own = lines.filter((line) => line.outcome === outcome && line.group === group);
  const holds = own.filter(({ planted, low, high }) => low <= planted && planted <= high).length;
  const found = own.filter(({ low, high }) => low > 1 || high < 1).length;
  const distance = mean(own.map(({ ratio, planted, error }) => Math.log(ratio / planted) / error));
  console.log(
    `| ${outcome} | ${group} | ${mean(own.map(({ planted }) => planted)).toFixed(3)} | ${mean(own.map(({ ratio }) => ratio)).toFixed(3)} | ${distance.toFixed(2)} | ${holds} of ${own.length} | ${found} of ${own.length} |`,
  );
}
