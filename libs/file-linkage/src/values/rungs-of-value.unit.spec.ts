import { rungsOf } from '@kinledger/kin';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { names, namesOfWords } from './rungs-of-value.js';

const { width } = rungsOf['given-name'];

function rungs(write: typeof names, name: string): readonly number[] {
  const into = new Int32Array(width);
  write(name, into, 0);
  return [...into];
}

describe('the rungs of a name', () => {
  it('are those of its derivations, also where they are made without lists of them', () => {
    const letter = fc.constantFrom(...'abcdefghijklmnopqrstuvwxyzé '.split(''));
    fc.assert(
      fc.property(fc.string({ unit: letter, minLength: 1, maxLength: 12 }), (name) => {
        expect(rungs(names, name)).toEqual(rungs(namesOfWords, name));
      }),
      { numRuns: 2000 },
    );
    for (const name of ['bob', 'mary', 'al', 'amy', 'wright', 'van der berg'])
      expect(rungs(names, name)).toEqual(rungs(namesOfWords, name));
  });
});
