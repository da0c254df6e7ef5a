import { contradictionBetween } from '../contradiction.js';
import { joined, profileOf, type Evidence, type Profile } from '../evidence.js';
import { REVIEWED, type Ground, type ReferralReason } from '../ground.js';
import type { Grouping, PositionConstraints, Refusal } from '../strategy.js';
import { NONE } from '../typed-column.js';

/** Two positions, the smaller first, that the ground would join. */
export interface Pair {
  readonly a: number;
  readonly b: number;
  readonly ground: Ground;
}

/** Takes pairs, best first. Each pair joins its two groups unless they contradict each other. */
export function groupByPairs(
  records: readonly Evidence[],
  constraints: PositionConstraints,
  pairs: readonly Pair[],
): Grouping {
  const groupOf = Int32Array.from(records.keys());
  const profiles: Profile[] = records.map(profileOf);
  const met = new Int32Array(records.length).fill(NONE);
  const grounds: (Ground | null)[] = records.map(() => null);
  const forbids = (one: number, other: number): boolean =>
    constraints.neverLink.some(([a, b]) => {
      const found = [groupOf[a], groupOf[b]];
      return found.includes(one) && found.includes(other);
    });
  const against = (one: number, other: number): ReferralReason | null =>
    forbids(one, other)
      ? 'forbidden'
      : contradictionBetween(profiles[one] as Profile, profiles[other] as Profile); // positions
  const refused: Pair[] = [];
  const join = (pair: Pair, reviewed: boolean) => {
    const ends = [groupOf[pair.a] as number, groupOf[pair.b] as number]; // positions
    const [one, other] = [Math.min(...ends), Math.max(...ends)];
    const reason =
      one === other ? null : reviewed ? (forbids(one, other) ? 'forbidden' : null) : against(one, other);
    if (reason !== null) {
      refused.push(pair);
      return;
    }
    for (const [position, mate] of [
      [pair.a, pair.b],
      [pair.b, pair.a],
    ] as const) {
      if (met[position] !== NONE) continue;
      met[position] = mate;
      grounds[position] = pair.ground;
    }
    if (one === other) return;
    profiles[one] = joined(profiles[one] as Profile, profiles[other] as Profile, reviewed); // positions
    groupOf.forEach((held, position) => {
      if (held === other) groupOf[position] = one;
    });
  };
  const inOrder = (pairs: Pair[]) => pairs.sort((one, other) => one.a - other.a || one.b - other.b);
  for (const pair of inOrder(
    constraints.reviewedLink.map(([a, b]) => ({ a: Math.min(a, b), b: Math.max(a, b), ground: REVIEWED })),
  ))
    join(pair, true);
  for (const pair of inOrder([...pairs]).sort(
    (one, other) => (other.ground.score ?? 0) - (one.ground.score ?? 0),
  ))
    join(pair, false);
  return {
    groupOf,
    met,
    groundOf: (position) => grounds[position] ?? null,
    ambiguous: new Uint8Array(records.length),
    refusals: refusalsOf(refused, groupOf, against),
    profile: (found) => profiles[found] as Profile, // a position
  };
}

/** Reports each pair of groups that stayed apart once, on its strongest ground. */
function refusalsOf(
  refused: readonly Pair[],
  groupOf: Int32Array,
  against: (one: number, other: number) => ReferralReason | null,
): Refusal[] {
  const seen = new Set<string>();
  return refused.flatMap(({ a, b, ground }) => {
    const ends = [groupOf[a] as number, groupOf[b] as number]; // positions
    const [subject, candidate] = [Math.min(...ends), Math.max(...ends)];
    const reason = subject === candidate ? null : against(subject, candidate);
    if (reason === null || seen.has(`${subject} ${candidate}`)) return [];
    seen.add(`${subject} ${candidate}`);
    return [{ reason, ground, subject, candidates: [candidate] }];
  });
}
