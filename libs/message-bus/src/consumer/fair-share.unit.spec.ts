import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fairShare } from './fair-share.js';
import type { GroupState, LeaseState } from './message-store.js';

const ids = ['a', 'b', 'c', 'd', 'e', 'f'];

/** A group whose leases are arbitrary: free, or held by members, some of whom have gone. */
const anyGroup = fc
  .record({
    members: fc.subarray(ids, { minLength: 1 }),
    topics: fc.array(fc.array(fc.option(fc.constantFrom(...ids)), { minLength: 1, maxLength: 9 }), {
      minLength: 1,
      maxLength: 4,
    }),
  })
  .map(({ members, topics }): GroupState => {
    const names = topics.map((_, index) => `topic-${index}`);
    return {
      members: members.map((id) => ({ id, topics: names })),
      leases: topics.flatMap((owners, index) =>
        owners.map((owner, partition) => ({
          topic: names[index]!,
          partition,
          owner: owner !== null && members.includes(owner) ? owner : null,
          epoch: 1,
          committed: 0,
          end: 0,
        })),
      ),
    };
  });

/** Lets every member move once, in turn, as the store would. */
function round(state: GroupState): { state: GroupState; moves: number } {
  let leases: readonly LeaseState[] = state.leases;
  let moves = 0;
  const change = (topic: string, partition: number, owner: string | null) => {
    moves += 1;
    leases = leases.map((lease) =>
      lease.topic === topic && lease.partition === partition ? { ...lease, owner } : lease,
    );
  };
  for (const { id } of state.members) {
    const share = fairShare({ ...state, leases }, id);
    for (const { topic, partition } of share.giveUp) change(topic, partition, null);
    for (const { topic, partition } of share.claim) {
      expect(leases.find((lease) => lease.topic === topic && lease.partition === partition)?.owner).toBe(
        null,
      );
      change(topic, partition, id);
    }
  }
  return { state: { ...state, leases }, moves };
}

describe('a fair share', () => {
  it('is reached from any state in a few rounds, after which nobody moves', () => {
    fc.assert(
      fc.property(anyGroup, (start) => {
        let state = start;
        for (let count = 0; count < 3; count += 1) ({ state } = round(state));
        expect(round(state).moves).toBe(0);
        for (const leases of Map.groupBy(state.leases, (lease) => lease.topic).values()) {
          const held = state.members.map(({ id }) => leases.filter((lease) => lease.owner === id).length);
          expect(Math.max(...held) - Math.min(...held)).toBeLessThanOrEqual(1);
          expect(leases.every((lease) => lease.owner !== null)).toBe(true);
        }
      }),
    );
  });

  it('gives no partition to two members that see the same state', () => {
    fc.assert(
      fc.property(anyGroup, (state) => {
        const claims = state.members.flatMap(({ id }) =>
          fairShare(state, id).claim.map(({ topic, partition }) => `${topic}/${partition}`),
        );
        expect(new Set(claims).size).toBe(claims.length);
      }),
    );
  });

  it('counts only members that subscribe to the topic', () => {
    const lease = { topic: 't', epoch: 0, committed: 0, end: 0, owner: null };
    const state: GroupState = {
      members: [
        { id: 'a', topics: ['t'] },
        { id: 'b', topics: ['other'] },
      ],
      leases: [
        { ...lease, partition: 0 },
        { ...lease, partition: 1 },
      ],
    };
    expect(fairShare(state, 'a').claim).toHaveLength(2);
    expect(fairShare(state, 'b').claim).toHaveLength(0);
  });
});
