import { fileURLToPath } from 'node:url';
import { readProgramme, type Programme } from '@kinledger/programme';
import { beforeAll, describe, expect, it } from 'vitest';
import { permissionOf } from './permission.js';
import { specificationOf } from './specification.testing.js';

const today = '2026-01-05';

/** Against the definition of LEAP, whose agreements permit the study "collective-impact" until 2028-03-31. */
describe('what agreements permit a study', () => {
  let leap: Programme;
  beforeAll(async () => {
    leap = await readProgramme(fileURLToPath(new URL('../../../programmes/leap', import.meta.url)));
  });
  const refusalsOf = (...[rest]: Parameters<typeof specificationOf>) =>
    permissionOf(leap, specificationOf(rest), today).refusals.map(
      ({ path, message }) => `${path}: ${message}`,
    );

  it('is what each dataset’s agreement names, and the consent forms that include evaluation', () => {
    const asked = specificationOf({ attributes: ['gender', 'birthMonth'], area: 'decile' });
    const { permitted, refusals } = permissionOf(leap, asked, today);
    expect(refusals).toEqual([]);
    expect(permitted).toEqual(
      ['natural-thinkers.user', 'natural-thinkers.engagement'].map((dataset) => ({
        dataset,
        attributes: ['gender', 'birthMonth', 'lsoa'],
        consent: { of: ['natural-thinkers.user'], attribute: 'consentForm', versions: ['2023-2'] },
      })),
    );
  });

  it('asks an administrative source for no consent form', () => {
    const { permitted } = permissionOf(
      leap,
      specificationOf({ datasets: ['early-years-profile.outcome'] }),
      today,
    );
    expect(permitted).toMatchObject([{ dataset: 'early-years-profile.outcome' }]);
    expect(permitted[0]).not.toHaveProperty('consent');
  });

  it('refuses a dataset whose agreement does not name the study', () => {
    expect(refusalsOf({ study: 'another-study' })).toEqual([
      expect.stringMatching(
        /^datasets\.0: agreement "natural-thinkers-team-2021" does not allow the study "another-study"/,
      ),
      expect.stringMatching(/^datasets\.1: /),
    ]);
    expect(refusalsOf({ datasets: ['dv-enhanced-caseworkers.user'] })).toEqual([
      expect.stringMatching(/^datasets\.0: agreement ".+" does not allow the study "collective-impact"/),
    ]);
  });

  it.each([
    [
      'an extract that outlives the agreement’s permission',
      { expires: '2028-04-01' },
      /^datasets\.0: .* allows no copy after 2028-03-31/,
    ],
    ['a day that has come', { expires: today }, /^expires: that day has come/],
    [
      'an attribute that no agreement permits',
      { attributes: ['loneParent'] },
      /^attributes\.0: no agreement .* permits the study "loneParent"/,
    ],
    ['the area as an attribute', { attributes: ['lsoa'] }, /^attributes\.0: the area is asked for by "area"/],
    [
      'the LSOA where the decile is permitted',
      { area: 'lsoa' },
      /^area: no agreement of the datasets permits the study the lsoa/,
    ],
    [
      'a dataset that does not exist',
      { datasets: ['nobody.user'] },
      /^datasets\.0: the programme has no dataset "nobody\.user"/,
    ],
  ] as const)('refuses %s', (_, rest, message) => {
    expect(refusalsOf(rest)[0]).toMatch(message);
  });

  it('refuses a cohort of services that do not exist, or of a period that ends before it begins', () => {
    const cohort = {
      who: 'engaged',
      roles: ['child'],
      services: ['nobody'],
      from: '2024-01-01',
      until: '2023-01-01',
    } as const;
    expect(refusalsOf({ cohort })).toEqual([
      'cohort.until: the period ends before it begins',
      'cohort.services.0: the programme has no service "nobody"',
    ]);
  });

  it('refuses people who agree by versions of a form that no row keeps', () => {
    const form = leap.dataset('natural-thinkers.user');
    const forgetful = {
      ...leap,
      datasetsOf: () => (form === undefined ? [] : [{ ...form, schema: withoutTargets(form.schema) }]),
    };
    expect(permissionOf(forgetful, specificationOf(), today).refusals[0]?.message).toMatch(
      /no row keeps its version: give that column the target attribute/,
    );
  });
});

type Schema = NonNullable<ReturnType<Programme['dataset']>>['schema'];
const withoutTargets = (schema: Schema): Schema => ({
  ...schema,
  fields: schema.fields.map(({ 'x-kinledger': { target: _, ...own }, ...field }) => ({
    ...field,
    'x-kinledger': own,
  })),
});
