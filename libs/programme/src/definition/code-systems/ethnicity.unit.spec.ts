import { describe, expect, it } from 'vitest';
import {
  ethnicGroupOf,
  ethnicityCodes,
  ethnicityNotGivenBy,
  translateEthnicity,
  type EthnicitySystem,
} from './ethnicity.js';

const [census, nhs, dfe] = ['ethnicity-census-2021', 'ethnicity-nhs', 'ethnicity-dfe'] as const;
const systems: readonly EthnicitySystem[] = [census, nhs, dfe];
const finest = new Set(ethnicityCodes[census].flatMap(({ holds }) => holds));

describe('code systems of ethnicity', () => {
  it('have 19, 16 and 18 groups, each a division of the same people', () => {
    expect(systems.map((system) => ethnicityCodes[system].length)).toEqual([19, 16, 18]);
    for (const system of systems) {
      const held = ethnicityCodes[system].flatMap(({ holds }) => holds);
      expect(new Set(held)).toEqual(finest);
      expect(held).toHaveLength(finest.size);
      const codes = ethnicityCodes[system].map(({ code }) => code);
      expect(new Set(codes).size).toBe(codes.length);
    }
  });

  it.each([
    [nhs, census, 'A', 'white-british', 'exact'],
    [nhs, census, 'R', 'asian-chinese', 'exact'],
    [nhs, census, 'C', 'white-other', 'narrower'],
    [nhs, census, 'S', 'other-any', 'narrower'],
    [nhs, dfe, 'N', 'BAFR', 'exact'],
    [nhs, dfe, 'C', 'WOTH', 'narrower'],
    [nhs, dfe, 'S', 'OOTH', 'exact'],
    [census, nhs, 'white-roma', 'C', 'wider'],
    [census, nhs, 'other-arab', 'S', 'wider'],
    [census, nhs, 'mixed-white-black-african', 'E', 'exact'],
    [census, dfe, 'white-gypsy-traveller', 'WROM', 'overlapping'],
    [census, dfe, 'white-roma', 'WROM', 'wider'],
    [census, dfe, 'asian-chinese', 'CHNE', 'exact'],
    [dfe, census, 'WIRT', 'white-gypsy-traveller', 'wider'],
    [dfe, census, 'WROM', 'white-roma', 'narrower'],
    [dfe, census, 'OOTH', 'other-any', 'narrower'],
    [dfe, nhs, 'WIRT', 'C', 'wider'],
    [dfe, nhs, 'BCRB', 'M', 'exact'],
  ] as const)('translate, from %s to %s, %s to %s: %s', (from, to, code, target, fit) => {
    expect(translateEthnicity(from, to, code)).toEqual({ code: target, fit });
  });

  it('keep "not stated", "not known" and an unknown code apart', () => {
    expect(translateEthnicity(nhs, census, 'Z')).toEqual({ code: 'not-stated', fit: 'exact' });
    expect(translateEthnicity(nhs, dfe, '99')).toEqual({ code: 'NOBT', fit: 'exact' });
    expect(translateEthnicity(dfe, nhs, 'REFU')).toEqual({ code: 'Z', fit: 'exact' });
    expect(translateEthnicity(nhs, census, 'Q')).toBeUndefined();
    expect(translateEthnicity(nhs, census, '')).toBeUndefined();
    expect(['Z', '99', 'A', ''].map((code) => ethnicityNotGivenBy(nhs, code))).toEqual([
      'not-stated',
      'not-known',
      undefined,
      undefined,
    ]);
  });

  it('keep the census’s group of five in every translation, and the code in one that is exact', () => {
    for (const from of systems)
      for (const to of systems)
        for (const { code } of ethnicityCodes[from]) {
          const there = translateEthnicity(from, to, code)!;
          expect(ethnicGroupOf(to, there.code)).toBe(ethnicGroupOf(from, code));
          expect(ethnicGroupOf(from, code)).toBeDefined();
          const back = translateEthnicity(to, from, there.code)!;
          expect(there.fit === 'exact' ? back : { ...back, code: '' }).toEqual({
            code: there.fit === 'exact' ? code : '',
            fit: expect.any(String) as string,
          });
          if (from === to) expect(there).toEqual({ code, fit: 'exact' });
        }
  });

  it('have no group where none is given', () => {
    expect(ethnicGroupOf(nhs, 'Z')).toBeUndefined();
    expect(ethnicGroupOf(census, 'not-known')).toBeUndefined();
    expect(ethnicGroupOf(nhs, 'R')).toBe('asian');
  });
});
