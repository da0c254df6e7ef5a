import { cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { definitionUnder, USUAL_ROWS_OF_PEOPLE, type ChosenStrategy } from './change-strategy.js';
import { KeptDefinition } from './kept-definition.js';
import { readProgramme } from './read-programme.js';

const leap = fileURLToPath(new URL('../../../programmes/leap', import.meta.url));

describe('a definition that is changed to link by another strategy', () => {
  let folder: string;
  let text: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'kinledger-strategy-'));
    text = await readFile(join(leap, 'programme.json'), 'utf8');
  });
  afterAll(() => rm(folder, { recursive: true }));

  const keep = async (strategy: ChosenStrategy, from: string, to: string) => {
    const kept = new KeptDefinition(to);
    await kept.prepare(from, strategy);
    await kept.replace();
  };

  it('reads as a programme under kin-1 with derived tokens and the limits that it had, one version on', async () => {
    const to = join(folder, 'kin-1');
    await keep({ name: 'kin-1' }, leap, to);
    const [{ definition }, { definition: before }] = await Promise.all([
      readProgramme(to),
      readProgramme(leap),
    ]);
    expect(definition).toEqual({
      ...before,
      version: before.version + 1,
      derivations: 'op-kin-1',
      strategy: {
        ...before.strategy,
        name: 'kin-1',
        model: { coldStart: USUAL_ROWS_OF_PEOPLE },
        ...{ maxHoldersPerKey: 100, reviewFrom: 4000, linkFrom: 7000, margin: 3000 },
      },
    });
  });

  it('takes the number of rows of people, and keeps settings that somebody chose', () => {
    const chosen = definitionUnder({ name: 'kin-1' }, text).replace('"margin": 3000', '"margin": 2500');
    const { strategy } = JSON.parse(definitionUnder({ name: 'kin-1', rowsOfPeople: 900 }, chosen)) as {
      strategy: object;
    };
    expect(strategy).toMatchObject({ margin: 2500, model: { coldStart: 900 } });
  });

  it('is left as it is if it links by the strategy already', () => {
    expect(definitionUnder({ name: 'leap-1' }, text)).toBe(text);
    const once = definitionUnder({ name: 'kin-1', rowsOfPeople: 900 }, text);
    expect(definitionUnder({ name: 'kin-1' }, once)).toBe(once);
    expect(definitionUnder({ name: 'kin-1', rowsOfPeople: 900 }, once)).toBe(once);
  });

  it('goes back to leap-1 in its own folder, and keeps derived tokens', async () => {
    const own = join(folder, 'own');
    await cp(leap, own, { recursive: true });
    await keep({ name: 'kin-1' }, own, own);
    await keep({ name: 'leap-1' }, own, own);
    const [{ definition }, { definition: before }] = await Promise.all([
      readProgramme(own),
      readProgramme(leap),
    ]);
    expect(definition).toEqual({ ...before, version: before.version + 2, derivations: 'op-kin-1' });
  });
});
