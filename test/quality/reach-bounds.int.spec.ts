import { fileURLToPath } from 'node:url';
import { readProgramme } from '@kinledger/programme';
import { describe, expect, it } from 'vitest';
import { fewDatasets } from '../support/few-datasets.js';
import { reachedInMemory } from './reached-in-memory.js';

const leap = fileURLToPath(new URL('../../programmes/leap', import.meta.url));
const only = fewDatasets.at(-1)?.split(',');
/** More seeds by hand: KINLEDGER_SEEDS=20 (docs/guides/linkage-quality-measures.md says what came of it). */
const seeds = Array.from(
  { length: Number(process.env['KINLEDGER_SEEDS'] ?? 2) },
  (_, index) => `bounds ${index}`,
);

describe('the bounds of reach under linkage error', () => {
  it.each((['normal', 'hard'] as const).flatMap((profile) => seeds.map((seed) => [profile, seed] as const)))(
    'hold the number of people truly reached, in the %s profile with the seed %s',
    async (profile, seed) => {
      const programme = await readProgramme(leap);
      const reached = await reachedInMemory(programme, { people: 300, quarters: 2, seed, profile, only });
      for (const [kind, { byTruth, byHeldOut, truth }] of Object.entries(reached)) {
        expect(truth, kind).toBeGreaterThan(10);
        expect(byTruth.low, kind).toBeLessThanOrEqual(truth);
        expect(byTruth.high, kind).toBeGreaterThanOrEqual(truth);
        // Links between people say nothing of relationships between families.
        if (kind === 'families') continue;
        expect(byHeldOut.low, kind).toBeLessThanOrEqual(truth);
        expect(byHeldOut.high, kind).toBeGreaterThanOrEqual(truth);
      }
    },
  );
});
