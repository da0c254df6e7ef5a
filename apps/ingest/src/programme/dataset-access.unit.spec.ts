import { periodOfCode } from '@kinledger/domain';
import type { Agreement, Dataset, Programme } from '@kinledger/programme';
import type { ProviderId } from '@kinledger/contracts';
import type { Caller } from '@kinledger/service-kit';
import { describe, expect, it } from 'vitest';
import { liveAgreement, periodFor, providerSeenBy } from './dataset-access.js';

const agreement = { id: 'team-2023', provider: 'team', validFrom: '2023-07-01', validTo: '2023-09-30' };
const under = (changed: Partial<Record<keyof typeof agreement, string>> | undefined) =>
  ({
    agreement: () => (changed === undefined ? undefined : ({ ...agreement, ...changed } as Agreement)),
  }) as Partial<Programme> as Programme; // only as much as the lookup of an agreement needs
const dataset = { agreement: 'team-2023', serviceDefinition: { provider: 'team' } } as Dataset; // only as much as the lookup needs
const live =
  (changed: Parameters<typeof under>[0], period = '2023-24-Q2') =>
  () =>
    liveAgreement(under(changed), dataset, periodOfCode(period as never));

describe('the agreement of a dataset', () => {
  it('covers a period from its first day to its last, both included', () => {
    expect(live({})).not.toThrow();
  });

  it.each([
    ['begins a day late', { validFrom: '2023-07-02' }],
    ['ends a day early', { validTo: '2023-09-29' }],
    ['is another provider’s', { provider: 'others' }],
    ['is not in the programme', undefined],
  ])('covers no period if it %s', (_, changed) => {
    expect(live(changed)).toThrow('does not cover Q2 2023/24');
  });

  it.each(['2023-24-Q1', '2023-24-Q3', '2023-24-AY'])(
    'covers no period of which it covers only a part: %s',
    (period) => {
      expect(live({}, period)).toThrow('does not cover');
    },
  );
});

describe('the period of a file', () => {
  it('may begin today, but not later', () => {
    expect(periodFor('2023-24-Q2', '2023-07-01').code).toBe('2023-24-Q2');
    expect(() => periodFor('2023-24-Q2', '2023-06-30')).toThrow('has not begun yet');
  });
});

describe('the files that a caller sees', () => {
  const caller = (roles: Caller['roles'], organisation?: string): Caller => ({
    person: 'amara',
    roles,
    ...(organisation === undefined ? {} : { organisation: organisation as ProviderId }),
  });

  it('are those of its own provider, and those of all for the data team', () => {
    expect(providerSeenBy(caller(['provider'], 'team'))).toBe('team');
    expect(providerSeenBy(caller(['data-team']))).toBeUndefined();
    expect(providerSeenBy(caller(['provider', 'data-team'], 'team'))).toBeUndefined();
  });

  it.each<[string, Caller]>([
    ['a provider account of no provider', caller(['provider'])],
    ['a reader', caller(['reader'], 'team')],
  ])('are none for %s', (_, asking) => {
    expect(() => providerSeenBy(asking)).toThrow('acts for no provider');
  });
});
