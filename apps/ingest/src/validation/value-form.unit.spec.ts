import { datasetField } from '@kinledger/programme';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { valueFormOf } from './value-form.js';

const form = (
  { format = 'default', ...field }: { readonly format?: string; readonly [rest: string]: unknown },
  text: string,
) => {
  const standard = ['default', 'any', 'email'].includes(format);
  const said = standard ? { format } : { 'x-kinledger': { format } };
  return valueFormOf(datasetField.parse({ name: 'a', title: 'A', type: 'string', ...said, ...field }))(text);
};

describe('the form in which a value is kept', () => {
  it.each([
    ['email', { format: 'email' }, 'Amara.Okafor7@Example.org', 'amara.okafor7@example.org'],
    ['mobile', { format: 'mobile' }, '+44 7700 900123', '07700900123'],
    ['NHS number', { format: 'nhs-number' }, '943 476 5919', '9434765919'],
    ['postcode', { format: 'postcode' }, 'sw91aa', 'SW9 1AA'],
    ['LSOA', { format: 'lsoa' }, 'e01003014', 'E01003014'],
    ['digest', { format: 'digest' }, 'ab'.repeat(32), 'AB'.repeat(32)],
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

  it('is its own form: what is kept reads as the same', () => {
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
