import { describe, expect, it } from 'vitest';
import { difficulty, drawFaults, faultScale } from './case-faults.js';
import { Random, rootOf } from './random.js';

const random = new Random(rootOf('faults'));
const drawn = (decile: number) =>
  Array.from({ length: 4_000 }, (_, index) =>
    drawFaults(random.at('case', index), faultScale(decile), true, 8),
  );

describe('faults', () => {
  it('are twice as frequent in the most deprived tenth, and rarer in every following tenth', () => {
    expect(faultScale(1)).toBe(2);
    expect(faultScale(10)).toBeCloseTo(0.4);
    const missing = [1, 5, 10].map(
      (decile) => drawn(decile).filter(({ email }) => email === 'missing').length,
    );
    expect(missing[0]).toBeGreaterThan(missing[1]! * 1.3);
    expect(missing[1]).toBeGreaterThan(missing[2]! * 1.3);
  });

  it('are somewhat more frequent in some ethnicities and some providers’ files', () => {
    const of = (ethnicity: string, provider: number) =>
      difficulty('normal', { decile: 5, ethnicity, provider });
    expect(of('asian-other', 1)).toBeGreaterThan(of('white-british', 1));
    expect(of('white-british', 2)).toBeGreaterThan(of('white-british', 0));
  });

  it('are more frequent in the hard profile, most in some ethnicities and some providers’ files, and never certain', () => {
    const of = (decile: number, ethnicity: string, provider: number) =>
      difficulty('hard', { decile, ethnicity, provider });
    expect(difficulty('normal', { decile: 1, ethnicity: 'white-british', provider: 1 })).toBe(faultScale(1));
    expect(of(10, 'white-british', 1)).toBeCloseTo(faultScale(10) * 2);
    expect(of(10, 'asian-other', 1)).toBeCloseTo(of(10, 'white-british', 1) * 1.5);
    expect(of(10, 'white-british', 2)).toBeGreaterThan(of(10, 'white-british', 0) * 2);
    const hardest = Array.from({ length: 2_000 }, (_, index) =>
      drawFaults(random.at('case', index), of(1, 'asian-other', 2), true, 8),
    );
    expect(hardest.filter(({ nhsNumber }) => nhsNumber === 'none').length).toBeGreaterThan(500);
  });

  it('include every kind', () => {
    const faults = drawn(1);
    const kinds = (
      name: 'email' | 'mobile' | 'nhsNumber' | 'birthDate' | 'gender' | 'postcode' | 'firstName',
    ) => [...new Set(faults.map((fault) => fault[name]))].sort();
    expect(kinds('email')).toEqual(['missing', 'none', 'outer-space', 'placeholder', 'typo', 'upper-case']);
    expect(kinds('mobile')).toEqual(['centre', 'landline', 'missing', 'none', 'zero-lost']);
    expect(kinds('nhsNumber')).toEqual(['check-digit', 'missing', 'none']);
    expect(kinds('birthDate')).toEqual(['missing', 'none', 'spreadsheet-number', 'transposed']);
    expect(kinds('gender')).toEqual(['missing', 'none', 'wrong']);
    expect(kinds('postcode')).toEqual(['malformed', 'missing', 'none']);
    expect(kinds('firstName')).toEqual(['missing', 'none', 'other-spelling', 'short-form']);
    expect(faults.some(({ consent }) => consent === 'refused')).toBe(true);
  });

  it('are corrected later only if there was a fault', () => {
    for (const fault of drawn(3)) {
      const right = [
        fault.email,
        fault.mobile,
        fault.nhsNumber,
        fault.birthDate,
        fault.postcode,
        fault.firstName,
      ];
      if (right.every((kind) => kind === 'none')) expect(fault.corrected).toBe(Infinity);
    }
    expect(drawn(3).some(({ corrected }) => corrected < Infinity)).toBe(true);
  });
});
