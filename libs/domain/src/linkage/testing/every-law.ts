import { expect } from 'vitest';
import { before, wrongIn } from './decision-contents.js';
import { outOfOrder } from './decision-order.js';
import { expectedFamilyIds, familiesNow } from './expected-family-ids.js';
import { expectedIds, momentOf } from './expected-ids.js';
import { ExpectedReasons } from './expected-reasons.js';
import { HistoryPlayer, testScopes, type Step } from './histories.js';
import type { Strategy } from '../strategy.js';
import { LinkageWorld, testStrategy } from './linkage-world.js';
import { summaryOf } from './live-set.js';

/**
 * Plays a history and compares every step with results computed independently of the engine: individuals and kinship,
 * ids of individuals and families, grounds (of exact tokens), and the order and necessity of every event.
 */
export function expectEveryLaw(steps: readonly Step[], strategy: Strategy = testStrategy): LinkageWorld {
  const player = new HistoryPlayer(new LinkageWorld(testScopes, strategy));
  const { world } = player;
  const linkedEver = new Set<string>();
  for (const step of steps) {
    const [moment, then, families] = [momentOf(world), before(world), familiesNow(world)];
    for (const { family } of families) linkedEver.add(family);
    const written = world.events.length;
    const submission = player.step(step);
    const received = submission === null ? undefined : world.received.get(submission);
    const decided = world.told(written);
    const live = player.liveRecords();
    const { ids, merges } = expectedIds(world, moment);
    const { ids: familyIds, dissolved } = expectedFamilyIds(world, families);
    const reasons = new ExpectedReasons(world, live, moment);
    const told = {
      summary: world.reader.summary(),
      ids: wrongIds(ids, then.registered),
      familyIds: wrongIds(familyIds, linkedEver),
      merges: decided.flatMap(({ type, data }) =>
        type === 'IndividualsMerged' ? [`${data.absorbed} ${data.individual}`] : [],
      ),
      dissolved: decided.flatMap(({ type, data }) =>
        type === 'FamilyDissolved' ? [`${data.family} ${data.into ?? null}`] : [],
      ),
      wrong: [
        ...outOfOrder(world, written, received),
        ...wrongIn(world, then, written, received),
        ...decided.flatMap(({ type, data }) => {
          // Which ground is right depends on the strategy; `ExpectedReasons` knows that of exact tokens.
          if (strategy !== testStrategy) return [];
          if (type === 'Matched') return reasons.ofPlacement(data) ?? [];
          return type === 'IndividualsMerged' ? (reasons.ofMerge(data) ?? []) : [];
        }),
      ],
    };
    const worked = {
      summary: summaryOf(live, testScopes, world.options.strategy),
      ids: [],
      familyIds: [],
      merges: [...merges].map(([absorbed, individual]) => `${absorbed} ${individual}`),
      dissolved: [...dissolved].map(([family, into]) => `${family} ${into}`),
      wrong: [],
    };
    for (const lists of [told, worked]) for (const list of [lists.merges, lists.dissolved]) list.sort();
    expect(told).toEqual(worked);
  }
  return world;
}

/** Ids that differ from those that the rules give. Null stands for a new id, which must not have existed before. */
const wrongIds = (ids: ReadonlyMap<string, string | null>, known: ReadonlySet<string>): string[] =>
  [...ids].flatMap(([is, mustBe]) =>
    (mustBe === null ? known.has(is) : is !== mustBe) ? [`${is}, not ${mustBe}`] : [],
  );
