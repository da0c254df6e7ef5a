import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  canonicalBirthDate,
  canonicalEmail,
  canonicalMobile,
  canonicalNhsNumber,
  isReservedForTests,
  isNoFirstName,
  isNoValue,
  isPlaceholder,
  noValueSpellings,
  placeholders,
  type PlaceholderKind,
} from './index.js';

const canonical: Readonly<Record<PlaceholderKind, (raw: string) => string | undefined>> = {
  'nhs-number': canonicalNhsNumber,
  email: canonicalEmail,
  mobile: canonicalMobile,
  'birth-date': canonicalBirthDate,
};
const kinds = Object.keys(placeholders) as PlaceholderKind[];

describe('the list of placeholders', () => {
  it.each(kinds)('%s: holds each value once, in canonical form, and isPlaceholder recognises it', (kind) => {
    const listed = placeholders[kind];
    expect(new Set(listed).size).toBe(listed.length);
    for (const value of listed) {
      expect(canonical[kind](value) ?? value).toBe(value);
      expect(isPlaceholder(kind, value)).toBe(true);
    }
  });

  it.each([
    ['nhs-number', '9876543210'],
    ['nhs-number', '0123456789'],
    ['nhs-number', '1000000001'],
    ['nhs-number', '0000000000'],
    ['mobile', '07777777777'],
    ['mobile', '07000000000'],
    ['mobile', '07012345678'],
    ['mobile', '07123456789'],
    ['birth-date', '1900-01-01'],
    ['birth-date', '1899-12-30'],
    ['birth-date', '0000-00-00'],
    ['email', 'none@none.com'],
    ['email', 'none300@none.com'],
    ['email', 'noemail@example.com'],
    ['email', 'test@gmail.com'],
    ['email', 'test12@surgery.org.uk'],
    ['email', 'a@a.com'],
    ['email', 'na@noemail.co.uk'],
  ] as const)('%s: recognises %s', (kind, value) => {
    expect(isPlaceholder(kind, value)).toBe(true);
  });

  it.each([
    ['nhs-number', '9434765919'],
    ['nhs-number', '9990060002'],
    ['mobile', '07700900123'],
    ['birth-date', '2020-02-29'],
    ['email', 'amara.okafor7@example.org'],
    ['email', 'nonei@gmail.com'],
    ['email', 'testa@gmail.com'],
    ['email', 'na@gmail.com'],
    ['email', 'd3@example.org'],
    ['email', 'centre3@example.org'],
  ] as const)('%s: does not contain %s', (kind, value) => {
    expect(isPlaceholder(kind, value)).toBe(false);
  });

  it('includes numbers that pass the check digit', () => {
    const passing = placeholders['nhs-number'].filter((value) => canonicalNhsNumber(value) !== undefined);
    expect(passing).toEqual(expect.arrayContaining(['0123456789', '9876543210', '1000000001']));
  });
});

it('isReservedForTests accepts values reserved for tests and no others', () => {
  expect(isReservedForTests('nhs-number', '9990060002')).toBe(true);
  expect(isReservedForTests('nhs-number', '9434765919')).toBe(false);
  expect(isReservedForTests('mobile', '07700900123')).toBe(true);
  expect(isReservedForTests('mobile', '07701900123')).toBe(false);
  for (const address of ['a@example.org', 'a@mail.example.com', 'a@post.example', 'a@x.test']) {
    expect(isReservedForTests('email', address), address).toBe(true);
  }
  for (const address of ['a@myexample.org', 'a@example.co.uk', 'a@contest.org']) {
    expect(isReservedForTests('email', address), address).toBe(false);
  }
});

describe('isNoValue', () => {
  it('accepts every spelling in any case, with white space and invisible characters around it', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...noValueSpellings),
        fc.constantFrom('', ' ', '\t', '\u200b', '\ufeff '),
        fc.boolean(),
        (spelling, around, upper) => {
          expect(isNoValue(`${around}${upper ? spelling.toUpperCase() : spelling}${around}`)).toBe(true);
        },
      ),
    );
  });

  it('rejects values that people have', () => {
    for (const text of ['none@none.com', '0', 'x', 'no', 'Nona', '1', 'unknown road']) {
      expect(isNoValue(text), text).toBe(false);
    }
  });

  it('does not make isNoFirstName reject first names that are spelt like "no value"', () => {
    expect(['Nan', 'Na', 'Nil'].some(isNoFirstName)).toBe(false);
    expect(['Unknown', 'n/a', 'TBC', ''].every(isNoFirstName)).toBe(true);
  });
});
