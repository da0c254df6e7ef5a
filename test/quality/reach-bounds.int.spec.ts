import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { firstBands } from '@kinledger/domain';
import { readProgramme, type Programme } from '@kinledger/programme';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fewDatasets } from '../support/few-datasets.js';
import { reachedInMemory } from './reached-in-memory.js';

const leap = fileURLToPath(new URL('../../programmes/leap', import.meta.url));
const PEOPLE = 300;
/** The example programme with partial evidence: with the first bands. */
const partialEvidence = {
  name: 'kin-1',
  model: { coldStart: 2 * PEOPLE },
  ...firstBands,
};
const only = fewDatasets.at(-1)?.split(',');
/** More seeds by hand: KINLEDGER_SEEDS=20 (docs/guides/linkage-quality-measures.md says what came of it). */
const seeds = Array.from(
  { length: Number(process.env['KINLEDGER_SEEDS'] ?? 2) },
  (_, index) => `bounds ${index}`,
);

interface Definition {
  readonly strategy: object;
}

describe('the bounds of reach under linkage error', () => {
  let folder: string;
  const programmes: Record<string, Programme> = {};

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'kinledger-bounds-'));
    await cp(leap, folder, { recursive: true });
    const file = join(folder, 'programme.json');
    const definition = JSON.parse(await readFile(file, 'utf8')) as Definition;
    const strategy = { ...definition.strategy, ...partialEvidence };
    await writeFile(file, JSON.stringify({ ...definition, derivations: 'op-kin-1', strategy }));
    programmes['leap-1'] = await readProgramme(leap);
    programmes['kin-1'] = await readProgramme(folder);
  });
  afterAll(() => rm(folder, { recursive: true }));

  it.each(
    (['leap-1', 'kin-1'] as const).flatMap((strategy) =>
      (['normal', 'hard'] as const).flatMap((profile) =>
        seeds.map((seed) => [strategy, profile, seed] as const),
      ),
    ),
  )(
    'hold the number of people truly reached under %s, in the %s profile with the seed %s',
    async (strategy, profile, seed) => {
      const programme = programmes[strategy]!;
      const reached = await reachedInMemory(programme, { people: PEOPLE, quarters: 2, seed, profile, only });
      for (const [kind, { byTruth, byHeldOut, truth }] of Object.entries(reached)) {
        expect(truth, kind).toBeGreaterThan(10);
        expect(byTruth.low, kind).toBeLessThanOrEqual(truth);
        expect(byTruth.high, kind).toBeGreaterThanOrEqual(truth);
        // Links between people say nothing of relationships that are missing.
        if (kind === 'families') {
          expect(reached[kind].related, kind).toBeLessThanOrEqual(truth);
          const further = (['children', 'adults'] as const).map(
            (each) => reached[each].byHeldOut.high - reached[each].cases.counted,
          );
          expect(
            further.reduce((sum, one) => sum + one, reached[kind].cases.counted + reached[kind].unknown),
            kind,
          ).toBeGreaterThanOrEqual(truth);
          continue;
        }
        expect(byHeldOut.low, kind).toBeLessThanOrEqual(truth);
        expect(byHeldOut.high, kind).toBeGreaterThanOrEqual(truth);
      }
    },
  );
});
