import { datasetSchema } from '@kinledger/programme/definition';
import { describe, expect, it } from 'vitest';
import { isFileRefused } from '../reading/file-refused.js';
import { knownTitles } from './header-mapping.js';
import { mapHeader } from './map-header.js';

const schema = datasetSchema.parse({
  fields: [
    { name: 'case_number', title: 'Case number', type: 'string', constraints: { required: true } },
    {
      name: 'email',
      title: 'Email address',
      type: 'string',
      'x-kinledger': { aliases: ['E-mail', 'Contact email'], missing: 'warning' },
    },
    { name: 'date_of_birth', title: 'Date of birth', type: 'date', 'x-kinledger': { aliases: ['DOB'] } },
    {
      name: 'sen',
      title: 'Special educational needs',
      type: 'string',
      'x-kinledger': { missing: 'error', roles: ['child'] },
    },
    { name: 'consent_given', title: 'Consent given', type: 'boolean', 'x-kinledger': { consent: true } },
  ],
});

const refusal = (header: readonly string[]) => {
  try {
    mapHeader(schema, header);
  } catch (error) {
    if (isFileRefused(error)) return error;
    throw error;
  }
  return undefined;
};

describe('mapping a header', () => {
  it.each([
    ['titles', ['Case number', 'Email address', 'Date of birth', 'Consent given']],
    ['field names', ['case_number', 'email', 'date_of_birth', 'consent_given']],
    ['aliases', ['CASE NUMBER', 'E-mail', 'DOB', 'Consent  given']],
    [
      'other case, spaces and punctuation',
      ['Case-Number:', 'EMAILADDRESS', 'date.of.birth', '"Consent" given?'],
    ],
  ])('finds columns by %s', (_case, header) => {
    expect(mapHeader(schema, header)).toEqual({
      columnOf: [0, 1, 2, -1, 3],
      byField: { case_number: 0, email: 1, date_of_birth: 2, consent_given: 3 },
      unknownColumns: [],
    });
  });

  it('accepts any order, blank titles and unknown columns', () => {
    expect(mapHeader(schema, ['Notes', 'Consent given', '', 'Case number', 'Worker'])).toEqual({
      columnOf: [3, -1, -1, -1, 1],
      byField: { case_number: 3, consent_given: 1 },
      unknownColumns: [0, 4],
    });
  });

  it('prefers a title to an alias, and ignores the other column', () => {
    const mapping = mapHeader(schema, ['Case number', 'Contact email', 'Email address', 'Consent given']);
    expect(mapping.byField['email']).toBe(2);
    expect(mapping.unknownColumns).toEqual([1]);
  });

  it('refuses two columns that match a field equally well', () => {
    const error = refusal(['Case number', 'Email', 'Email address', 'Consent given']);
    expect(error?.reason).toBe('duplicate-columns');
    expect(error?.detail).toContain('"Email address"');
  });

  it('refuses a header that is a row of values, without repeating any', () => {
    const error = refusal(['PT-1', 'amara.okafor7@example.org', '29/02/2020']);
    expect(error?.reason).toBe('no-header');
    expect(error?.detail).not.toContain('amara');
  });

  it('refuses a file without the columns that every row needs, and names all of them', () => {
    const error = refusal(['Email address', 'Date of birth']);
    expect(error?.reason).toBe('missing-columns');
    expect(error?.places.map(({ path }) => path)).toEqual(['case_number', 'consent_given']);
  });

  it('names the columns that a missing one may be, with score and reason, and how to confirm it', () => {
    const error = refusal(['Case numbers', 'Consent given', 'Worker']);
    expect(error?.detail).toContain('kinledger submit --map');
    expect(error?.places).toEqual([
      {
        path: 'case_number',
        message:
          'there is no column "Case number"; it may be column 1, "Case numbers" (0.94: shares the words "case" and "numbers" with "Case number")',
      },
    ]);
    expect(refusal(['Worker', 'Consent given'])?.detail).not.toContain('--map');
  });

  it('proposes columns even if none has a known title', () => {
    const error = refusal(['Case numbers', 'Consent was given']);
    expect(error?.reason).toBe('missing-columns');
    expect(error?.places.map(({ message }) => message)).toEqual([
      expect.stringContaining('column 1'),
      expect.stringContaining('column 2'),
    ]);
  });

  it('counts known titles, with which to detect the delimiter', () => {
    expect(knownTitles(schema)(['DOB', 'e mail', 'Notes', ''])).toBe(2);
  });
});
