import { describe, expect, it } from 'vitest';
import { drawSample } from './draw-sample.js';

const links = Array.from({ length: 1_000 }, (_, index) => ({
  id: index,
  rule: index < 900 ? 'nhs-number' : index < 997 ? 'email' : 'mobile',
}));
const draw = (seed: string) => drawSample(links, ({ rule }) => rule, { size: 100, seed });

describe('a stratified sample', () => {
  it('takes from each stratum in proportion, and at least five or all', () => {
    expect(draw('a').map(({ stratum, size, drawn }) => [stratum, size, drawn.length])).toEqual([
      ['email', 97, 10],
      ['mobile', 3, 3],
      ['nhs-number', 900, 90],
    ]);
  });

  it('takes nothing twice, and the same for the same seed', () => {
    const ids = draw('a').flatMap(({ drawn }) => drawn.map(({ id }) => id));
    expect(new Set(ids).size).toBe(ids.length);
    expect(draw('a')).toEqual(draw('a'));
    expect(draw('a')).not.toEqual(draw('b'));
  });
});
