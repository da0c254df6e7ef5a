import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalAddress, canonicalChildFirstName3, canonicalPersonName } from './index.js';

describe('the canonical form of a name', () => {
  it.each([
    ['Zoë-Ann', 'zoe ann'],
    ['O’Brien', 'obrien'],
    ["D'Arcy", 'darcy'],
    ['  MARY   JANE ', 'mary jane'],
    ['Łukasz', 'lukasz'],
    ['Straße', 'strasse'],
    ['Дмитрий', 'dmitrii'],
    ['Dr. Okafor', 'okafor'],
    ['Nguyễn', 'nguyen'],
    ['محمد', 'محمد'],
    ['李', '李'],
    ['Nil', 'nil'],
    ['J. K.', 'j k'],
  ])('is words of letters: %s', (written, canonical) => {
    expect(canonicalPersonName(written)).toBe(canonical);
  });

  it.each([
    ...[
      'Baby',
      'BABY BOY',
      'Twin 1',
      'twin two',
      'Unknown',
      'not known',
      'N/A',
      'Baby of',
      'Infant',
      '',
      '-',
    ],
    ...['123', 'X', 'tbc', 'Unnamed'.slice(2)],
  ])('does not exist for what is written in place of a name: %j', (written) => {
    expect(canonicalPersonName(written)).toBeUndefined();
  });

  it.each(['Baby Smith', 'Ina', 'Boyd', 'Ali', 'One Okafor'])('keeps %s', (written) => {
    expect(canonicalPersonName(written)).toBeDefined();
  });

  it('is its own canonical form, and has the same first three letters as the child key', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 30 }), (written) => {
        const canonical = canonicalPersonName(written);
        if (canonical === undefined) return;
        expect(canonicalPersonName(canonical)).toBe(canonical);
        expect(canonical).toMatch(/^[\p{Ll}\p{Lo}]+(?: [\p{Ll}\p{Lo}]+)*$/u);
      }),
    );
    for (const name of ['Zoë-Ann', 'Æthel', 'Łukasz', 'D’Arcy', 'Дмитрий', 'Li Wei'])
      expect(Array.from(canonicalPersonName(name)!.replaceAll(' ', '')).slice(0, 3).join('')).toBe(
        canonicalChildFirstName3(name)!.toLowerCase(),
      );
  });
});

describe('the canonical form of a name of one plain word', () => {
  it('is that of the word with spaces around it, which is read letter by letter', () => {
    const word = fc.oneof(
      fc.stringMatching(/^[A-Za-z]{1,8}$/),
      fc.constantFrom('Baby', 'unknown', 'Nil', 'NA', 'Mrs', 'xx', 'Master', 'None', 'Nan'),
    );
    fc.assert(
      fc.property(word, (name) => {
        expect(canonicalPersonName(name)).toBe(canonicalPersonName(` ${name} `));
      }),
    );
  });
});

describe('the canonical form of an address', () => {
  it.each([
    ['Flat 3b, 12 King’s Ave.', 'flat 3b 12 kings avenue'],
    ['12 St John’s St', '12 st johns street'],
    ['Apt 4\n1 Brixton Rd', 'flat 4 1 brixton road'],
  ])('is words of letters and digits: %s', (written, canonical) => {
    expect(canonicalAddress(written)).toBe(canonical);
  });

  it.each(['', ' - ', 'unknown', '…'])('does not exist for %j', (written) => {
    expect(canonicalAddress(written)).toBeUndefined();
  });
});
