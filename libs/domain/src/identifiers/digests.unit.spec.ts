import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  canonicalBirthDate,
  canonicalChildFirstName3,
  canonicalEmail,
  canonicalGender,
  canonicalMobile,
  canonicalNhsNumber,
  digestOf,
  digestOpLeap1,
  joinedOpLeap1,
  lengthPrefixed,
} from './index.js';

const salt = 'mackerel';
const email = canonicalEmail('amara.okafor7@example.org')!;
const birthDate = canonicalBirthDate('29/02/2020')!;
const zoe = {
  carerEmail: email,
  birthDate,
  firstName3: canonicalChildFirstName3('Zoë')!,
  gender: canonicalGender('female')!,
};

describe('profile op-leap-1, known answers', () => {
  it('nhs-number', () => {
    expect(digestOf('nhs-number', canonicalNhsNumber('943 476 5919')!, salt)).toBe(
      '643574A0AEFDA8DAC01EEBE45F7E8CFE814B15BBC3F654AC934518A34A53D575',
    );
  });

  it('email', () => {
    expect(digestOf('email', email, salt)).toBe(
      '6F360E04B6B400782E538BDC343B363B7FB7356DE542A11D689BAB36F581E22D',
    );
  });

  it('mobile', () => {
    expect(digestOf('mobile', canonicalMobile('+44 7700 900123')!, salt)).toBe(
      'C48B5BC7D11162DA843CE8C0347AC2C08C282CCD4BC45F5DD04D4ACAED0F267F',
    );
  });

  it('child-key', () => {
    expect(digestOf('child-key', zoe, salt)).toBe(
      '700D43006FFCB61BCB057827F8D2314DF261BFB6A9C15C0AAF1EA50E054DB1C1',
    );
  });

  it('child-key: joined in alphabetical order of the names', () => {
    const values = { ChildGender: 'F', CarerEmail: email, ChildFirstName3: 'ZOE', ChildDOB: '29.02.2020' };
    expect(joinedOpLeap1(values, '')).toBe('amara.okafor7@example.org29.02.2020ZOEF');
  });

  it('birth-date', () => {
    expect(digestOf('birth-date', birthDate, salt)).toBe(
      'A2DF76EC074224A137D4790F918F70EB72C7A44257C9A4F87D7DE912AADD209F',
    );
  });
});

describe('OpenPseudonymiser’s published vectors', () => {
  it('NHS number and birth date, salted', () => {
    expect(digestOpLeap1({ NHSNumber: '943 476 5919', DOB: '29.11.1973' }, salt)).toMatch(/^ED72F814.*6087$/);
    expect(digestOpLeap1({ DOB: '29.11.2011', NHSNumber: '943 476 5919' }, salt)).toMatch(
      /^5DFC32BA.*8D8BC56$/,
    );
  });

  it('one value, with and without a salt', () => {
    expect(digestOpLeap1({ value: '123456789' }, 'hello').toLowerCase()).toMatch(/^a4455e65.*edfe$/);
    expect(digestOpLeap1({ value: '123456789' }, '').toLowerCase()).toMatch(/^15e2b0d3.*b225$/);
  });
});

describe('profile op-leap-1, laws', () => {
  const namedValues = fc.dictionary(
    fc.stringMatching(/^[a-z][a-zA-Z0-9]{0,8}$/).map((name) => name.toLowerCase()),
    fc.string(),
  );

  it('the order in which values are given does not matter', () => {
    fc.assert(
      fc.property(namedValues, fc.string(), (values, anySalt) => {
        const reversed = Object.fromEntries(Object.entries(values).reverse());
        expect(digestOpLeap1(reversed, anySalt)).toBe(digestOpLeap1(values, anySalt));
      }),
    );
  });

  it('white space in a value does not matter, white space in the salt does', () => {
    const plain = digestOpLeap1({ value: 'ab' }, 'salt');
    expect(digestOpLeap1({ value: ' a\t\r\nb ' }, 'salt')).toBe(plain);
    expect(digestOpLeap1({ value: 'ab' }, 'sa lt')).not.toBe(plain);
    // No-break space is not among the four: OpenPseudonymiser keeps it.
    expect(digestOpLeap1({ value: 'a\u00a0b' }, 'salt')).not.toBe(plain);
  });

  it('refuses names whose order could differ between systems', () => {
    expect(() => digestOpLeap1({ 'NHS-Number': '1' }, salt)).toThrow(RangeError);
    expect(() => digestOpLeap1({ dob: '1', DOB: '2' }, salt)).toThrow(RangeError);
  });
});

describe('length-prefixed values', () => {
  it('keeps apart what plain joining confuses', () => {
    expect(lengthPrefixed(['1', '23'])).not.toEqual(lengthPrefixed(['12', '3']));
    expect(lengthPrefixed(['a', ''])).not.toEqual(lengthPrefixed(['a']));
  });

  it('never changes its form', () => {
    expect(Buffer.from(lengthPrefixed(['é', '', new Uint8Array([255])])).toString('hex')).toBe(
      '00000002c3a90000000000000001ff',
    );
  });

  it('is one-to-one', () => {
    const lists = fc.array(fc.string({ unit: 'grapheme' }), { maxLength: 4 });
    fc.assert(
      fc.property(lists, lists, (left, right) => {
        const equal = Buffer.compare(lengthPrefixed(left), lengthPrefixed(right)) === 0;
        expect(equal).toBe(JSON.stringify(left) === JSON.stringify(right));
      }),
    );
  });
});
