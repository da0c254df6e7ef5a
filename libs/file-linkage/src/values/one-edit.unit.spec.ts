import { deletionsOf, derivationsOf } from '@kinledger/derivations';
import { EditedText, intersect } from '@kinledger/kin';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

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

/** Whether tokens of the two values show one edit: those of the values and of their deletions, numbered. */
function tokensIntersect(one: readonly string[], other: readonly string[]): boolean {
  const tokens = [...new Set([...one, ...other])];
  const numbers = (texts: readonly string[]) =>
    texts.map((text) => tokens.indexOf(text)).sort((a, b) => a - b);
  return intersect(numbers(one), numbers(other));
}

const emailValues = (derivation: string, email: string): readonly string[] =>
  derivationsOf.email.find(({ name }) => name === derivation)!.of(email);

/** Few letters, so that values are often near one another. */
const value = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), minLength: 1, maxLength: 9 });
const long = fc.string({ unit: fc.constantFrom('a', 'b'), minLength: 61, maxLength: 65 });
/** A text, and another that is often near it. */
const near = fc.oneof(
  fc.tuple(value, value),
  fc.tuple(long, fc.nat(64), fc.constantFrom('', 'a', 'bb')).map(([text, at, put]): [string, string] => {
    return [text, text.slice(0, at) + put + text.slice(at + 1)];
  }),
);

describe('one edit', () => {
  it('is the same for values in the clear and for tokens of their deletions', () => {
    fc.assert(
      fc.property(near, ([a, b]) => {
        expect(textOf([a, b]).within(0, 1)).toBe(tokensIntersect(deletionsOf(a), deletionsOf(b)));
      }),
      { numRuns: 1500 },
    );
  });

  it('of email addresses is the same for values in the clear and for tokens', () => {
    const domain = fc.constantFrom('@x.uk', '@x.org');
    fc.assert(
      fc.property(value, domain, value, domain, (a, domainOfA, b, domainOfB) => {
        const [one, other] = [a + domainOfA, b + domainOfB];
        const near = (derivation: string) =>
          tokensIntersect(emailValues(derivation, one), emailValues(derivation, other));
        expect(textOf([one, other]).within(0, 1)).toBe(near('email-deletions'));
        expect(textOf([one, other]).localWithin(0, 1)).toBe(near('email-local-deletions'));
      }),
      { numRuns: 1000 },
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
