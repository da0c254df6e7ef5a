import type { LedgerDecision } from '@kinledger/contracts';
import { ledgerEventOf } from '@kinledger/domain';
import type { ProgrammeDefinition } from '@kinledger/programme';
import {
  history,
  historyWithConstraints,
  historyWithErasures,
  runs,
  testKin1Settings,
  testSettings,
  withDerived,
} from '@kinledger/domain/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { engineOptionsOf } from '../adoption.js';
import { RecordedHistory, STREAM } from '../replay/testing/recorded-history.js';
import { DraftedChanges, type LinkageChanges } from './linkage-changes.js';
import type { LinkageStanding } from './linkage-standing.js';
import { draftAdoption, readLedgerAtHand } from './preview-adoption.js';

const { signal } = new AbortController();
type Settings = ProgrammeDefinition['strategy'];
const loose: Settings = { ...testSettings, maxHoldersPerToken: 20, maxBirthDatesPerToken: 5 };
const strict: Settings = { ...testSettings, maxHoldersPerToken: 1, maxChildrenPerCarerToken: 1 };
const strategies: readonly Settings[] = [testKin1Settings, loose, strict];

const steps = withDerived(fc.oneof(history(), historyWithConstraints(), historyWithErasures()));

/** Everybody as a set of records, and every record that belongs to nobody by the reason. */
function individualsOf(standing: LinkageStanding): ReadonlySet<string> {
  const members = new Map<string, string[]>();
  standing.now().places.forEach((place, record) => {
    const id = standing.recordId(record);
    const name = place < 0 ? `${place} ${id}` : String(place);
    members.set(name, [...(members.get(name) ?? []), id]);
  });
  return new Set(
    [...members].map(([name, ids]) => `${name.startsWith('-') ? name : ''} ${ids.sort().join(' ')}`),
  );
}

async function preview(recorded: RecordedHistory, strategy: Settings) {
  const reading = { store: recorded.store, stream: STREAM, signal };
  const { asAt, definition: inForce, standing } = await readLedgerAtHand(reading);
  const definition = { ...inForce, strategy };
  const options = engineOptionsOf(definition);
  const drafted = await draftAdoption(reading, { asAt, definition, options });
  const changes = new DraftedChanges(standing);
  const decisions: LedgerDecision[] = [];
  for (const decision of drafted.decisions) {
    changes.take(decision);
    decisions.push(decision);
  }
  return {
    ...{ ...drafted, asAt, standing, decisions, drafted: changes },
    changes: changes.changes(() => true, 1_000),
  };
}

async function adopted(recorded: RecordedHistory, strategy: Settings, from: number) {
  await recorded.adopt(strategy);
  const page = await recorded.store.readPage(STREAM, from, 10_000);
  return page
    .map((stored) => ledgerEventOf(stored, STREAM))
    .filter(({ type }) => type !== 'ProgrammeDefined')
    .map(({ type, data }) => ({ type, data }));
}

/** Whatever changes, what was there before and what is there afterwards differ by what comes and goes. */
function requireBalance({ individuals, sources, referrals, relationships, families }: LinkageChanges): void {
  for (const { merges, splits } of individuals) {
    expect(merges.individuals).toBeGreaterThanOrEqual(2 * merges.groups);
    expect(splits.individuals).toBeGreaterThanOrEqual(2 * splits.groups);
    expect(merges.records).toBeGreaterThanOrEqual(merges.individuals);
  }
  for (const { live, linked, unlinkable, referred, joining, leaving } of sources) {
    expect(linked.after - linked.before).toBe(joining.toOthers + joining.alone - leaving);
    for (const when of ['before', 'after'] as const)
      expect(linked[when] + unlinkable[when] + referred[when]).toBeLessThanOrEqual(live);
  }
  for (const { before, after, opened, settled, lapsed, staying } of referrals) {
    expect(staying + settled + lapsed).toBe(before);
    expect(staying + opened).toBe(after);
  }
  for (const { before, after, identified, ended } of relationships)
    expect(after - before).toBe(identified - ended);
  for (const { before, after, formed, dissolved } of families)
    expect(after - before).toBe(formed - dissolved);
}

describe('a preview of a strategy', () => {
  it('says what adopting it writes, event by event, and who is who afterwards', async () => {
    let [moved, merged] = [0, 0];
    await fc.assert(
      fc.asyncProperty(steps, fc.constantFrom(...strategies), async (played, strategy) => {
        const recorded = await RecordedHistory.of(played);
        const foretold = await preview(recorded, strategy);
        expect(await recorded.store.head(STREAM)).toBe(foretold.asAt);
        expect(await adopted(recorded, strategy, foretold.asAt + 1)).toEqual(foretold.decisions);
        const now = await readLedgerAtHand({ store: recorded.store, stream: STREAM, signal });
        expect(individualsOf(foretold.standing)).toEqual(individualsOf(now.standing));
        requireBalance(foretold.changes);
        if (foretold.decisions.length > 1) moved += 1;
        if (foretold.changes.individuals.some(({ merges }) => merges.groups > 0)) merged += 1;
      }),
      runs(60),
    );
    expect(moved).toBeGreaterThan(0);
    expect(merged).toBeGreaterThan(0);
  });

  it('takes no example of an individual that has a record which is not to be shown, before or afterwards', async () => {
    let [all, left] = [0, 0];
    await fc.assert(
      fc.asyncProperty(steps, fc.constantFrom(...strategies), async (played, strategy) => {
        const recorded = await RecordedHistory.of(played);
        const before = await readLedgerAtHand({ store: recorded.store, stream: STREAM, signal });
        const { standing, drafted } = await preview(recorded, strategy);
        const isShown = (dataset: string) => !dataset.startsWith('beta.');
        const sides = [before.standing, standing].map((side) => ({ side, places: side.now().places }));
        const hidesSomebody = (id: string) =>
          sides.some(({ side, places }) => {
            const record = places.findIndex((_, one) => side.recordId(one) === id);
            const place = places[record] ?? -1;
            const members = [...places.keys()].filter(
              (one) => one === record || (place >= 0 && places[one] === place),
            );
            return members.some((one) => !isShown(side.sources[side.sourceOf(one)]?.dataset ?? ''));
          });
        const idsIn = (changes: LinkageChanges) =>
          Object.values(changes.examples).flatMap((examples) => examples.flatMap(({ records }) => records));
        const shown = idsIn(drafted.changes(isShown, 1_000));
        expect(shown.filter(hidesSomebody)).toEqual([]);
        left += shown.length;
        all += idsIn(drafted.changes(() => true, 1_000)).length;
      }),
      runs(40),
    );
    expect(left).toBeGreaterThan(0);
    expect(left).toBeLessThan(all);
  });

  it('changes nothing where the strategy is in force', async () => {
    await fc.assert(
      fc.asyncProperty(steps, async (played) => {
        const recorded = await RecordedHistory.of(played);
        const { isInForce, decisions, changes } = await preview(recorded, testSettings);
        expect(isInForce).toBe(true);
        expect(decisions.map(({ type }) => type)).toEqual(['StrategyAdopted']);
        expect(Object.values(changes.examples).flat()).toEqual([]);
        for (const { merges, splits, before, after } of changes.individuals)
          expect([merges.groups, splits.groups, after]).toEqual([0, 0, before]);
      }),
      runs(40),
    );
  });
});
