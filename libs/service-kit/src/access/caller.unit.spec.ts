import { describe, expect, it } from 'vitest';
import { askedByOf, hasRole, type Caller } from './caller.js';

const officer: Caller = {
  person: 'refuge-officer',
  organisation: 'refuge' as NonNullable<Caller['organisation']>,
  roles: ['provider', 'reader'],
};
const steward: Caller = { person: 'steward', roles: ['data-team'] };

describe('a caller', () => {
  it('is named in a command by person and organisation, without roles', () => {
    expect(askedByOf(officer)).toStrictEqual({ person: 'refuge-officer', organisation: 'refuge' });
  });

  it('is named by person alone if they act for no provider', () => {
    expect(askedByOf(steward)).toStrictEqual({ person: 'steward' });
  });

  it('has each of its roles, and no other', () => {
    expect([hasRole(officer, 'provider'), hasRole(officer, 'reader')]).toEqual([true, true]);
    expect([hasRole(officer, 'data-team'), hasRole(steward, 'reader')]).toEqual([false, false]);
  });
});
