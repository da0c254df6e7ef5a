import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readProgramme } from '@kinledger/programme';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { filesThrough, type Through } from './files-through.js';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** Few rows are rejected, people are linked, and never two of them into one. */
function expectLinked({ rows, individuals }: Through, datasets: readonly string[]): void {
  expect([...rows.keys()].sort()).toEqual([...datasets].sort());
  for (const [dataset, { read, taken }] of rows) {
    expect(read, dataset).toBeGreaterThan(0);
    expect(taken / read, dataset).toBeGreaterThan(0.85);
  }
  expect(individuals.length).toBeGreaterThan(10);
  expect(individuals.filter((people) => people.size > 1)).toEqual([]);
}

describe('a service that is added by adding a file', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'kinledger-added-'));
    await cp(join(root, 'programmes/leap'), folder, { recursive: true });
  });
  afterAll(() => rm(folder, { recursive: true }));

  it('changes nothing else in the definition, and its files are taken and linked', async () => {
    const before = await readProgramme(folder);
    const guide = await readFile(join(root, 'docs/guides/adding-a-service.md'), 'utf8');
    const block = /^```json\n([^]*?)^```$/m.exec(guide)?.[1];
    await writeFile(join(folder, 'services/toy-library.json'), block!);
    const programme = await readProgramme(folder);

    expect(programme.digest).not.toBe(before.digest);
    const others = programme.datasets.filter(({ service }) => service !== 'toy-library');
    expect(others).toEqual(before.datasets);
    expect(programme.datasetsOf(programme.service('toy-library')!.id).map(({ id }) => id)).toEqual([
      ...['toy-library.user', 'toy-library.engagement'],
    ]);
    const through = await filesThrough(programme, ['toy-library']);
    expectLinked(through, ['toy-library.user', 'toy-library.engagement']);
  });
});

describe('a programme that is not of early years', () => {
  it('is read, generated, taken and linked by the same code', async () => {
    const programme = await readProgramme(join(root, 'programmes/adult-learning'));
    expect(programme.definition.services.every(({ administrative }) => !administrative)).toBe(true);
    const through = await filesThrough(programme);
    expectLinked(
      through,
      programme.datasets.map(({ id }) => id),
    );
  });
});
