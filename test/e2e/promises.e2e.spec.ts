import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { comparable } from '../chaos/outcome/outcome.js';
import { RunningPlatform, type ProgrammeFile, type Submitted } from './running-platform.js';
import { fewDatasets } from '../support/few-datasets.js';

const SEED = 'promises';

interface Manifest {
  readonly files: readonly ProgrammeFile[];
}
interface Positioned {
  readonly position?: number;
}

/** Figures, which depend on the rows and not on their order in the ledger. */
const figuresOf = async (platform: RunningPlatform, periods: readonly string[]) => {
  const answers = [];
  for (const period of [...periods, 'lifetime']) {
    const { position: _, ...answer } = await platform.read<Positioned>(`/v1/figures/reach?period=${period}`);
    answers.push(answer);
  }
  return answers;
};

/** Shuffles deterministically, so that a failing run can be repeated. */
const shuffled = <T>(items: readonly T[]): T[] =>
  items
    .map((item, index) => ({ item, key: (index * 7919 + 13) % 104_729 }))
    .sort((a, b) => (a.key % 101) - (b.key % 101) || a.key - b.key)
    .map(({ item }) => item);

/** The number of records that a ledger line places. */
function placementsIn(line: string): number {
  const { data } = JSON.parse(line) as { readonly data: { readonly placements?: readonly unknown[] } };
  return data.placements?.length ?? 0;
}

describe('a programme of two quarters, submitted in several ways', () => {
  const inOrder = new RunningPlatform();
  const again = new RunningPlatform();
  const mixed = new RunningPlatform();
  const without = new RunningPlatform();
  let folder: string;
  let files: readonly ProgrammeFile[];
  let periods: readonly string[];
  let victim: ProgrammeFile;
  const submitted = new Map<ProgrammeFile, Submitted>();

  const submitInOrder = async (platform: RunningPlatform, chosen: readonly ProgrammeFile[]) => {
    let last: Submitted | undefined;
    for (const file of chosen) last = await platform.submit(folder, file);
    await platform.until(last?.id ?? '', 'linked');
  };

  beforeAll(async () => {
    folder = join(inOrder.installation.home, 'programme');
    const size = ['--people', '250', '--quarters', '2', '--seed', SEED, ...fewDatasets];
    const generated = await inOrder.installation.run('generate', '--out', folder, ...size);
    expect(generated).toMatchObject({ code: 0 });
    ({ files } = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')) as Manifest);
    periods = [...new Set(files.map(({ period }) => period))];
    const inTheMiddle = files.find(({ dataset }) => dataset === 'natural-thinkers.user');
    if (inTheMiddle === undefined) throw new Error('the programme lacks the file to withdraw');
    victim = inTheMiddle;
    await Promise.all([inOrder.start(SEED), mixed.start(SEED)]);
    await submitInOrder(inOrder, files);
    const together = await Promise.all(
      shuffled(files).map(async (file) => {
        const submission = await mixed.submit(folder, file);
        submitted.set(file, submission);
        return submission;
      }),
    );
    const last = together.toSorted((a, b) => a.intake - b.intake).at(-1);
    await mixed.until(last?.id ?? '', 'linked');
  });
  afterAll(() => Promise.all([inOrder, again, mixed, without].map((platform) => platform.stop())));

  it('gives the same groups and figures in another order and all at once', async () => {
    const groups = await inOrder.groups();
    expect(groups.length).toBeGreaterThan(100);
    expect(await mixed.groups()).toEqual(groups);
    expect(await figuresOf(mixed, periods)).toEqual(await figuresOf(inOrder, periods));
  });

  it('rebuilds read models that equal the live ones', async () => {
    const rebuilt = await inOrder.installation.json<{ before: string; after: string; state: string }>(
      'rebuild',
    );
    expect(rebuilt).toMatchObject({ state: 'done' });
    expect(rebuilt.after).toMatch(/^[0-9a-f]{64}$/);
    expect(rebuilt.after).toBe(rebuilt.before);
  });

  it('answers figures as at a past position as they were then', async () => {
    const position = String(Math.floor((await inOrder.ledger()).length / 2));
    const args = ['figures', 'reach', '--period', 'lifetime', '--as-at', position];
    const then = await inOrder.installation.json<{ position: number; reach: { individuals: number } }>(
      ...args,
    );
    const now = await inOrder.read<{ reach: { individuals: number } }>('/v1/figures/reach?period=lifetime');
    expect(then.position).toBeLessThanOrEqual(Number(position));
    expect(then.reach.individuals).toBeLessThan(now.reach.individuals);
  });

  it('withdraws a submission as if it had never been made', async () => {
    const { id } = submitted.get(victim) ?? { id: '' };
    await mixed.withdraw(id);
    await mixed.until(id, 'withdrawn');
    await without.start(SEED);
    await submitInOrder(
      without,
      files.filter((file) => file !== victim),
    );
    expect(await mixed.groups()).toEqual(await without.groups());
    expect(await figuresOf(mixed, periods)).toEqual(await figuresOf(without, periods));
  });

  it('writes the same ledger from the same seed and order', async () => {
    await again.start(SEED);
    await submitInOrder(again, files);
    const ledger = await inOrder.ledger();
    expect(ledger.reduce((sum, line) => sum + placementsIn(line), 0)).toBeGreaterThan(1000);
    expect((await again.ledger()).map(comparable)).toEqual(ledger.map(comparable));
    expect(await again.read('/v1/figures/reach?period=lifetime')).toEqual(
      await inOrder.read('/v1/figures/reach?period=lifetime'),
    );
  });
});
