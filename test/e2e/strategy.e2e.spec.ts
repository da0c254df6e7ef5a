import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RunningPlatform, type ProgrammeFile } from './running-platform.js';

interface Estimate {
  readonly hash: string;
  readonly before: { readonly inForce: boolean };
  readonly strata: readonly { readonly stratum: string; readonly isEstimated: boolean }[];
  readonly warnings: readonly string[];
}
interface InForce {
  readonly strategy: string;
  readonly position: number;
  readonly hash?: string;
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly tables: readonly { readonly id: string; readonly keyVersion: number; readonly inForce: boolean }[];
}
interface Quality {
  readonly linkage: { readonly measures: Readonly<Record<string, { readonly value: number }>> };
}

const leap = join(import.meta.dirname, '../../programmes/leap');
/** Files of people alone: a model is estimated from them. */
const datasets = [
  ...['health-visiting', 'baby-steps', 'making-it-real', 'natural-thinkers', 'doorstep-library'],
  ...[
    'breastfeeding-peer-support',
    'community-activity-nutrition',
    'caseload-midwifery',
    'childrens-centres',
  ],
  ...['maternity', 'parent-champions', 'family-engagement-workers', 'pairs-one-to-one'],
].map((service) => `${service}.user`);

describe('a model of a programme of its own', () => {
  const folder = mkdtempSync(join(tmpdir(), 'kinledger-strategy-'));
  const programme = join(folder, 'programme');
  const data = join(folder, 'data');
  const platform = new RunningPlatform();
  const restored = new RunningPlatform();
  let files: readonly ProgrammeFile[];
  let before: Quality;
  /** The submission that came last. */
  let last: string;

  const json = <T>(...args: readonly string[]) => platform.installation.json<T>(...args);
  const estimate = (file: string) =>
    json<Estimate>('strategy', 'estimate', '--out', join(folder, file), '--name', 'e2e', '--frequencies');
  const quality = () => json<Quality>('quality', '--truth', join(data, 'truth'));
  const textOf = (file: string) => readFileSync(join(folder, file), 'utf8');
  const define = (change: object) => {
    const file = join(programme, 'programme.json');
    writeFileSync(file, JSON.stringify({ ...(JSON.parse(readFileSync(file, 'utf8')) as object), ...change }));
  };

  beforeAll(async () => {
    cpSync(leap, programme, { recursive: true });
    define({ derivations: 'op-kin-1' });
    await json(
      ...['generate', '--out', data, '--people', '1200', '--quarters', '2', '--seed', 'strategy'],
      ...['--programme', programme, '--only', datasets.join(',')],
    );
    ({ files } = JSON.parse(readFileSync(join(data, 'manifest.json'), 'utf8')) as {
      readonly files: readonly ProgrammeFile[];
    });
    await platform.start('strategy', '--programme', programme);
    for (const file of files.slice(0, -1)) last = (await platform.submit(data, file)).id;
    await platform.until(last, 'linked');
    before = await quality();
  }, 600_000);
  afterAll(async () => {
    await Promise.all([platform.stop(), restored.stop()]);
    rmSync(folder, { recursive: true, force: true });
  });

  it('is estimated where there is enough to see, under the strategy in force, and is the same file after a submission that is withdrawn', async () => {
    const unwritable = await platform.installation.run(
      ...['strategy', 'estimate', '--frequencies', '--out', folder],
    );
    expect(unwritable.stderr).toContain('is a folder: name a file to write to');
    // Nor is a table kept, which no model would name.
    const nothingYet = { strategy: 'leap-1', position: 1, tables: [] };
    expect(await json<InForce>('strategy', 'show')).toMatchObject(nothingYet);
    const events = (await platform.ledger()).length;
    const found = await estimate('model.json');
    expect(found).toMatchObject({ before: { inForce: false } });
    expect(found.strata).toMatchObject([
      { stratum: 'child', isEstimated: false },
      { stratum: 'adult', isEstimated: true },
    ]);
    expect(await platform.ledger()).toHaveLength(events);
    const more = await platform.submit(data, files.at(-1)!);
    await platform.until(more.id, 'linked');
    expect((await estimate('with-more.json')).hash).not.toBe(found.hash);
    await platform.withdraw(more.id);
    await platform.until(more.id, 'withdrawn');
    await estimate('again.json');
    expect(textOf('again.json')).toBe(textOf('model.json'));
  });

  it('is adopted by the definition that names its file: the ledger records its hash, and more rows of one person meet', async () => {
    await platform.halt();
    const { strategy } = JSON.parse(readFileSync(join(programme, 'programme.json'), 'utf8')) as {
      readonly strategy: object;
    };
    cpSync(join(folder, 'model.json'), join(programme, 'linkage-model.json'));
    define({
      strategy: {
        ...strategy,
        ...{ name: 'kin-1', model: { file: 'linkage-model.json' }, maxHoldersPerKey: 100 },
        ...{ reviewFrom: 4_000, linkFrom: 7_000, margin: 3_000 },
      },
    });
    await platform.start('strategy', '--programme', programme);
    last = (await platform.submit(data, files.at(-1)!)).id;
    await platform.until(last, 'linked');
    const found = await json<InForce>('strategy', 'show');
    const { hash } = await json<{ readonly hash: string }>('strategy', 'show', join(folder, 'model.json'));
    expect(found).toMatchObject({ strategy: 'kin-1', hash, parameters: { model: hash } });
    expect(found.position).toBeGreaterThan(1);
    const after = await quality();
    const measure = ({ linkage }: Quality, name: string) => linkage.measures[name]?.value ?? NaN;
    expect(measure(after, 'recall')).toBeGreaterThan(measure(before, 'recall'));
    expect(measure(after, 'precision')).toBeGreaterThan(0.995);
  });

  it('is decided again alike by a replay, and is what the next estimate is compared with', async () => {
    const { code, stdout } = await platform.installation.run('ledger', 'replay');
    expect(code, stdout).toBe(0);
    expect(await estimate('next.json')).toMatchObject({ before: { inForce: true } });
    const { stdout: told } = await platform.installation.run(
      ...['strategy', 'show', join(folder, 'next.json'), '--against', join(folder, 'model.json')],
    );
    expect(told).toContain('Moved by');
  });

  it('is restored with its table of common names from a backup, and decides as the original does', async () => {
    const ledger = await platform.ledger();
    await platform.halt();
    const [backup, keys] = [join(folder, 'backup'), join(folder, 'keys')];
    await json('backup', '--out', backup, '--keys-out', keys);
    const { home } = restored.installation;
    await restored.installation.json('restore', backup, '--keys', keys, '--home', home);
    for (const each of [platform, restored]) await each.start(undefined, '--programme', programme);
    expect(await restored.ledger()).toEqual(ledger);
    expect(await restored.groups()).toEqual(await platform.groups());
    const shown = () => restored.installation.json<InForce>('strategy', 'show');
    expect(await shown()).toEqual(await json<InForce>('strategy', 'show'));
    expect((await shown()).tables.filter(({ inForce }) => inForce)).toHaveLength(1);
    // The linker decides with it: links are worked out again without these rows.
    for (const each of [platform, restored]) {
      await each.withdraw(last);
      await each.until(last, 'withdrawn');
    }
    expect(await restored.ledger()).not.toHaveLength(ledger.length);
    expect(await restored.groups()).toEqual(await platform.groups());
    const replayed = await restored.installation.run('ledger', 'replay');
    expect(replayed.code, replayed.stdout).toBe(0);
  });

  it('is refused in one sentence where a restored database has another table in the place of its own, or none', async () => {
    const { frequencies } = JSON.parse(textOf('model.json')) as { readonly frequencies: string };
    const client = new pg.Client({ connectionString: restored.superuserUrl('platform') });
    await client.connect();
    try {
      const bytes = Buffer.from('{"fields":{},"format":"kin-frequencies/1"}');
      const which = `WHERE id = decode('${frequencies}', 'hex')`;
      await client.query(`UPDATE ledger.name_frequencies SET bytes = $1, digest = sha256($1) ${which}`, [
        bytes,
      ]);
      const foreign = await restored.installation.run('ledger', 'replay');
      expect([foreign.code, foreign.stderr.trimEnd().split('\n').at(-1)]).toEqual([
        1,
        expect.stringMatching(
          new RegExp(`^kinledger: .*${frequencies} is another table: restore the database`),
        ),
      ]);
      await client.query(`DELETE FROM ledger.name_frequencies ${which}`);
      const missing = await restored.installation.run('ledger', 'replay');
      expect([missing.code, missing.stderr.trimEnd().split('\n').at(-1)]).toEqual([
        1,
        expect.stringMatching(new RegExp(`^kinledger: .*${frequencies}, which was erased or not restored`)),
      ]);
    } finally {
      await client.end();
    }
    await restored.halt();
  });

  it('follows its table of common names to another token key, and is refused once that is erased, until another is estimated', async () => {
    await json('keys', 'create', '2');
    await json('keys', 'rotate', '--reason', 'yearly-rotation');
    const replayed = await platform.installation.run('ledger', 'replay');
    expect(replayed.code, replayed.stdout).toBe(0);
    const { frequencies } = JSON.parse(textOf('model.json')) as { readonly frequencies: string };
    const { tables } = await json<InForce>('strategy', 'show');
    expect(tables.filter(({ inForce }) => inForce)).toEqual([
      { id: frequencies, keyVersion: 2, inForce: true },
    ]);
    const kept = await platform.installation.run('strategy', 'erase-frequencies', frequencies);
    expect(kept.code).toBe(1);
    expect(kept.stderr).toContain('adopt another model first, or add --in-force');
    const erased = await platform.installation.run(
      ...['strategy', 'erase-frequencies', frequencies, '--in-force'],
    );
    expect(erased.code, erased.stderr).toBe(0);
    const refused = await platform.installation.run('ledger', 'replay');
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain(`the table of name frequencies ${frequencies}, which was erased`);
    const decoys = await platform.installation.run('quality', '--decoys', '10');
    expect(decoys.stderr).toContain('which was erased');
    const wayOut = await json<Estimate>('strategy', 'estimate', '--out', join(folder, 'way-out.json'));
    expect(wayOut.warnings[0]).toContain(`the table of name frequencies ${frequencies}`);
    expect((await quality()).linkage.measures).toHaveProperty('recall');
  });
});
