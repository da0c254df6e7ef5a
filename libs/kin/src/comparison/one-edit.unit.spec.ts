import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DeletionSets } from './deletion-sets.js';
import { EditedText } from './edited-text.js';

/** The value and its one-character deletions, as `@kinledger/derivations` makes them. */
const deletionsOf = (value: string): readonly string[] =>
  value.length < 3 || value.length > 63
    ? [value]
    : [...new Set([value, ...Array.from(value, (_, at) => value.slice(0, at) + value.slice(at + 1))])];

const localOf = (email: string): string => email.slice(0, email.indexOf('@'));

function textOf(values: readonly string[]): EditedText {
  const starts = Int32Array.from(values, (_, at) => values.slice(0, at).join('').length);
  return new EditedText({
    bytes: Buffer.from(values.join('')),
    starts,
    lengths: Int32Array.from(values, ({ length }) => length),
    ...(values.every((value) => value.includes('@'))
      ? { localLengths: Int32Array.from(values, (value) => value.indexOf('@')) }
      : {}),
  });
}

function setsOf(values: readonly string[]): DeletionSets {
  const numbers = new Map<string, number>();
  const column = (texts: readonly (readonly string[])[]) => {
    const sets = texts.map((text) =>
      text
        .map((deletion) => {
          if (!numbers.has(deletion)) numbers.set(deletion, numbers.size + 1);
          return numbers.get(deletion)!;
        })
        .sort((a, b) => a - b),
    );
    const starts = Int32Array.from([0, ...sets.map((_, at) => sets.slice(0, at + 1).flat().length)]);
    return { starts, deletions: Int32Array.from(sets.flat()) };
  };
  const emails = values.every((value) => value.includes('@'));
  if (!emails) return new DeletionSets(column(values.map(deletionsOf)));
  return new DeletionSets(
    column(
      values.map((value) =>
        deletionsOf(localOf(value)).map((local) => local + value.slice(localOf(value).length)),
      ),
    ),
    column(values.map((value) => deletionsOf(localOf(value)))),
  );
}

/** Few letters, so that values are often near one another. */
const value = fc.string({ unit: fc.constantFrom('a', 'b', 'c', '@'), maxLength: 9 });

describe('one edit', () => {
  it('is the same for values in the clear and for their sets of deletions', () => {
    fc.assert(
      fc.property(value, value, (a, b) => {
        fc.pre(a !== '' && b !== '');
        const [text, sets] = [textOf([a, b]), setsOf([a, b])];
        expect(text.within(0, 1)).toBe(sets.within(0, 1));
        expect(text.localWithin(0, 1)).toBe(sets.localWithin(0, 1));
      }),
      { numRuns: 1500 },
    );
  });

  it.each([
    ['smith', 'smyth', true],
    ['smith', 'smiths', true],
    ['smith', 'msith', true],
    ['smith', 'mithy', true],
    ['smith', 'jones', false],
    ['al', 'all', true],
    ['al', 'ap', false],
  ])('compares %s and %s', (a, b, expected) => {
    expect(textOf([a, b]).within(0, 1)).toBe(expected);
  });
});
