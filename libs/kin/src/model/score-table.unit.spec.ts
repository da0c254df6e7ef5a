import { describe, expect, it } from 'vitest';
import { levelsOf, type FieldKind } from '../comparison/field-kind.js';
import { PatternLayout } from '../comparison/pattern-layout.js';
import { coldStartModel } from './cold-start.js';
import { MILLIBITS, ScoreTable } from './score-table.js';

/** Fields whose levels take 60 bits: all that a pattern holds. */
const attributes = Array.from({ length: 14 }, (): FieldKind => 'attribute');
const kinds: readonly FieldKind[] = ['gender', ...attributes, 'gender'];
const fields = kinds.map((kind, at) => ({ name: `${kind} ${at}`, kind }));
const layout = new PatternLayout(fields);

describe('a table of scores', () => {
  it('tells patterns apart that differ only in the first field, whatever the last holds', () => {
    const last = layout.places.at(-1)!;
    expect([last.word, last.shift + Math.log2(last.mask + 1)]).toEqual([1, 30]);
    const model = coldStartModel(fields, 1000);
    const others = kinds.slice(1).map((kind) => levelsOf[kind].length - 1);
    const scores = (...first: readonly number[]) => {
      const table = new ScoreTable(layout, model);
      return first.map((level) => {
        const { low, high } = layout.pack([level, ...others]);
        return table.score(0, low, high);
      });
    };
    const [agree, differ] = scores(1, 2);
    expect(agree).toBeGreaterThan(differ!);
    expect(scores(2, 1)).toEqual([differ, agree]);
  });

  it('gives the probability that its score stands for', () => {
    const two = fields.slice(-2);
    const ofTwo = new PatternLayout(two);
    const table = new ScoreTable(ofTwo, coldStartModel(two, 10));
    for (const levels of [
      [1, 1],
      [1, 2],
      [0, 0],
    ]) {
      const { low, high } = ofTwo.pack(levels);
      const odds = 2 ** (table.score(0, low, high) / MILLIBITS);
      expect(table.probability(0, low, high)).toBeCloseTo(odds / (1 + odds), 3);
    }
  });

  it('refuses a model of other fields in one sentence', () => {
    expect(() => new ScoreTable(layout, coldStartModel(fields.slice(1), 1000))).toThrow(
      expect.objectContaining({ code: 'model-refused' }),
    );
    expect(() => new PatternLayout([...fields, ...fields])).toThrow(
      expect.objectContaining({ code: 'too-many-fields' }),
    );
  });
});
