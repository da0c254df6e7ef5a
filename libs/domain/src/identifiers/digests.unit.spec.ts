import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  canonicalBirthDate,
  canonicalChildFirstName3,
  canonicalEmail,
  canonicalGender,
  canonicalMobile,
  canonicalNhsNumber,
  joinedOpLeap1,
  lengthPrefixed,
} from './index.js';
import { digestOf, digestOpLeap1 } from '../node-digests.js';

const salt = 'mackerel';
const email = canonicalEmail('amara.okafor7@example.org')!;
const birthDate = canonicalBirthDate('29/02/2020')!;
const zoe = {
  carerEmail: email,
  birthDate,
  firstName3: canonicalChildFirstName3('Zoë')!,
  gender: canonicalGender('female')!,
};

describe('profile op-leap-1 gives the known digest', () => {
  it('of an NHS number', () => {
    expect(digestOf('nhs-number', canonicalNhsNumber('943 476 5919')!, salt)).toBe(
      '643574A0AEFDA8DAC01EEBE45F7E8CFE814B15BBC3F654AC934518A34A53D575',
    );
  });

  it('of an email', () => {
    expect(digestOf('email', email, salt)).toBe(
      '6F360E04B6B400782E538BDC343B363B7FB7356DE542A11D689BAB36F581E22D',
    );
  });

  it('of a mobile', () => {
    expect(digestOf('mobile', canonicalMobile('+44 7700 900123')!, salt)).toBe(
      'C48B5BC7D11162DA843CE8C0347AC2C08C282CCD4BC45F5DD04D4ACAED0F267F',
    );
  });

  it('of a child key', () => {
    expect(digestOf('child-key', zoe, salt)).toBe(
      '700D43006FFCB61BCB057827F8D2314DF261BFB6A9C15C0AAF1EA50E054DB1C1',
    );
  });

  it('of a child key, whose values it joins in alphabetical order of their names', () => {
    const values = { ChildGender: 'F', CarerEmail: email, ChildFirstName3: 'ZOE', ChildDOB: '29.02.2020' };
    expect(joinedOpLeap1(values, '')).toBe('amara.okafor7@example.org29.02.2020ZOEF');
  });

  it('of a birth date', () => {
    expect(digestOf('birth-date', birthDate, salt)).toBe(
      'A2DF76EC074224A137D4790F918F70EB72C7A44257C9A4F87D7DE912AADD209F',
    );
  });
});

describe('profile op-leap-1, for letters that Unicode does not decompose', () => {
  it.each([
    ['Łukasz', 'LUK', 'D9688B4EE90E2CFA92256225A8BA09297B3A37B792AD4D269C14716A2B6E5F9B'],
    ['Øyvind', 'OYV', '99E1686B167556B4D3C5A45E1D4210BB2A7C438980FC1D50CEF7053CB363B14C'],
    ['Đức', 'DUC', '034CC7BEE04B9A04FE0C3A3FCB56C1DCBE95EC0E90FCA66C73F334B95E65DCD0'],
    ['Æthel', 'AET', '4F48498182D9837C97F69D144F7813C2BB908CEB61464CD7F6C066FFEB09AA95'],
    ['Ħaniya', 'HAN', '619A3A430D4286F81641B19BBFC0CC2CFF6B63B9D651B26254D7ED7B093D216F'],
    ['Straße', 'STR', 'C8D7ABA5934C1B04F1C47ADCCD0B1B3D50EBBF2D31FE4F3F142C485C3B172D95'],
    ['Þóra', 'THO', '827E77C8148A86B2077A3C5C504182AFD905E450F08C7027F305A7072578E81B'],
    ['Дмитрий', 'DMI', 'A2932C99A2DE4DC576E54F81ABABE40080A4C6B4C3577D3A03122CDC8FC5A4C8'],
  ])('digests the child key of %s', (name, letters, digest) => {
    const firstName3 = canonicalChildFirstName3(name)!;
    expect(firstName3).toBe(letters);
    expect(digestOf('child-key', { ...zoe, firstName3 }, salt)).toBe(digest);
  });
});

describe('profile op-leap-1 reproduces OpenPseudonymiser’s published vectors', () => {
  it('for NHS number and birth date with a salt', () => {
    expect(digestOpLeap1({ NHSNumber: '943 476 5919', DOB: '29.11.1973' }, salt)).toMatch(/^ED72F814.*6087$/);
    expect(digestOpLeap1({ DOB: '29.11.2011', NHSNumber: '943 476 5919' }, salt)).toMatch(
      /^5DFC32BA.*8D8BC56$/,
    );
  });

  it('for one value, with and without a salt', () => {
    expect(digestOpLeap1({ value: '123456789' }, 'hello').toLowerCase()).toMatch(/^a4455e65.*edfe$/);
    expect(digestOpLeap1({ value: '123456789' }, '').toLowerCase()).toMatch(/^15e2b0d3.*b225$/);
  });
});

describe('profile op-leap-1', () => {
  const namedValues = fc.dictionary(
    fc.stringMatching(/^[a-z][a-zA-Z0-9]{0,8}$/).map((name) => name.toLowerCase()),
    fc.string(),
  );

  it('ignores the order in which values are given', () => {
    fc.assert(
      fc.property(namedValues, fc.string(), (values, anySalt) => {
        const reversed = Object.fromEntries(Object.entries(values).reverse());
        expect(digestOpLeap1(reversed, anySalt)).toBe(digestOpLeap1(values, anySalt));
      }),
    );
  });

  it('ignores white space in a value but not in the salt', () => {
    const plain = digestOpLeap1({ value: 'ab' }, 'salt');
    expect(digestOpLeap1({ value: ' a\t\r\nb ' }, 'salt')).toBe(plain);
    expect(digestOpLeap1({ value: 'ab' }, 'sa lt')).not.toBe(plain);
    // A no-break space is not among the four characters that OpenPseudonymiser removes.
    expect(digestOpLeap1({ value: 'a\u00a0b' }, 'salt')).not.toBe(plain);
  });

  it('refuses names that could sort differently on different systems', () => {
    expect(() => digestOpLeap1({ 'NHS-Number': '1' }, salt)).toThrow(RangeError);
    expect(() => digestOpLeap1({ dob: '1', DOB: '2' }, salt)).toThrow(RangeError);
  });
});

describe('lengthPrefixed', () => {
  it('distinguishes lists that plain joining would confuse', () => {
    expect(lengthPrefixed(['1', '23'])).not.toEqual(lengthPrefixed(['12', '3']));
    expect(lengthPrefixed(['a', ''])).not.toEqual(lengthPrefixed(['a']));
  });

  it('gives these bytes, which never change', () => {
    expect(Buffer.from(lengthPrefixed(['é', '', new Uint8Array([255])])).toString('hex')).toBe(
      '00000002c3a90000000000000001ff',
    );
  });

  it('gives different bytes for different lists', () => {
    const lists = fc.array(fc.string({ unit: 'grapheme' }), { maxLength: 4 });
    fc.assert(
      fc.property(lists, lists, (left, right) => {
        const equal = Buffer.compare(lengthPrefixed(left), lengthPrefixed(right)) === 0;
        expect(equal).toBe(JSON.stringify(left) === JSON.stringify(right));
      }),
    );
  });
});
