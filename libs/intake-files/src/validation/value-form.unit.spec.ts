import { datasetField } from '@kinledger/programme/definition';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { doubtsOf, valueFormOf } from './value-form.js';

interface Written {
  readonly format?: string;
  readonly [rest: string]: unknown;
}

/** A field of a schema; a format that Table Schema lacks is under `x-kinledger`. */
function fieldOf({ format = 'default', ...rest }: Written) {
  const standard = ['default', 'any', 'email'].includes(format);
  const said = standard ? { format } : { 'x-kinledger': { format } };
  return datasetField.parse({ name: 'a', title: 'A', type: 'string', ...said, ...rest });
}
const read = (field: Written, text: string, synthetic = true) =>
  valueFormOf(fieldOf(field), { synthetic })(text);
/** The value alone if no rule is broken, else value and rule. */
const doubted = (field: Written, text: string, synthetic = true) => {
  const formed = read(field, text, synthetic);
  if (typeof formed === 'string') return formed;
  const { value, rule } = formed;
  return rule === undefined ? value : { value, rule };
};
/** The value that is kept. */
const form = (field: Written, text: string) => {
  const formed = read(field, text);
  return typeof formed === 'string' ? formed : (formed.value ?? undefined);
};

describe('the canonical form of a value', () => {
  it.each([
    ['email', { format: 'email' }, 'Amara.Okafor7@Example.org', 'amara.okafor7@example.org'],
    ['mobile', { format: 'mobile' }, '+44 7700 900123', '07700900123'],
    ['NHS number', { format: 'nhs-number' }, '943 476 5919', '9434765919'],
    ['postcode', { format: 'postcode' }, 'sw91aa', 'SW9 1AA'],
    ['LSOA', { format: 'lsoa' }, 'e01003014', 'E01003014'],
    ['area that a source withholds', { format: 'lsoa' }, 'Protected', 'protected'],
    ['digest', { format: 'digest' }, 'ab'.repeat(32), 'AB'.repeat(32)],
    [
      'derived digests',
      { format: 'derived-digests' },
      `postcode/1=${'ef'.repeat(32)}  email-local/1=${'ab'.repeat(32)}`,
      `email-local/1=${'AB'.repeat(32)} postcode/1=${'EF'.repeat(32)}`,
    ],
    ['first name', { format: 'first-name' }, 'Zoë-Marie', 'ZOE'],
    ['case number', { format: 'case-number' }, ' 007  a ', '007 a'],
    ['birth month', { format: 'birth-month' }, '2/2020', '2020-02'],
    ['birth month of a date', { format: 'birth-month' }, '29/02/2020', '2020-02'],
    ['date', { type: 'date' }, '4/7/2023', '2023-07-04'],
    ['ISO date', { type: 'date', format: 'any' }, '2023-07-04', '2023-07-04'],
    ['date with midnight', { type: 'date' }, '04/07/2023 00:00:00', '2023-07-04'],
    ['whole number', { type: 'integer' }, '1,200', '1200'],
    ['whole number as a spreadsheet has it', { type: 'integer' }, '45.0', '45'],
    ['number', { type: 'number' }, '-3.50', '-3.5'],
    ['small number', { type: 'number' }, '0.0000001', '0.0000001'],
    ['zero', { type: 'integer' }, '-0', '0'],
    ['yes', { type: 'boolean' }, 'Yes', 'true'],
    ['no', { type: 'boolean' }, '0', 'false'],
    ['code', { constraints: { enum: ['White-British'] } }, 'white-british', 'White-British'],
    ['code of a map alone', { 'x-kinledger': { valueMap: { Yes: 'yes' } } }, 'YES', 'yes'],
    ['free text', {}, 'as it is', 'as it is'],
  ])('%s', (_case, field, text, kept) => {
    expect(form(field, text.trim())).toBe(kept);
  });

  it.each([
    ['an address without a domain', { format: 'email' }, 'none@none'],
    ['a mobile without its zero', { format: 'mobile' }, '7700900123'],
    ['a wrong check digit', { format: 'nhs-number' }, '9434765918'],
    ['half a postcode', { format: 'postcode' }, 'SW9'],
    ['clear text for a digest', { format: 'digest' }, '9434765919'],
    ['clear text for derived digests', { format: 'derived-digests' }, 'email-local/1=amara.okafor7'],
    ['an unknown derivation', { format: 'derived-digests' }, `email-moon/1=${'ab'.repeat(32)}`],
    ['a name without letters', { format: 'first-name' }, '-'],
    ['a month that is none', { format: 'birth-month' }, '13/2020'],
    ['a day that is none', { type: 'date' }, '30/02/2020'],
    ['a year of two digits', { type: 'date' }, '04/07/23'],
    ['a fraction', { type: 'integer' }, '4.5'],
    ['an exponent', { type: 'number' }, '1e5'],
    ['Infinity', { type: 'number' }, 'Infinity'],
    ['hexadecimal', { type: 'integer' }, '0x10'],
    ['perhaps', { type: 'boolean' }, 'perhaps'],
    ['a word that is not listed', { constraints: { enum: ['a'] } }, 'b'],
  ])('refuses %s', (_case, field, text) => {
    expect(form(field, text)).toBeUndefined();
  });

  const birth = { type: 'date', 'x-kinledger': { identifiers: [{ kind: 'birth-date', use: 'guard' }] } };
  const gender = {
    constraints: { enum: ['F', 'M', 'X'] },
    'x-kinledger': { identifiers: [{ kind: 'gender', use: 'guard' }] },
  };

  it.each([
    ['angle brackets', { format: 'email' }, '<d3@example.org>', 'd3@example.org', 'repaired'],
    ['a spreadsheet’s .0', { format: 'nhs-number' }, '9434765919.0', '9434765919', 'repaired'],
    ['an exponent with all digits', { format: 'nhs-number' }, '9.434765919E9', '9434765919', 'repaired'],
    ['an apostrophe', { format: 'mobile' }, "'07700900123", '07700900123', 'repaired'],
    ['an initial', { format: 'first-name' }, 'Z.', 'Z', 'initials'],
    ['two addresses', { format: 'email' }, 'a@example.org b@example.org', null, 'several-addresses'],
    ['nine digits', { format: 'nhs-number' }, '434765919', null, 'wrong-length'],
    ['letters', { format: 'nhs-number' }, 'ABC1234567', null, 'not-digits'],
    ['lost digits', { format: 'nhs-number' }, '9.43E+09', null, 'scientific-notation'],
    ['lost digits of a mobile', { format: 'mobile' }, '7.7E+09', null, 'scientific-notation'],
    ['lost digits of a case number', { format: 'case-number' }, '1.23457E+11', null, 'scientific-notation'],
    ['lost digits of a number', { type: 'number' }, '1.2e5', null, 'scientific-notation'],
    ['a number that is nobody’s', { format: 'nhs-number' }, '987 654 3210', null, 'placeholder'],
    ['ten equal digits', { format: 'nhs-number' }, '1111111111', null, 'placeholder'],
    ['a count', { format: 'nhs-number' }, '1234567890', null, 'placeholder'],
    ['nobody’s mobile', { format: 'mobile' }, '+44 7777 777777', null, 'placeholder'],
    ['nobody’s address', { format: 'email' }, '<None@None.com>', null, 'placeholder'],
    ['nobody’s birth', birth, '01/01/1900', null, 'placeholder'],
    ['a spreadsheet’s day zero', birth, '30/12/1899', null, 'placeholder'],
    ['zeros', { type: 'date' }, '00/00/0000', null, 'placeholder'],
    ['gender not known', gender, 'Not known', null, 'not-known'],
    ['gender 0', gender, '0', null, 'not-known'],
    ['a year of two digits', { type: 'date' }, '04/07/23', null, 'two-digit-year'],
    ['a month first', { type: 'date' }, '12/19/2023', null, 'month-first'],
  ])('reports %s', (_case, field, text, value, rule) => {
    expect(doubted(field, text)).toEqual({ value, rule });
  });

  it.each([
    ['31/12/2023', 'day-first'],
    ['12/31/2023', 'month-first'],
    ['04/07/2023', 'either'],
    ['31/02/2023', 'day-first'],
    ['2023-07-04', undefined],
  ])('gives the order of day and month that %s shows', (text, order) => {
    for (const field of [{ type: 'date' }, birth]) {
      const formed = read(field, text);
      expect(typeof formed === 'string' ? undefined : formed.order).toBe(order);
    }
  });

  it('keeps a placeholder date unless it is a birth date', () => {
    expect(form({ type: 'date' }, '01/01/1900')).toBe('1900-01-01');
  });

  it.each([
    ['nhs-number', '9990060002'],
    ['email', 'amara@example.org'],
    ['mobile', '07700900123'],
  ])('accepts %s %s in a synthetic programme only', (format, text) => {
    expect(doubted({ format }, text, true)).toBe(text);
    expect(doubted({ format }, text, false)).toEqual({ value: null, rule: 'placeholder' });
  });

  it('reports only rules that it declares for the field', () => {
    const fields = [
      ...['email', 'mobile', 'nhs-number', 'postcode', 'first-name', 'case-number', 'digest', 'lsoa'].map(
        (format) => ({
          format,
        }),
      ),
      { format: 'birth-month' },
      ...['integer', 'number', 'boolean', 'date'].map((type) => ({ type })),
      { constraints: { enum: ['a', 'b'] } },
      gender,
      birth,
    ];
    const text = fc.oneof(
      fc.string({ unit: fc.constantFrom(...Array.from("0123456789./- :ETZ+@a<>'")) }),
      fc.constantFrom('1.2E+09', '00/00/0000', '12/31/2023', 'unknown', 'a@b.org,c@d.org', '9876543210', 'Z'),
    );
    fc.assert(
      fc.property(fc.constantFrom(...fields), text, (written, raw) => {
        const field = fieldOf(written);
        const formed = valueFormOf(field, { synthetic: false })(raw.trim());
        if (typeof formed !== 'string' && formed.rule !== undefined)
          expect(doubtsOf(field)).toContain(formed.rule);
      }),
      { numRuns: 5000 },
    );
  });

  it('is idempotent: reading a canonical value gives the same value', () => {
    const fields = [
      { type: 'integer' },
      { type: 'number' },
      { type: 'boolean' },
      { type: 'date' },
      { format: 'email' },
      { format: 'mobile' },
      { format: 'postcode' },
      { format: 'first-name' },
      { format: 'case-number' },
    ];
    const text = fc.oneof(
      fc.string(),
      fc.integer().map(String),
      fc.float({ noNaN: true, noDefaultInfinity: true }).map((value) => value.toFixed(4)),
      fc.date({ noInvalidDate: true }).map((date) => date.toISOString().slice(0, 10)),
      fc.emailAddress(),
      fc.constantFrom('yes', 'SW1A1AA', '+44 7700 900 123', 'Æsa', 'Straße'),
    );
    fc.assert(
      fc.property(fc.constantFrom(...fields), text, (field, raw) => {
        const kept = form(field, raw.trim());
        if (kept !== undefined) expect(form(field, kept)).toBe(kept);
      }),
      { numRuns: 2000 },
    );
  });
});

describe('a cell that holds no derived digests', () => {
  it('is told to be clear text, or to be none if it has digests', () => {
    const field = { format: 'derived-digests' };
    expect(doubted(field, 'amara.okafor7@example.org')).toEqual({ value: null, rule: 'clear-text' });
    expect(doubted(field, `email-local/9=${'ab'.repeat(32)}`)).toEqual({ value: null, rule: 'invalid' });
  });
});
