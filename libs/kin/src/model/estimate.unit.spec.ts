import { describe, expect, it } from 'vitest';
import { levelsOf, RARITIES } from '../comparison/field-kind.js';
import { PatternLayout } from '../comparison/pattern-layout.js';
import { estimateStratum, modelOf, type Iteration, type StratumEvidence } from './estimate.js';
import { modelHash, modelText, readModel } from './model.js';
import { prepare, scoreOf, ScoreTable } from './score-table.js';

const layout = new PatternLayout([
  { name: 'given-name', kind: 'given-name' },
  { name: 'surname', kind: 'surname' },
  { name: 'birth-date', kind: 'birth-date' },
  { name: 'postcode', kind: 'postcode' },
]);
const last = layout.fields.map(({ kind }) => levelsOf[kind].length - 1);

/** Pairs of one person, of one household, and of strangers: their levels and how many. */
const pairs: readonly (readonly [levels: readonly number[], count: number])[] = [
  [[2, 2, 1, 1], 600],
  [[2, 2, 1, 6], 90],
  [[7, 2, 1, 1], 40],
  [[2, 6, 4, 1], 30],
  [[last[0]!, 2, last[2]!, 1], 500],
  [[last[0]!, last[1]!, 9, 1], 300],
  [[3, 3, last[2]!, last[3]!], 400],
  [[0, 3, 9, last[3]!], 120],
  [[last[0]!, last[1]!, last[2]!, last[3]!], 5000],
];

function evidence(): StratumEvidence {
  const packed = pairs
    .map(([levels, count]) => ({ ...layout.pack(levels), count }))
    .sort((a, b) => a.high - b.high || a.low - b.low);
  return {
    ...{ stratum: 'unknown', records: 2000, pairs: 1_999_000, drawn: 10_000 },
    low: Int32Array.from(packed, ({ low }) => low),
    high: Int32Array.from(packed, ({ high }) => high),
    counts: Float64Array.from(packed, ({ count }) => count),
    drawnLevels: layout.fields.map(({ kind }) => {
      const levels = new Float64Array(16);
      levels[levelsOf[kind].length - 1] = 9900;
      levels[levelsOf[kind].length - 2] = 100;
      return levels;
    }),
    wholeAgreements: layout.fields.map(() => undefined),
    raritiesOfRecords: layout.fields.map((_, field) =>
      field < 2 ? new Float64Array(RARITIES + 1).fill(1 / RARITIES) : undefined,
    ),
  };
}

describe('estimating a stratum', () => {
  it('never lowers the likelihood of what was seen', () => {
    const seen: Iteration[] = [];
    estimateStratum(layout, evidence(), (iteration) => seen.push(iteration));
    expect(seen.length).toBeGreaterThan(3);
    for (const [at, { objective }] of seen.entries())
      if (at > 0)
        expect(objective).toBeGreaterThanOrEqual(seen[at - 1]!.objective - 1e-6 * Math.abs(objective));
  });

  it('tells one person from a household and from strangers', () => {
    const model = modelOf('test', layout, [estimateStratum(layout, evidence())]);
    const table = new ScoreTable(layout, model);
    const score = (levels: readonly number[]) => {
      const { low, high } = layout.pack(levels);
      return table.score(0, low, high);
    };
    expect(score([2, 2, 1, 1])).toBeGreaterThan(7000);
    expect(score([last[0]!, 2, last[2]!, 1])).toBeLessThan(0);
    expect(score(last)).toBeLessThan(-7000);
  });

  it('gives the same model from the same pairs, and its scores are those of its file', () => {
    const [first, second] = [1, 2].map(() => modelOf('test', layout, [estimateStratum(layout, evidence())]));
    expect(modelHash(first!)).toBe(modelHash(second!));
    const read = readModel(JSON.parse(modelText(first!)));
    const table = new ScoreTable(layout, read);
    for (const [levels] of pairs) {
      const { low, high } = layout.pack(levels);
      expect(layout.levels(low, high)).toEqual(levels);
      expect(table.score(0, low, high)).toBe(scoreOf(prepare(first!.strata[0]), levels));
    }
  });
});
