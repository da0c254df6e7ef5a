import type { Caller } from '@kinledger/service-kit';
import { describe, expect, it } from 'vitest';
import { maySeeReportOf, requireReportOf, seesEveryReport, sightOf } from './report-access.js';

const caller = (roles: Caller['roles'], organisation?: string): Caller => ({
  ...{ person: 'somebody', roles },
  // As the access file names a provider.
  ...(organisation === undefined
    ? {}
    : { organisation: organisation as NonNullable<Caller['organisation']> }),
});

describe('who sees the report of a service', () => {
  it('is its provider, and whoever sees all figures', () => {
    expect(maySeeReportOf(caller(['provider'], 'baby-steps-team'), 'baby-steps-team')).toBe(true);
    for (const role of ['reader', 'data-team', 'operator'] as const)
      expect(maySeeReportOf(caller([role]), 'baby-steps-team')).toBe(true);
  });

  it('is no other provider, no provider without an organisation, and no other role', () => {
    expect(maySeeReportOf(caller(['provider'], 'refuge'), 'baby-steps-team')).toBe(false);
    expect(maySeeReportOf(caller(['provider']), undefined)).toBe(false);
    expect(maySeeReportOf(caller(['auditor']), 'baby-steps-team')).toBe(false);
    // An organisation is nothing without the role.
    expect(maySeeReportOf(caller(['auditor'], 'baby-steps-team'), 'baby-steps-team')).toBe(false);
    expect(() => requireReportOf(caller(['provider'], 'refuge'), 'baby-steps-team')).toThrow(
      expect.objectContaining({ status: 403 }),
    );
  });

  it('does not make a provider a reader of the whole', () => {
    expect(seesEveryReport(caller(['provider'], 'baby-steps-team'))).toBe(false);
    expect(seesEveryReport(caller(['provider', 'reader'], 'baby-steps-team'))).toBe(true);
  });

  it('sees its own rows exactly as a provider, figures that close as a reader, and everything as the own team', () => {
    expect(sightOf(caller(['provider'], 'baby-steps-team'))).toEqual({ seen: 'exact', shows: 'own rows' });
    expect(sightOf(caller(['reader']))).toEqual({ seen: 'shown', shows: 'figures that close' });
    expect(sightOf(caller(['provider', 'reader'], 'baby-steps-team'))).toEqual({
      ...{ seen: 'shown', shows: 'figures that close' },
    });
    expect(sightOf(caller(['data-team']))).toEqual({ seen: 'exact', shows: 'everything' });
  });
});
