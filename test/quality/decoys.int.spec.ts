import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { firstBands, noConstraints, strategyOf } from '@kinledger/domain';
import { linkDecoys } from '@kinledger/linkage-quality';
import { readProgramme, type Programme } from '@kinledger/programme';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fieldOf } from '../../apps/cli/dist/quality/decoy-quality.js';
import { linkageRecordOf, takenRows } from '../programmes/files-through.js';
import { fewDatasets } from '../support/few-datasets.js';

const leap = fileURLToPath(new URL('../../programmes/leap', import.meta.url));
const PEOPLE = Number(process.env['KINLEDGER_PEOPLE'] ?? 300);
const DECOYS = Number(process.env['KINLEDGER_DECOYS'] ?? 1_000);
const only = fewDatasets.at(-1)?.split(',');

/** By `kin-1` with its first bands. */
const partialEvidence = {
  name: 'kin-1',
  model: { coldStart: 2 * PEOPLE },
  ...firstBands,
};

describe('decoys, which are records of nobody', () => {
  let folder: string;
  let programme: Programme;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'kinledger-decoys-'));
    await cp(leap, folder, { recursive: true });
    const file = join(folder, 'programme.json');
    const definition = JSON.parse(await readFile(file, 'utf8')) as { readonly strategy: object };
    const strategy = { ...definition.strategy, ...partialEvidence };
    await writeFile(file, JSON.stringify({ ...definition, derivations: 'op-kin-1', strategy }));
    programme = await readProgramme(folder);
  });
  afterAll(() => rm(folder, { recursive: true }));

  it.each(['normal', 'hard'] as const)(
    'are linked by kin-1 as rarely as by leap-1, though each of their values is somebody’s, in the %s profile',
    async (profile) => {
      const live = new Map(
        (await takenRows(programme, { people: PEOPLE, quarters: 2, seed: 'decoys', profile, only }))
          .filter(({ row, dataset }) => row.role !== 'none' && dataset.dataType === 'user')
          .map((taken) => [taken.row.rowKey, taken]),
      );
      const records = [...live.values()].map(linkageRecordOf);
      const outcomes = (['leap-1', 'kin-1'] as const).map((name) => {
        const settings = { ...programme.definition.strategy, name } as typeof programme.definition.strategy;
        const options = { count: DECOYS, seed: 'decoys', fieldOf };
        const outcome = linkDecoys(records, noConstraints, strategyOf(settings), options);
        const { all, byRole } = outcome;
        const told = Object.entries(byRole).map(
          ([role, { decoys, linked }]) => `${role} ${linked} of ${decoys}`,
        );
        console.log(
          `${name}, ${profile}: ${all.linked} of ${all.decoys} linked, ${all.referred} referred (${told.join(', ')})`,
        );
        return outcome;
      });
      const [plain, scored] = outcomes;
      expect(scored?.all.decoys).toBe(DECOYS);
      // What partial evidence links beyond whole identifiers.
      expect((scored?.all.linked ?? DECOYS) - (plain?.all.linked ?? 0)).toBeLessThanOrEqual(DECOYS / 200);
      expect(scored?.byRole['child']?.linked).toBe(0);
      expect(scored?.byRole['adult']?.share).toBeLessThan(0.05);
    },
  );
});
