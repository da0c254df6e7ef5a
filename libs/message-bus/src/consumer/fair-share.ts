import { murmur2 } from '../partition-of.js';
import type { Attendance, GroupState, LeaseState, Share } from './message-store.js';

/** The answer to a member's heartbeat, for stores whose members divide the partitions themselves. */
export const attendance = (state: GroupState, me: string): Attendance => ({
  held: state.leases.filter(({ owner }) => owner === me),
  share: fairShare(state, me),
});

/**
 * How a member should move towards a fair share, topic by topic: the partitions of a topic are divided among the live
 * members that subscribe to it, to within one, with as few changes of owner as possible.
 *
 * Pure, so that members that see the same state agree. Members that see different states at worst try to claim the same
 * partition, and the store gives it to one.
 */
export function fairShare(state: GroupState, me: string): Share {
  const shares = [...Map.groupBy(state.leases, (lease) => lease.topic)].map(([topic, leases]) => {
    const ids = state.members.filter((member) => member.topics.includes(topic)).map((member) => member.id);
    return shareOfTopic(topic, leases, ids, me);
  });
  return {
    claim: shares.flatMap((share) => share.claim),
    giveUp: shares.flatMap((share) => share.giveUp),
    awaited: shares.reduce((sum, share) => sum + share.awaited, 0),
  };
}

function shareOfTopic(
  topic: string,
  leases: readonly LeaseState[],
  ids: readonly string[],
  me: string,
): Share {
  const ordered = leases.toSorted((a, b) => a.partition - b.partition);
  const heldBy = (id: string) => ordered.filter((lease) => lease.owner === id);
  // Members that hold more partitions get the larger shares; the topic breaks ties, so that single-partition topics
  // spread over the members.
  const rank = (id: string) => murmur2(Buffer.from(`${topic} ${id}`));
  const members = ids
    .map((id) => ({ id, held: heldBy(id), rank: rank(id) }))
    .sort((a, b) => b.held.length - a.held.length || a.rank - b.rank || (a.id < b.id ? -1 : 1));
  const smaller = Math.floor(ordered.length / members.length);
  const larger = ordered.length % members.length;

  const free = ordered.filter((lease) => lease.owner === null);
  for (const [index, { id, held }] of members.entries()) {
    const share = smaller + (index < larger ? 1 : 0);
    const lacking = Math.max(0, share - held.length);
    const claim = free.splice(0, lacking);
    if (id === me) return { claim, giveUp: held.slice(share), awaited: lacking - claim.length };
  }
  return { claim: [], giveUp: [], awaited: 0 };
}
