import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { SubmissionId } from '@kinledger/contracts';
import { parsePeriod } from '@kinledger/domain';
import { readProgramme } from '@kinledger/programme';
import { keysOf, readSecrets } from '@kinledger/pseudonymisation';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { takenRows, type TakenRow } from '../programmes/files-through.js';
import { linked, qualifies } from '../quality/reached-in-memory.js';
import { fewDatasets } from '../support/few-datasets.js';
import { RunningPlatform, type ProgrammeFile, type Submitted } from './running-platform.js';

const SEED = 'kin-1';
const PERIOD = '2023-24-Q4';
const leap = fileURLToPath(new URL('../../programmes/leap', import.meta.url));
const size = { people: 250, quarters: 2, seed: SEED };

interface Reach {
  readonly children: number;
  readonly adults: number;
  readonly families: number;
}
interface Definition {
  readonly version: number;
  readonly strategy: { readonly name: string };
}

/** The lines of programme.json that docs/guides/derivations.md changes. */
const kin1 = {
  name: 'kin-1',
  maxBirthDatesPerToken: 3,
  maxCasesPerToken: 10,
  maxHoldersPerToken: 500,
  maxChildrenPerCarerToken: 12,
  model: { coldStart: 500 },
  maxHoldersPerKey: 100,
  reviewFrom: 4000,
  linkFrom: 7000,
  margin: 3000,
};

describe('a programme of two quarters under kin-1', () => {
  const changed = new RunningPlatform();
  const fromTheStart = new RunningPlatform();
  const folder = mkdtempSync(join(tmpdir(), 'kinledger-kin-1-'));
  const programme = join(folder, 'definition');
  const data = join(folder, 'data');
  let files: readonly ProgrammeFile[];
  let exact: readonly string[];
  const submissions = new Map<string, string>();

  const define = (members: object) => {
    const file = join(programme, 'programme.json');
    const held = JSON.parse(readFileSync(file, 'utf8')) as Definition;
    writeFileSync(file, JSON.stringify({ ...held, ...members, version: held.version + 1 }));
  };
  const submitInOrder = async (platform: RunningPlatform, chosen: readonly ProgrammeFile[]) => {
    let last = '';
    for (const file of chosen) {
      last = (await platform.submit(data, file)).id;
      if (platform === changed) submissions.set(`${file.dataset} ${file.period}`, last);
    }
    await platform.until(last, 'linked');
  };
  const typesIn = async (platform: RunningPlatform) =>
    (await platform.ledger()).map(
      (line) => JSON.parse(line) as { type: string; data: { strategy?: string } },
    );
  const reachOf = async (platform: RunningPlatform) => {
    const { reach } = await platform.read<{ reach: Reach }>(`/v1/figures/reach?period=${PERIOD}`);
    const { children, adults, families } = reach;
    return { children, adults, families };
  };
  /** The rows of each family; a person without kin is a family alone. */
  const familiesOf = async (platform: RunningPlatform) => {
    const rows = await platform.query<{ row_key: string; family_id: string }>(
      `SELECT r.row_key, coalesce(m.family_id, r.individual_id) AS family_id
       FROM golden.record r LEFT JOIN golden.family_member m
         ON m.individual_id = r.individual_id AND m.scope = 'programme'
       WHERE r.state <> 'retired' AND r.role <> 'none' AND r.individual_id IS NOT NULL`,
    );
    return together(rows.map(({ row_key, family_id }) => [row_key, family_id]));
  };

  beforeAll(async () => {
    cpSync(leap, programme, { recursive: true });
    define({ derivations: 'op-kin-1' });
    await changed.start(SEED, '--programme', programme);
    const { people, quarters, seed } = size;
    const generated = await changed.installation.run(
      ...['generate', '--out', data, '--programme', programme, '--people', String(people)],
      ...['--quarters', String(quarters), '--seed', seed, ...fewDatasets],
    );
    expect(generated).toMatchObject({ code: 0 });
    ({ files } = JSON.parse(readFileSync(join(data, 'manifest.json'), 'utf8')) as {
      files: ProgrammeFile[];
    });
    const last = files.at(-1);
    if (last === undefined) throw new Error('the programme has no files');
    await submitInOrder(changed, files.slice(0, -1));
    exact = await changed.groups();
    await changed.halt();
    define({ strategy: kin1 });
    await changed.start(SEED, '--programme', programme);
    await submitInOrder(changed, [last]);
  });
  afterAll(async () => {
    await Promise.all([changed.stop(), fromTheStart.stop()]);
    rmSync(folder, { recursive: true });
  });

  it('decides running data again once its definition names kin-1, and records the adoption', async () => {
    const strategies = (await typesIn(changed)).flatMap(({ type, data: { strategy } }) =>
      type === 'StrategyAdopted' ? [strategy] : [],
    );
    expect(strategies).toEqual(['leap-1', 'kin-1']);
    const pairs = (groups: readonly string[]) =>
      groups.reduce((sum, group) => {
        const members = group.split(', ').length;
        return sum + (members * (members - 1)) / 2;
      }, 0);
    expect(pairs(await changed.groups())).toBeGreaterThan(pairs(exact));
  });

  it('has the individuals, families and reach that all rows at once have in memory', async () => {
    const secrets = await readSecrets(join(changed.installation.home, 'secrets'));
    const live = new Map(
      (
        await changed.query<{ row_key: string; dataset: string }>(
          `SELECT row_key, dataset FROM golden.record WHERE state <> 'retired' AND role <> 'none'`,
        )
      ).map(({ row_key, dataset }) => [row_key.replaceAll('-', ''), dataset]),
    );
    const definition = await readProgramme(programme);
    expect(definition.definition.strategy.name).toBe('kin-1');
    const only = fewDatasets.at(-1)?.split(',');
    const salt = secrets.opLeapSalt.export().toString('utf8');
    const submissionOf = ({ dataset, period }: Pick<ProgrammeFile, 'dataset' | 'period'>) =>
      (submissions.get(`${dataset} ${period}`) ?? '') as SubmissionId;
    const taken = new Map<string, TakenRow>(
      (
        await takenRows(definition, { ...size, only }, undefined, {
          keys: keysOf(secrets),
          salt,
          submissionOf,
        })
      )
        .filter(({ row }) => row.role !== 'none' && live.has(row.rowKey))
        .map((each) => [each.row.rowKey, each]),
    );
    expect([...live].filter(([key]) => !taken.has(key)).map(([, dataset]) => dataset)).toEqual([]);
    const rows = [...taken.values()];
    const found = linked(definition, rows);

    const inMemory = rows.map((each): [string, string] => [
      uuidOf(each.row.rowKey),
      found.individual(each) ?? `alone ${each.row.rowKey}`,
    ]);
    const assigned = await changed.query<{ row_key: string; individual_id: string | null }>(
      `SELECT row_key, individual_id FROM golden.record WHERE state <> 'retired' AND role <> 'none'`,
    );
    expect(
      together(assigned.map(({ row_key, individual_id }) => [row_key, individual_id ?? `alone ${row_key}`])),
    ).toEqual(together(inMemory));

    const inFamilies = rows.flatMap((each): [string, string][] =>
      found.individual(each) === undefined
        ? []
        : [[uuidOf(each.row.rowKey), found.family(each) ?? found.individual(each) ?? '']],
    );
    expect(await familiesOf(changed)).toEqual(together(inFamilies));

    const period = parsePeriod(PERIOD)!;
    const reached = rows.filter((each) => qualifies(each, period) && found.individual(each) !== undefined);
    const distinct = (roles: readonly string[], of: (row: TakenRow) => string | undefined) =>
      new Set(reached.filter(({ row }) => roles.includes(row.role)).flatMap((row) => of(row) ?? [])).size;
    expect(await reachOf(changed)).toEqual({
      children: distinct(['child'], found.individual),
      adults: distinct(['adult'], found.individual),
      families: distinct(['child', 'adult'], found.family),
    });
  });

  it('has the same individuals, families and reach from files sent all at once under kin-1', async () => {
    await fromTheStart.start(SEED, '--programme', programme);
    const sent: Submitted[] = await Promise.all(
      files.toReversed().map((file) => fromTheStart.submit(data, file)),
    );
    await fromTheStart.until(sent.toSorted((a, b) => a.intake - b.intake).at(-1)?.id ?? '', 'linked');
    expect(await fromTheStart.groups()).toEqual(await changed.groups());
    expect(await familiesOf(fromTheStart)).toEqual(await familiesOf(changed));
    expect(await reachOf(fromTheStart)).toEqual(await reachOf(changed));
  });

  it('replays every decision, and rebuilds read models that equal the live ones', async () => {
    const { counts } = await changed.installation.json<{ counts: { equal: number } }>('ledger', 'replay');
    expect(counts).toMatchObject({ diverged: 0, 'not-decidable': 0 });
    expect(counts.equal).toBeGreaterThan(files.length);
    const rebuilt = await changed.installation.json<{ before: string; after: string }>('rebuild');
    expect(rebuilt.after).toBe(rebuilt.before);
  });

  it('gives a home a definition of its own with --strategy, which later starts keep', async () => {
    const home = fromTheStart.installation.home;
    await fromTheStart.halt();
    await fromTheStart.start(undefined, '--programme', programme, '--strategy', 'leap-1');
    const own = join(home, 'definition', 'programme.json');
    expect(existsSync(own)).toBe(true);
    const nameIn = () => (JSON.parse(readFileSync(own, 'utf8')) as Definition).strategy.name;
    expect(nameIn()).toBe('leap-1');
    await fromTheStart.halt();
    await fromTheStart.start();
    const { programmeDirectory } = fromTheStart.connected;
    expect(programmeDirectory).toBe(join(home, 'definition'));
    expect(nameIn()).toBe('leap-1');
  });
});

const uuidOf = (key: string): string => key.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');

/** Row keys in the groups to which they belong, in the form of `RunningPlatform.groups`. */
const together = (rows: readonly (readonly [key: string, group: string])[]): string[] =>
  [...Map.groupBy(rows, ([, group]) => group).values()]
    .map((members) =>
      members
        .map(([key]) => key)
        .sort()
        .join(', '),
    )
    .sort();
