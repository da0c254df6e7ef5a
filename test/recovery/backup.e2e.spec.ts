import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MAX_MESSAGE_BYTES, type RecordId } from '@kinledger/contracts';
import { unpackBytes } from '@kinledger/database';
import { bodiesIn } from '@kinledger/event-store';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RunningPlatform, type ProgrammeFile } from '../e2e/running-platform.js';
import { fewDatasets } from '../support/few-datasets.js';

interface Ledger {
  readonly stream: string;
  readonly events: number;
  readonly sha256: string;
}
interface Backup {
  readonly files: number;
  readonly ledgers: readonly Ledger[];
}
interface Restored {
  readonly ledgers: readonly Ledger[];
  readonly erasures: { readonly records: number };
}
interface Rebuilt {
  readonly before: string | null;
  readonly after: string;
}

const folder = mkdtempSync(join(tmpdir(), 'kinledger-backup-'));
const backup = join(folder, 'backup');
const keys = join(folder, 'keys');
const programme = join(folder, 'programme');

const original = new RunningPlatform();
const restored = new RunningPlatform();
const erased = new RunningPlatform();

let files: readonly ProgrammeFile[];
let before: { readonly ledger: readonly string[]; readonly figures: unknown; readonly digest: string };

/** The files of the home's own definition, and what they hold. */
const filesIn = ({ installation: { home } }: RunningPlatform) =>
  readdirSync(join(home, 'definition'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name))
    .map((file) => [file.slice(home.length), readFileSync(file, 'utf8')])
    .sort();

const figures = (platform: RunningPlatform) => platform.read('/v1/figures/reach?period=lifetime');
const rebuild = (platform: RunningPlatform) => platform.installation.json<Rebuilt>('rebuild');

async function submitQuarter(platform: RunningPlatform, period: string): Promise<void> {
  let last = '';
  for (const file of files.filter((each) => each.period === period)) {
    last = (await platform.submit(programme, file)).id;
  }
  await platform.until(last, 'linked');
}

/** A ledger line without what differs between two runs: times, and salts (and so commitments). */
const comparable = (line: string): string =>
  JSON.stringify(JSON.parse(line), (key, value: unknown) =>
    ['time', 'commitments'].includes(key) ? undefined : value,
  );

const restore = (platform: RunningPlatform, ...more: readonly string[]) =>
  platform.installation.json<Restored>(
    ...['restore', backup, '--keys', keys, '--home', platform.installation.home, ...more],
  );

async function ask<T extends pg.QueryResultRow>(platform: RunningPlatform, ...sql: string[]): Promise<T[]> {
  const client = new pg.Client({ connectionString: platform.superuserUrl('platform') });
  await client.connect();
  try {
    let rows: T[] = [];
    for (const statement of sql) rows = (await client.query<T>(statement)).rows;
    return rows;
  } finally {
    await client.end();
  }
}

let periods: readonly string[];

beforeAll(async () => {
  const size = ['--people', '60', '--quarters', '2', '--seed', 'backup', ...fewDatasets];
  expect(await original.installation.run('generate', '--out', programme, ...size)).toMatchObject({ code: 0 });
  const manifest = readFileSync(join(programme, 'manifest.json'), 'utf8');
  const all = (JSON.parse(manifest) as { files: readonly ProgrammeFile[] }).files;
  files = all.filter(({ dataset }) => /^(baby-steps|making-it-real|caseload-midwifery)\./.test(dataset));
  periods = [...new Set(files.map(({ period }) => period))];
  // Gives the home a definition of its own.
  await original.start(undefined, '--strategy', 'leap-1');
  await submitQuarter(original, periods[0]!);
  const { after: digest } = await rebuild(original);
  before = { ledger: await original.ledger(), figures: await figures(original), digest };
});
afterAll(async () => {
  await Promise.all([original, restored, erased].map((platform) => platform.stop()));
  rmSync(folder, { recursive: true, force: true });
});

describe('a backup', () => {
  it('is refused while services run, in one sentence, and leaves nothing behind', async () => {
    const { code, stderr } = await original.installation.run('backup', '--out', backup);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^kinledger: a launcher is running on/);
    expect(readdirSync(folder)).toEqual(['programme']);
  });

  it('holds the present ledger, and no key', async () => {
    await original.halt();
    const made = await original.installation.json<Backup>('backup', '--out', backup, '--keys-out', keys);
    expect(made.ledgers).toMatchObject([{ stream: 'programme-leap', events: before.ledger.length }]);
    expect(readdirSync(folder).sort()).toEqual(['backup', 'keys', 'programme']);
    expect(readdirSync(backup).sort()).toEqual(['backup.json', 'data', 'definition']);
    const again = await original.installation.run('backup', '--out', backup);
    expect(again).toMatchObject({ code: 1, stdout: '' });
  });

  it('is refused in the folder of its keys', async () => {
    const inside = ['--out', join(folder, 'other'), '--keys-out', join(folder, 'other', 'keys')];
    expect((await original.installation.run('backup', ...inside)).stderr).toContain('need two folders');
    expect(existsSync(join(folder, 'other'))).toBe(false);
  });
});

describe('a restored backup', () => {
  it('has the same ledger, read models and figures', async () => {
    const { ledgers, erasures } = await restore(restored);
    expect(ledgers[0]?.events).toBe(before.ledger.length);
    expect(erasures).toEqual({ records: 0 });
    await restored.start();
    expect(restored.connected.programmeDirectory).toBe(join(restored.installation.home, 'definition'));
    expect(filesIn(restored)).toEqual(filesIn(original));
    expect(await restored.ledger()).toEqual(before.ledger);
    expect(await figures(restored)).toEqual(before.figures);
    expect(await rebuild(restored)).toMatchObject({ before: before.digest, after: before.digest });
  });

  it('decides the next quarter like the original', async () => {
    await original.start();
    await Promise.all([submitQuarter(restored, periods[1]!), submitQuarter(original, periods[1]!)]);
    const ledger = await restored.ledger();
    expect(ledger.length).toBeGreaterThan(before.ledger.length);
    expect(ledger.map(comparable)).toEqual((await original.ledger()).map(comparable));
    expect(await restored.groups()).toEqual(await original.groups());
    expect(await figures(restored)).toEqual(await figures(original));
  });

  it('rebuilds its read models from the ledger if they are lost', async () => {
    const { after } = await rebuild(restored);
    await ask(restored, 'DROP SCHEMA golden CASCADE');
    const rebuilt = await rebuild(restored);
    expect(rebuilt.after).toBe(after);
    expect(await figures(restored)).toEqual(await figures(original));
  });

  it('is refused in a folder that is not empty', async () => {
    const args = ['restore', backup, '--keys', keys, '--home', restored.installation.home];
    expect((await restored.installation.run(...args)).stderr).toMatch(/^kinledger: .* is not empty/);
  });

  it.each([
    ['lacks a file', 'data/global/pg_control', (file: string) => rmSync(file), 'is missing'],
    [
      'lacks a part of the definition',
      'definition/postcodes.csv',
      (file: string) => rmSync(file),
      'is missing',
    ],
    [
      'has a bit that fell over',
      'data/global/pg_control',
      (file: string) => {
        const bytes = readFileSync(file);
        bytes[0] = (bytes[0] ?? 0) ^ 1;
        writeFileSync(file, bytes);
      },
      'is not what it was',
    ],
  ])('is refused, and leaves nothing behind, if it %s', async (_, path, damage, sentence) => {
    const file = join(backup, path);
    const whole = readFileSync(file);
    const home = join(folder, 'damaged');
    try {
      damage(file);
      const { code, stderr } = await erased.installation.run(
        ...['restore', backup, '--keys', keys, '--home', home],
      );
      expect(code).toBe(1);
      expect(stderr.split('\n').at(-2)).toContain(
        `kinledger: the backup is damaged: ${path.slice(path.indexOf('/') + 1)} `,
      );
      expect(stderr).toContain(sentence);
      expect(readdirSync(home)).toEqual([]);
    } finally {
      writeFileSync(file, whole);
    }
  });
});

describe('an erasure after the backup', () => {
  const later = join(folder, 'later');
  let people: readonly string[];
  let records: readonly string[];
  const list = join(restored.installation.home, 'erasures.jsonl');

  const listOf = (ids: readonly string[]) => ids.map((id) => `'${id}'::uuid`).join(', ');
  /** What is left of the erased records, in every place that could hold their rows or data derived from them. */
  const leftOf = async (platform: RunningPlatform) => {
    const facts = ['record_attribute', 'engagement', 'outcome', 'feedback', 'input'];
    const [found] = await ask<{ known: number; linked: number; attributes: number }>(
      platform,
      `SELECT (SELECT count(*)::integer FROM golden.record WHERE record_id IN (${listOf(records)}) AND state <> 'retired') AS linked,
              (SELECT count(*)::integer FROM golden.individual WHERE individual_id IN (${listOf(people)}) AND attributes <> '{}') AS attributes,
              ${facts.map((table) => `(SELECT count(*) FROM golden.${table} WHERE record_id IN (${listOf(records)}))`).join(' + ')} AS known`,
    );
    const segments = await ask<{ bytes: Buffer }>(platform, 'SELECT bytes FROM ledger.segment');
    const there = bodiesIn(segments.map(({ bytes }) => ({ bytes: unpackBytes(bytes, MAX_MESSAGE_BYTES) })));
    const bodies = records.filter((record) => there.has(record.replaceAll('-', '') as RecordId)).length;
    return { ...found, bodies, known: Number(found?.known) };
  };
  const untilProjected = (platform: RunningPlatform) =>
    expect
      .poll(
        () =>
          ask(
            platform,
            `SELECT (SELECT position FROM golden.checkpoint) = max(revision) AS done FROM ledger.event`,
          ),
        { timeout: 60_000 },
      )
      .toEqual([{ done: true }]);
  const picture = async (platform: RunningPlatform) => ({
    ledger: await platform.ledger(),
    groups: await platform.groups(),
    figures: await figures(platform),
    rebuilt: await rebuild(platform),
  });

  it('is on a list that has to be readable to its end', async () => {
    const broken = join(folder, 'broken.jsonl');
    const line = { stream: 'programme-leap', basis: 'x', records: ['00'], erasedAt: '2024-04-02T10:00:00Z' };
    writeFileSync(broken, `${JSON.stringify(line)}\n`);
    const home = ['--home', erased.installation.home];
    const args = ['restore', backup, '--keys', keys, ...home, '--erasures', broken];
    expect((await erased.installation.run(...args)).stderr).toContain('line 1 is not an erasure');
    writeFileSync(broken, '{"stream":"programme-leap"');
    expect((await erased.installation.run(...args)).stderr).toContain('the last line is not complete');
  });

  it('removes bodies, facts, attributes and links, and a rebuild gives the same read models', async () => {
    await Promise.all([original.halt(), restored.halt()]);
    await restored.installation.json<Backup>('backup', '--out', later);
    await restored.start();
    const before = await restored.groups();
    const found = await ask<{ person: string; records: string[] }>(
      restored,
      `SELECT replace(individual_id::text, '-', '') AS person, array_agg(replace(record_id::text, '-', '')) AS records
       FROM golden.record WHERE state = 'linked' GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 2`,
    );
    people = found.map(({ person }) => person);
    records = found.flatMap((each) => each.records);
    expect(people).toHaveLength(2);
    expect((await leftOf(restored)).bodies).toBe(records.length);

    const basis = ['--basis', 'data-subject-request'];
    const unknown = 'f'.repeat(32);
    const mistyped = await restored.installation.run('erase', ...basis, '--record', ...records, unknown);
    expect([mistyped.code, mistyped.stderr]).toEqual([1, expect.stringContaining(`no record ${unknown};`)]);
    expect((await leftOf(restored)).bodies).toBe(records.length);

    const erasing = await restored.installation.json<{ listed: number }>(
      ...['erase', ...basis, '--record', ...records],
    );
    expect(erasing).toMatchObject({ listed: records.length });
    await untilProjected(restored);
    expect(await leftOf(restored)).toEqual({ bodies: 0, known: 0, linked: 0, attributes: 0 });
    expect(await restored.groups()).toHaveLength(before.length - 2);
    expect(readFileSync(list, 'utf8').split('\n')).toHaveLength(2);
    // Rebuilding fails unless the ledger without the bodies gives the live read models.
    await rebuild(restored);
  });

  it('holds after a restore: ledger, figures and read models are those of the home that erased', async () => {
    const there = await picture(restored);
    const home = ['--home', erased.installation.home];
    const report = await erased.installation.json<Restored>(
      ...['restore', later, '--keys', keys, ...home, '--erasures', list],
    );
    expect(report.erasures).toEqual({ records: records.length });
    await erased.start();
    expect(existsSync(join(erased.installation.home, 'erase-first'))).toBe(false);
    // Until then the launcher ran the linker only.
    const [erasure] = (await erased.ledger()).slice(-1);
    expect(JSON.parse(erasure ?? '')).toMatchObject({ type: 'RecordErased', data: { records } });
    await untilProjected(erased);
    expect(await leftOf(erased)).toEqual({ bodies: 0, known: 0, linked: 0, attributes: 0 });
    expect(await picture(erased)).toMatchObject({
      ...there,
      rebuilt: { before: there.rebuilt.after, after: there.rebuilt.after },
    });
  });
});
