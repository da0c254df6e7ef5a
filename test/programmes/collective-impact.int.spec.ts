import { fileURLToPath } from 'node:url';
import { createTestDatabases, type TestDatabases } from '@kinledger/database/testing';
import { askFigure, collectiveImpact } from '@kinledger/figures';
import { readProgramme } from '@kinledger/programme';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { plantedTruth, writePlantedTruth } from './planted-truth.js';

/** The size of a demonstration at which its documents show collective impact. */
const PEOPLE = 50_000;

let databases: TestDatabases;
let client: pg.Client;
beforeAll(async () => {
  databases = await createTestDatabases(inject('postgresUrl'));
  client = new pg.Client({ connectionString: databases.url('platform', 'projector') });
  await client.connect();
  const programme = await readProgramme(fileURLToPath(new URL('../../programmes/leap', import.meta.url)));
  const truth = await plantedTruth(programme, { people: PEOPLE, seed: 'collective-impact' });
  await writePlantedTruth(client, programme, truth);
}, 600_000);
afterAll(async () => {
  await client.end();
  await databases.drop();
});

describe('collective impact of a programme whose truth is known', () => {
  const adjustedOf = async (outcome: string, group: string) => {
    const rows = await askFigure(client, collectiveImpact, {});
    const row = rows.find((one) => one.outcome === outcome && one.group === group);
    const { adjustedRiskRatio, adjustedRiskRatioLow, adjustedRiskRatioHigh } = collectiveImpact.derived;
    const [ratio, low, high] = [adjustedRiskRatio, adjustedRiskRatioLow, adjustedRiskRatioHigh].map(
      (column) => Number(column?.of(row as never)),
    );
    return { ratio: ratio ?? NaN, low: low ?? NaN, high: high ?? NaN, row };
  };

  it.each(['expected-development', 'good-level-of-development'])(
    'finds that services add to %s',
    async (outcome) => {
      const { ratio, low, row } = await adjustedOf(outcome, 'universal');
      expect(row?.people).toBeGreaterThan(100);
      expect(low, JSON.stringify(row)).toBeGreaterThan(1);
      // Six points more than those who used none.
      const share = (row?.othersAchieved ?? 0) / (row?.othersPeople ?? 1);
      const planted = (share + 0.06) / share;
      // Of one draw: further away it is one time in a thousand.
      const away = Math.abs(Math.log(ratio / planted)) / (row?.adjustedRiskError ?? NaN);
      expect(away, JSON.stringify({ ratio, planted })).toBeLessThan(3.3);
    },
  );

  it('does not find an effect on birth weight, which has none', async () => {
    for (const group of ['any', 'universal']) {
      const { low, high, row } = await adjustedOf('birth-weight-from-2500-grams', group);
      expect(row?.people).toBeGreaterThan(100);
      expect([low < 1, high > 1], JSON.stringify(row)).toEqual([true, true]);
    }
  });
});
