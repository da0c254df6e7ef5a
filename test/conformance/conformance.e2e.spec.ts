import { describe, expect, it } from 'vitest';
import { compareProgramme } from './compare-programme.js';
import { oracleAbsent } from './oracle-answer.js';

const absent = oracleAbsent();
const because = absent === undefined ? '' : ` (skipped: ${absent})`;

describe(`reach, families and roles, beside an oracle that reads the files${because}`, () => {
  it.skipIf(absent !== undefined).each([
    ['oracle-1', { people: 150, quarters: 3, few: true }],
    ['oracle-2', { people: 150, quarters: 3, few: true }],
    ['oracle-3, with every dataset', { people: 250, quarters: 1 }],
  ])('equal the oracle’s answer for the programme %s', async (seed, size) => {
    const { compared, differences } = await compareProgramme(size, seed);
    expect(differences).toEqual([]);
    expect(compared.individuals).toBeGreaterThan(100);
    expect(compared.families).toBeGreaterThan(20);
    expect(compared.figures).toBeGreaterThan(500);
  });
});
