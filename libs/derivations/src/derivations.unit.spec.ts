import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  asNamed,
  candidateKeys,
  carerName,
  coarseCandidateKeys,
  deletionsOf,
  derivationsOf,
  fieldRoles,
  MAX_DERIVED_VALUES,
  opKin1,
  permittedNames,
  type FieldRole,
  type FieldValues,
} from './index.js';

const short = fc.string({ unit: fc.constantFrom('a', 'b', 'c', 'é', '𐐀'), maxLength: 9 });
const letters = fc.stringMatching(/^[a-z]{1,12}(?: [a-z]{1,12}){0,3}$/);
const digits = (length: number) =>
  fc.string({ unit: fc.constantFrom(...Array.from('0123456789')), minLength: length, maxLength: length });

const values: Readonly<Record<FieldRole, fc.Arbitrary<string>>> = {
  'given-name': letters,
  'given-name-part': fc.stringMatching(/^[A-Z]{1,3}$/),
  surname: letters,
  'birth-date': fc
    .date({ min: new Date('1900-01-01'), max: new Date('2099-12-31'), noInvalidDate: true })
    .map((day) => day.toISOString().slice(0, 10)),
  gender: fc.constantFrom('F', 'M', 'X'),
  postcode: fc.stringMatching(/^[A-Z]{1,2}[0-9] [0-9][A-Z]{2}$/),
  address: fc.stringMatching(/^[a-z0-9]{1,9}(?: [a-z0-9]{1,9}){0,6}$/),
  email: fc.emailAddress().map((address) => address.toLowerCase()),
  mobile: digits(9).map((rest) => `07${rest}`),
  'nhs-number': digits(10),
  'other-id': fc.stringMatching(/^[A-Za-z0-9]{1,70}$/),
};

const ofRole = (role: FieldRole, name: string) => {
  const found = derivationsOf[role].find((derivation) => derivation.name === name);
  if (found === undefined) throw new Error(`no derivation ${name}`);
  return (canonical: string) => found.of(canonical);
};
const agreeOn = (role: FieldRole, name: string, one: string, other: string) =>
  ofRole(role, name)(one).some((value) => ofRole(role, name)(other).includes(value));

describe('deletions', () => {
  it('are the value and what it is without one character', () => {
    expect(deletionsOf('zoe')).toEqual(['oe', 'ze', 'zo', 'zoe']);
    expect(deletionsOf('aab')).toEqual(['aa', 'aab', 'ab']);
  });

  it('are the value alone if it is too short or too long', () => {
    expect(deletionsOf('li')).toEqual(['li']);
    expect(deletionsOf('a'.repeat(80))).toEqual(['a'.repeat(80)]);
    expect(deletionsOf('')).toEqual([]);
  });

  it('intersect exactly where the values have all but one character in common, in order', () => {
    fc.assert(
      fc.property(short, short, (one, other) => {
        const longer = Math.max(Array.from(one).length, Array.from(other).length);
        const expected =
          one === other ? one !== '' : longer >= 3 && commonSubsequence(one, other) >= longer - 1;
        expect(deletionsOf(one).some((value) => deletionsOf(other).includes(value))).toBe(expected);
      }),
      { numRuns: 2000 },
    );
  });

  it('intersect for each single edit, and for two adjacent characters exchanged', () => {
    const place = fc.nat({ max: 11 });
    const word = fc.string({ unit: fc.constantFrom(...Array.from('abcdé')), minLength: 3, maxLength: 12 });
    fc.assert(
      fc.property(word, place, fc.constantFrom(...Array.from('axé')), (value, where, character) => {
        const at = where % value.length;
        const [before, after] = [value.slice(0, at), value.slice(at + 1)];
        const edited = [before + after, before + character + after, before + character + value.slice(at)];
        edited.push(before + after.slice(0, 1) + value.slice(at, at + 1) + after.slice(1));
        for (const other of edited)
          expect(deletionsOf(value).some((each) => deletionsOf(other).includes(each))).toBe(true);
      }),
    );
  });

  it('intersect for one character that was moved, which is two edits', () => {
    expect(deletionsOf('anna').filter((value) => deletionsOf('nana').includes(value))).toEqual([
      'ana',
      'nna',
    ]);
  });
});

/** Length of the longest common subsequence, by the textbook’s table. */
function commonSubsequence(one: string, other: string): number {
  const [rows, columns] = [Array.from(one), Array.from(other)];
  let above = new Array<number>(columns.length + 1).fill(0);
  for (const row of rows) {
    const line = [0];
    columns.forEach((column, at) =>
      line.push(row === column ? above[at]! + 1 : Math.max(above[at + 1]!, line[at]!)),
    );
    above = line;
  }
  return above[columns.length]!;
}

describe.each(fieldRoles)('the ladder of %s', (role) => {
  it('gives sorted, distinct values, as many as a row may have, and the same each time', () => {
    fc.assert(
      fc.property(values[role], (canonical) => {
        for (const { of, sizes } of derivationsOf[role]) {
          const derived = of(canonical);
          expect(derived).toEqual([...new Set(derived)].sort());
          expect(derived.length).toBeLessThanOrEqual(sizes?.at(-1) ?? MAX_DERIVED_VALUES);
          expect(of(canonical)).toEqual(derived);
        }
      }),
    );
  });

  it('gives nothing for no value', () => {
    for (const { of } of derivationsOf[role]) expect(of('')).toEqual([]);
  });
});

describe('the ladder', () => {
  it('has one rule for each name, and one kind of value in each domain', () => {
    const names = new Map<string, unknown>();
    for (const derivation of Object.values(derivationsOf).flat()) {
      const known = names.get(derivation.name);
      if (known !== undefined) expect(known).toBe(derivation);
      names.set(derivation.name, derivation);
      expect(derivation.domain).toMatch(/^[a-z][a-z0-9-]*(?::[a-z][a-z0-9-]*)?$/);
      expect(derivation.name).toMatch(/^[a-z0-9]+(?:-[a-z0-9]+)*$/);
    }
  });

  it.each([
    ['given-name', 'given-name-nickname', 'robert', 'bob'],
    ['given-name', 'given-name-nickname', 'zoe jane', 'zoe'],
    ['given-name', 'given-name-nickname', 'mohammed', 'mo'],
    ['given-name', 'given-name-deletions', 'catherine', 'cathrine'],
    ['given-name', 'given-name-metaphone', 'philip', 'filip'],
    ['given-name', 'given-name-consonants', 'brendan', 'brandon'],
    ['surname', 'surname-parts', 'okafor smith', 'smith'],
    ['surname', 'surname', 'smith jones', 'smithjones'],
    ['birth-date', 'birth-date-swapped', '2020-02-11', '2020-11-02'],
    ['birth-date', 'birth-date-month-day', '2020-02-29', '2016-02-29'],
    ['birth-date', 'birth-date-deletions', '2020-02-28', '2020-02-29'],
    ['postcode', 'postcode-sector', 'SW9 1AA', 'SW9 1BB'],
    ['postcode', 'postcode-deletions', 'SW9 1AA', 'SW9 1AB'],
    ['address', 'address-metaphone', 'flat 3 12 kings avenue', '12 kings avenue flat 3'],
    ['email', 'email-deletions', 'amara.okafor@example.org', 'amara.okafr@example.org'],
    ['email', 'email-local', 'amara@example.org', 'amara@example.com'],
    ['mobile', 'mobile-last-six', '07700900123', '07711900123'],
    ['nhs-number', 'nhs-number-deletions', '9434765919', '9434756919'],
  ] as const)('of %s: %s is the same for %s and %s', (role, name, one, other) => {
    expect(agreeOn(role, name, one, other)).toBe(true);
  });

  it.each([
    ['given-name', 'given-name-nickname', 'alexander', 'alexandra'],
    ['given-name', 'given-name-nickname', 'mohammed ali', 'mohammed yusuf'],
    ['given-name', 'given-name-metaphone', 'محمد', 'محمود'],
    ['given-name', 'given-name-consonants', 'ann', 'nina'],
    ['surname', 'surname-parts', 'van dijk', 'van berg'],
    ['email', 'email-deletions', 'amara@example.org', 'amara@example.com'],
    ['postcode', 'postcode-outward', 'ZZ99 3VZ', 'ZZ99 3WZ'],
  ] as const)('of %s: %s differs for %s and %s', (role, name, one, other) => {
    expect(agreeOn(role, name, one, other)).toBe(false);
  });

  it('compares given names with surnames, and parts of a name with the whole of it', () => {
    const [given, surname] = [derivationsOf['given-name'], derivationsOf.surname];
    expect(given[0]!.domain).toBe(surname[0]!.domain);
    expect(derivationsOf['given-name-part'][0]!.of('ZOE')).toEqual(
      ofRole('given-name', 'given-name-first-three')('zoe jane'),
    );
  });
});

describe('candidate keys', () => {
  const records = fc.record(values, { requiredKeys: [] });
  const all = [...candidateKeys, ...coarseCandidateKeys];

  it('have distinct names, and fields', () => {
    expect(new Set(all.map(({ name }) => name)).size).toBe(all.length);
    for (const { fields, domain } of all) {
      expect(fields.length).toBeGreaterThan(0);
      expect(domain).toMatch(/^[a-z][a-z0-9-]*(?::[a-z][a-z0-9-]*)?$/);
    }
  });

  it('are sorted, distinct and bounded, and none if a field is missing', () => {
    fc.assert(
      fc.property(records, (record) => {
        for (const { fields, of } of all) {
          const keys = of(record);
          expect(keys).toEqual([...new Set(keys)].sort());
          expect(keys.length).toBeLessThanOrEqual(MAX_DERIVED_VALUES);
          const has = (role: FieldRole) =>
            record[role] !== undefined || (role === 'given-name-part' && record['given-name'] !== undefined);
          if (!fields.every(has)) expect(keys).toEqual([]);
        }
      }),
    );
  });

  it.each([
    [
      'birth-date-first-three-gender',
      { 'birth-date': '2020-02-29', 'given-name-part': 'ZOE', gender: 'F' },
      { 'birth-date': '2020-02-29', 'given-name': 'zoe jane', gender: 'F' },
    ],
    [
      'birth-date-email-head',
      { 'birth-date': '2020-02-29', email: 'amara.okafor@example.org' },
      { 'birth-date': '2020-02-29', email: 'amaraokafor@example.com' },
    ],
    [
      'birth-date-given-name',
      { 'birth-date': '2020-02-29', 'given-name': 'robert' },
      { 'birth-date': '2020-02-29', 'given-name': 'bob' },
    ],
  ] as const)('bring together by %s', (name, one: FieldValues, other: FieldValues) => {
    const { of } = candidateKeys.find((key) => key.name === name)!;
    expect(of(one).filter((key) => of(other).includes(key))).not.toEqual([]);
  });

  it('do not confuse where one part ends', () => {
    const { of } = candidateKeys.find(({ name }) => name === 'postcode-surname')!;
    expect(of({ postcode: 'SW9 1AA', surname: 'okafor' })).toEqual(['sw91aa\nokafor']);
  });
});

describe('profile op-kin-1', () => {
  it('names what a child’s row derives of contacts so that an erasure of the carer finds it', () => {
    for (const contact of ['email', 'mobile', 'nhs-number'] as const)
      for (const name of permittedNames({ fields: [contact, 'birth-date'] })) {
        const rests = opKin1.rungs.some(
          ({ field, derivation }) => field === contact && derivation.name === name,
        );
        const isMade = opKin1.keys.some((key) => key.name === name && key.fields.includes(contact));
        expect(carerName(name)).toMatch(/^carer-/);
        expect(`-${name}-`.includes(`-${contact}-`)).toBe(rests || isMade);
        expect(asNamed(carerName(name))).toEqual({ name, isCarers: true });
        expect(asNamed(name)).toEqual({ name, isCarers: false });
      }
  });

  it('has no other rungs of few values than those by which records are compared', () => {
    const few = opKin1.rungs.filter(({ derivation }) => derivation.lowEntropy === true);
    expect([...new Set(few.map(({ derivation }) => derivation.name))].sort()).toEqual([
      ...['birth-date-month-day', 'birth-date-year', 'birth-date-year-day', 'birth-date-year-month'],
      ...['given-name-first-three', 'postcode-outward', 'surname-first-three'],
    ]);
  });
});
