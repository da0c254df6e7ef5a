import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { markupProblems } from '@kinledger/page-kit/testing';
import { afterAll, describe, expect, it } from 'vitest';
import { fewDatasets } from '../support/few-datasets.js';
import { Installation, listens } from './installation.js';

interface Judged {
  readonly figure: number;
  readonly truth: number;
  readonly error: number | null;
}
interface DemoReport {
  readonly rows: number;
  readonly files: number;
  readonly seconds: number | null;
  readonly refused: readonly unknown[];
  readonly linkage: { readonly precision: number; readonly recall: number; readonly records: number };
  readonly reach: {
    readonly period: string;
    readonly position: number;
    readonly scopes: readonly {
      readonly id: string;
      readonly children: Judged;
      readonly adults: Judged;
      readonly families: Judged;
    }[];
  };
  readonly explained: Readonly<Record<'children' | 'adults' | 'families', Account>>;
  readonly byGroup: Readonly<Record<'ethnicity' | 'deprivation' | 'provider', readonly Group[]>>;
  readonly reachErrorPage: string;
  readonly pages: string;
}
interface Group {
  readonly group: string | null;
  readonly children: Judged;
  readonly adults: Judged;
  readonly reached: number;
  readonly missed: number;
}
interface Account {
  readonly truth: number;
  readonly missed: Readonly<Record<string, number>>;
  readonly countedAgain: number;
  readonly joined: number;
  readonly beyondTruth: number;
  readonly figure: number;
}
interface Reach {
  readonly position: number;
  readonly reach: { readonly children: number; readonly adults: number; readonly families: number };
}
interface Connection {
  readonly launcher: { readonly pid: number };
  readonly services: Readonly<Record<string, string>>;
}
interface TrueQuality {
  readonly linkage: {
    readonly records: number;
    readonly measures: Readonly<Record<string, { readonly value: number | null }>>;
  };
  readonly subgroups: Readonly<Record<string, readonly unknown[]>>;
  readonly reach: Readonly<
    Record<
      string,
      { readonly counted: number; readonly low: number; readonly high: number; readonly truth: number }
    >
  >;
}
interface EstimatedQuality {
  readonly decoys: {
    readonly decoys: { readonly all: { readonly decoys: number; readonly share: number } };
    readonly heldOut: Readonly<Record<string, Pick<TrueQuality['linkage'], 'measures'>>>;
  };
  readonly reviewed: { readonly falseLinks: { readonly value: number } };
  readonly reach: Readonly<Record<string, { readonly counted: number }>>;
}
type AttackedField = { readonly field: string } & Readonly<
  Record<'stored' | 'byRank' | 'withSalt', { readonly occurrences: number }>
>;
interface Submitted {
  readonly upload: { readonly state: string; readonly counts: { readonly read: number } };
  readonly accepted?: { readonly id: string; readonly repeated: boolean };
  readonly submission?: { readonly state: string };
}

const installation = new Installation();
afterAll(() => installation.dispose());

const connection = (): Connection =>
  JSON.parse(readFileSync(join(installation.home, 'connection.json'), 'utf8')) as Connection;
const left = () => ({
  processes: installation.processes(),
  connection: existsSync(join(installation.home, 'connection.json')),
  lock: existsSync(join(installation.home, 'launcher.lock')),
});
const nothing = { processes: [], connection: false, lock: false };

let first: DemoReport;

describe('the command line', () => {
  it('prints its version', async () => {
    const { code, stdout } = await installation.run('--version');
    expect([code, stdout]).toEqual([0, expect.stringMatching(/^\d+\.\d+\.\d+\n$/)]);
  });
});

describe('a demo', () => {
  it('loads a small programme, comes near the truth, and leaves no process or port behind', async () => {
    first = await installation.json<DemoReport>(
      ...['demo', '--once', '--people', '300', '--quarters', '2', '--seed', 'e2e', ...fewDatasets],
    );
    expect(first).toMatchObject({ refused: [], reach: { period: '2023-24-Q4' } });
    expect(first.rows).toBeGreaterThan(1000);
    const [programme] = first.reach.scopes;
    for (const kind of ['children', 'adults', 'families'] as const) {
      const { figure, truth, error } = programme![kind];
      expect(truth).toBeGreaterThan(20);
      expect(figure).toBeGreaterThan(20);
      expect(Math.abs(error!)).toBeLessThan(0.25);
      const account = first.explained[kind];
      const missed = Object.values(account.missed).reduce((sum, each) => sum + each, 0);
      expect({ figure: account.figure, truth: account.truth }).toEqual({ figure, truth });
      expect(truth - missed + account.countedAgain - account.joined + account.beyondTruth).toBe(figure);
    }
    expect(first.linkage.records).toBeGreaterThan(200);
    expect(first.linkage.precision).toBeGreaterThanOrEqual(0.999);
    expect(first.linkage.recall).toBeGreaterThan(0.7);
    expect(left()).toEqual(nothing);
    expect(await listens(first.pages)).toBe(false);
  });

  it('compares reach with the truth for each group of people, on a page of its own', async () => {
    const [programme] = first.reach.scopes;
    for (const grouping of ['ethnicity', 'deprivation'] as const) {
      const groups = first.byGroup[grouping];
      const sum = (of: (group: Group) => number) => groups.reduce((total, group) => total + of(group), 0);
      for (const kind of ['children', 'adults'] as const) {
        expect(sum((group) => group[kind].figure)).toBe(programme![kind].figure);
        expect(sum((group) => group[kind].truth)).toBe(programme![kind].truth);
      }
      expect(sum(({ reached }) => reached)).toBe(programme!.children.truth + programme!.adults.truth);
    }
    expect(first.byGroup.provider.length).toBeGreaterThan(3);
    const page = readFileSync(first.reachErrorPage, 'utf8');
    expect(await markupProblems(page)).toEqual([]);
    expect(page).toContain('By provider');
  });

  it('keeps its data and prints the same answer the second time', async () => {
    const again = await installation.json<DemoReport>('demo', '--once');
    expect(again.seconds).toBeNull();
    expect(again.reach).toEqual(first.reach);
    expect(again.linkage).toEqual(first.linkage);
  });

  it('refuses another size on the same home, in one sentence', async () => {
    const { code, stderr } = await installation.run('demo', '--once', '--people', '50');
    expect(code).toBe(1);
    expect(stderr).toMatch(/^kinledger: .* holds a demo of 300 people/);
    expect(left()).toEqual(nothing);
  });
});

describe('the files of a synthetic programme', () => {
  it('are written with the truth beside them, and only into an empty folder', async () => {
    const args = ['generate', '--out', join(installation.home, 'files'), '--people', '50', '--quarters', '1'];
    const { files } = await installation.json<{ files: { path: string; rows: number }[] }>(...args);
    const [file] = files;
    const lines = readFileSync(join(installation.home, 'files', file!.path), 'utf8')
      .trim()
      .split(/\r?\n/);
    expect(lines).toHaveLength(file!.rows + 1);
    expect(existsSync(join(installation.home, 'files', 'truth', 'records.csv'))).toBe(true);
    const { code, stderr } = await installation.run(...args);
    expect(code).toBe(1);
    expect(stderr).toContain('is not empty');
  });
});

describe('services that a person started', () => {
  const file = 'demo/data/files/2023-24-Q4/natural-thinkers.user.csv';
  const about = ['--dataset', 'natural-thinkers.user', '--period', '2023-24-Q4'];
  let started: ReturnType<Installation['begin']>;

  it('write their addresses to a file that only its owner can read', async () => {
    started = installation.begin('start');
    await started.said('Ctrl-C stops it.');
    expect(statSync(join(installation.home, 'connection.json')).mode & 0o777).toBe(0o600);
    expect(Object.keys(connection().services)).toHaveLength(5);
  });

  it('refuse a second launcher on their home', async () => {
    const { code, stderr } = await installation.run('start');
    expect(code).toBe(1);
    expect(stderr).toContain('a launcher is running on');
    expect(stderr.trim().split('\n')).toHaveLength(1);
  });

  it('answer figures as JSON, as CSV and as a table', async () => {
    const period = ['--period', '2023-24-Q4'];
    const answer = await installation.json<Reach>('figures', 'reach', ...period);
    expect(answer.reach.children).toBe(first.reach.scopes[0]?.children.figure);
    const csv = await installation.run('figures', 'reach', ...period, '--csv');
    expect(csv.stdout).toMatch(/^period,level,/);
    const text = await installation.run('figures', 'reach', '--period', 'Q4 2023/24');
    expect(text.stdout).toContain('Double counting removed');
    const lifetime = await installation.json<Reach>('figures', 'reach', '--period', 'lifetime');
    expect(lifetime.reach.children).toBeGreaterThanOrEqual(answer.reach.children);
  });

  it('answer figures as at a past position', async () => {
    const beginning = await installation.json<Reach>(
      ...['figures', 'reach', '--period', '2023-24-Q4', '--as-at', '0'],
    );
    // No file had been received then, so reach is unknown.
    expect(beginning).toMatchObject({
      position: 0,
      reach: { coverage: 'no-files', children: null, adults: null },
    });
  });

  it('are compared with the truth, measure by measure and with bounds of reach', async () => {
    const truth = join(installation.home, 'demo', 'data', 'truth');
    const { linkage, subgroups, reach } = await installation.json<TrueQuality>('quality', '--truth', truth);
    const { precision, recall, records } = first.linkage;
    expect(linkage.records).toBe(records);
    expect(linkage.measures).toMatchObject({ precision: { value: precision }, recall: { value: recall } });
    for (const dimension of ['ethnicity', 'deprivation', 'area', 'provider', 'nhsNumber', 'role'])
      expect(subgroups[dimension]?.length, dimension).toBeGreaterThan(1);
    for (const kind of ['children', 'adults', 'families'] as const) {
      const { counted, low, high, truth: truly } = reach[kind]!;
      expect(counted).toBe(first.reach.scopes[0]![kind].figure);
      expect(low).toBeLessThanOrEqual(truly);
      expect(high).toBeGreaterThanOrEqual(truly);
    }
    const { code, stderr } = await installation.run('quality', '--truth', installation.home);
    expect([code, stderr]).toEqual([1, expect.stringContaining('holds no truth')]);
  });

  it('are measured without a truth: by decoys, without NHS numbers, and by links that people reviewed', async () => {
    const file = join(installation.home, 'sample.csv');
    const drawn = await installation.json<{ pairs: number }>(
      ...['quality', 'sample', '--size', '30', '--seed', 'e2e', '--out', file],
    );
    expect(drawn.pairs).toBeGreaterThanOrEqual(30);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    writeFileSync(file, readFileSync(file, 'utf8').replaceAll(',\n', ',same\n'));
    const { decoys, reviewed, reach } = await installation.json<EstimatedQuality>(
      ...['quality', '--decoys', '100', '--reviewed', file, '--period', '2023-24-Q4'],
    );
    expect(decoys.decoys.all.decoys).toBe(100);
    expect(decoys.decoys.all.share).toBeLessThan(0.1);
    expect(decoys.heldOut['all']?.measures['recall']?.value).toBeGreaterThan(0.4);
    expect(reviewed.falseLinks.value).toBe(0);
    expect(reach['children']?.counted).toBe(first.reach.scopes[0]!.children.figure);
  });

  it('give away the genders of their tokens to an attacker without the key, and no birth date', async () => {
    const { fields } = await installation.json<{ fields: readonly AttackedField[] }>(
      ...['attack', '--rows', '2000', '--budget', '1000'],
    );
    const shareOf = (name: string, by: 'byRank' | 'withSalt') => {
      const { stored, [by]: recovered } = fields.find(({ field }) => field === name)!;
      return recovered.occurrences / stored.occurrences;
    };
    expect(shareOf('gender', 'byRank')).toBeGreaterThan(0.3);
    expect(shareOf('birth-date', 'byRank')).toBeLessThan(0.05);
    for (const { field } of fields) expect(shareOf(field, 'withSalt'), field).toBe(0);
  });

  it('validate a file without keeping it', async () => {
    const report = join(installation.home, 'errors.csv');
    const args = ['submit', join(installation.home, file), ...about, '--dry-run', '--errors', report];
    const dry = await installation.json<Submitted>(...args);
    expect(dry.upload.state).toBe('validated');
    expect(dry.upload.counts.read).toBeGreaterThan(0);
    expect(dry.accepted).toBeUndefined();
    expect(statSync(report).mode & 0o777).toBe(0o600);
    expect(readFileSync(report, 'utf8')).toMatch(/^\uFEFF?row,case_number,/);
  });

  it('answer a repeated file with the existing submission', async () => {
    const again = await installation.json<Submitted>('submit', join(installation.home, file), ...about);
    expect(again.accepted?.repeated).toBe(true);
    expect(again.submission?.state).toBe('linked');
  });

  it.each([
    [
      'an unknown dataset',
      ['submit', file, '--dataset', 'nothing.user', '--period', '2023-24-Q4'],
      'has no dataset',
    ],
    ['a file that is not there', ['submit', 'nothing.csv', ...about], 'nothing.csv cannot be read'],
    ['a folder instead of a file', ['submit', '.', ...about], '. is no file'],
    [
      'a position beyond the ledger',
      ['figures', 'reach', '--period', 'lifetime', '--as-at', '999999999'],
      'The ledger ends at position',
    ],
    [
      'a position before the ledger',
      ['figures', 'reach', '--period', 'lifetime', '--as-at', '-1'],
      'expected a ledger position',
    ],
    ['a submission that is not there', ['submissions', 'unpark', '0'.repeat(32)], 'There is no submission'],
    ['a period that is none', ['figures', 'reach', '--period', 'soon'], 'The period cannot be read'],
  ])('refuse %s in one sentence', async (_, args, sentence) => {
    const { code, stderr } = await installation.run(...args);
    expect(code).toBe(1);
    expect(stderr).toContain(sentence);
    expect(stderr).not.toContain('    at ');
  });

  it('rebuild their read models to the same content', async () => {
    const rebuilt = await installation.json<{ before: string; after: string; equal: boolean }>('rebuild');
    expect(rebuilt).toMatchObject({ equal: true, before: rebuilt.after });
  });

  it('stop in order on request', async () => {
    const { services } = connection();
    started.child.kill('SIGTERM');
    expect((await started.ended).code).toBe(0);
    expect(left()).toEqual(nothing);
    for (const url of Object.values(services)) expect(await listens(url)).toBe(false);
  });

  it('end when the command line and the launcher are killed, and restart on the same data', async () => {
    const killed = installation.begin('start');
    await killed.said('Ctrl-C stops it.');
    const { launcher, services } = connection();
    killed.child.kill('SIGKILL');
    process.kill(launcher.pid, 'SIGKILL');
    await killed.ended;
    for (const url of Object.values(services))
      await expect.poll(() => listens(url), { timeout: 30_000 }).toBe(false);
    const again = await installation.json<DemoReport>('demo', '--once');
    expect(again.reach).toEqual(first.reach);
    expect(left()).toEqual(nothing);
  });
});
