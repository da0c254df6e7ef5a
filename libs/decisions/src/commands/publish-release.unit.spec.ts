import {
  ledgerContracts,
  type CommandData,
  type LedgerEvent,
  type LedgerEventType,
  type PeriodCode,
} from '@kinledger/contracts';
import { LinkageEngine } from '@kinledger/domain';
import { describe, expect, it } from 'vitest';
import { ProgrammeLedger } from '../programme-ledger.js';
import { closeQuarter } from './close-quarter.js';
import { publishFigures } from './publish-figures.js';
import { publishRelease } from './publish-release.js';
import { withdrawRelease } from './withdraw-release.js';

const period = '2023-24-Q2' as PeriodCode;
const digest = 'a'.repeat(64);
const passed = { fewest: 3, audited: 40, narrowed: 0 };

/** A ledger after these events, each with the members that matter. */
function ledgerOf(...events: readonly (readonly [LedgerEventType, object])[]): ProgrammeLedger {
  const ledger = new ProgrammeLedger({ apply: () => undefined } as unknown as LinkageEngine);
  for (const [type, data] of events)
    ledger.apply({
      ...{ type, id: 'id', version: ledgerContracts[type].version, time: '2023-10-12T08:00:00Z' },
      ...{ revision: ledger.nextRevision, cause: `cause-${ledger.nextRevision}` },
      data: { ...ledgerContracts[type].example, period, ...data },
    } as LedgerEvent);
  return ledger;
}

const closed = (edition: number | undefined) => ['QuarterClosed', { edition }] as const;
const computed = (closing: number, data: object = { audit: passed }) =>
  ['FiguresPublished', { closing, published: digest, audit: undefined, ...data }] as const;
const published = (closing: number, edition: number) =>
  ['ReleasePublished', { closing, edition, published: digest }] as const;
const withdrawn = (closing: number, edition: number) => ['ReleaseWithdrawn', { closing, edition }] as const;

const command = (payload: object) =>
  ({ time: '2023-10-12T08:00:00Z', payload: { period, edition: 1, digest, ...payload } }) as unknown;
const can = { erase: true } as never;
const refusalOf = {
  close: (ledger: ProgrammeLedger, payload: object = {}) =>
    closeQuarter.refusalOf(ledger, command(payload) as CommandData<'close-quarter'>, can),
  compute: (ledger: ProgrammeLedger, payload: object = {}) =>
    publishFigures.refusalOf(ledger, command(payload) as CommandData<'publish-figures'>, can),
  publish: (ledger: ProgrammeLedger, payload: object = {}) =>
    publishRelease.refusalOf(ledger, command(payload) as CommandData<'publish-release'>, can),
  withdraw: (ledger: ProgrammeLedger, payload: object = {}) =>
    withdrawRelease.refusalOf(ledger, command(payload) as CommandData<'withdraw-release'>, can),
};

describe('publishing a quarter', () => {
  it('needs its latest edition, computed, with that digest and an audit that it passed', () => {
    expect(refusalOf.publish(ledgerOf())).toBe('quarter-not-closed');
    expect(refusalOf.publish(ledgerOf(closed(1)), { edition: 2 })).toBe('quarter-not-closed');
    expect(refusalOf.publish(ledgerOf(closed(1)))).toBe('figures-not-computed');
    expect(refusalOf.publish(ledgerOf(closed(1), computed(0)), { digest: 'b'.repeat(64) })).toBe(
      'release-differs',
    );
    expect(refusalOf.publish(ledgerOf(closed(1), computed(0, {})))).toBe('release-not-audited');
    const narrowed = { audit: { ...passed, narrowed: 1 } };
    expect(refusalOf.publish(ledgerOf(closed(1), computed(0, narrowed)))).toBe('audit-failed');
    expect(refusalOf.publish(ledgerOf(closed(1), computed(0), closed(2)))).toBe('release-outdated');
    expect(refusalOf.publish(ledgerOf(closed(1), computed(0)))).toBeUndefined();
  });

  it('happens once for each edition, and supersedes the edition before', () => {
    const first = [closed(1), computed(0), published(0, 1)] as const;
    expect(refusalOf.publish(ledgerOf(...first))).toBe('release-published-already');
    const second = ledgerOf(...first, closed(2), computed(3), published(3, 2));
    expect(second.quarters.standing(period)).toMatchObject({ edition: 2, closing: 3 });
    expect(second.quarters.editionsOf(period).map(({ release }) => release)).toEqual([
      'superseded',
      'published',
    ]);
    expect(refusalOf.publish(second, { edition: 1 })).toBe('release-outdated');
    expect(refusalOf.publish(ledgerOf(...first, withdrawn(0, 1)))).toBe('release-withdrawn');
  });

  it('is undone by a withdrawal of the edition that stands, and of no other', () => {
    const first = [closed(1), computed(0)] as const;
    expect(refusalOf.withdraw(ledgerOf())).toBe('quarter-not-closed');
    expect(refusalOf.withdraw(ledgerOf(...first))).toBe('release-not-standing');
    const both = ledgerOf(...first, published(0, 1), closed(2), computed(3), published(3, 2));
    expect(refusalOf.withdraw(both, { edition: 1 })).toBe('release-not-standing');
    expect(refusalOf.withdraw(both, { edition: 2 })).toBeUndefined();
    const none = ledgerOf(...first, published(0, 1), withdrawn(0, 1));
    expect([none.quarters.standing(period), refusalOf.withdraw(none)]).toEqual([
      undefined,
      'release-not-standing',
    ]);
  });
});

describe('a quarter that closed before publishing was an act', () => {
  it('leaves as soon as its figures are computed, and may be withdrawn and superseded', () => {
    const ledger = ledgerOf(closed(undefined), computed(0, {}));
    expect(ledger.quarters.standing(period)).toMatchObject({ edition: 1, byAct: false });
    expect(refusalOf.publish(ledger)).toBe('release-published-already');
    expect(refusalOf.withdraw(ledger)).toBeUndefined();
    const restated = ledgerOf(closed(undefined), computed(0, {}), closed(2), computed(2), published(2, 2));
    expect(restated.quarters.editionsOf(period).map(({ release }) => release)).toEqual([
      'superseded',
      'published',
    ]);
  });
});

describe('the editions of a quarter', () => {
  it('close one after another, each once the figures of the last are computed', () => {
    expect(refusalOf.close(ledgerOf(), { edition: 2 })).toBe('edition-out-of-turn');
    expect(refusalOf.close(ledgerOf(closed(1)), { edition: 1 })).toBe('quarter-closed-already');
    expect(refusalOf.close(ledgerOf(closed(1)), { edition: 2 })).toBe('edition-out-of-turn');
    expect(refusalOf.close(ledgerOf(closed(1), computed(0)), { edition: 2 })).toBeUndefined();
    expect(refusalOf.close(ledgerOf(closed(1), computed(0)), { edition: undefined })).toBe(
      'quarter-closed-already',
    );
    expect(refusalOf.close(ledgerOf(closed(undefined), computed(0)), { edition: 2 })).toBeUndefined();
  });

  it('have figures of their own, each at its closing', () => {
    const ledger = ledgerOf(closed(1), computed(0), closed(2));
    expect(ledger.quarters.closings).toEqual([0, 2]);
    expect(refusalOf.compute(ledger, { closing: 0 })).toBe('figures-published-already');
    expect(refusalOf.compute(ledger, { closing: 1 })).toBe('quarter-not-closed');
    expect(refusalOf.compute(ledger, { closing: 2 })).toBeUndefined();
  });
});
