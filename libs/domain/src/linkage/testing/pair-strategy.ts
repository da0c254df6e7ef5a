import { attachFact, foundIndividuals } from '../attach-fact.js';
import { Channels } from '../channels.js';
import type { Evidence } from '../evidence.js';
import { keyOfGround, type Ground } from '../ground.js';
import { unconstrained, type Grouping, type PositionConstraints, type Strategy } from '../strategy.js';
import { plainTokensOf, type ChannelToken, type LinkageRow } from '../tokens-of-row.js';
import { groupByPairs, type Pair } from './group-by-pairs.js';

const FLOOR = 3000;
const THRESHOLD = 5000;
/** A pair joins nobody if one of the two has a pair that is better by more than this. */
const MARGIN = 2500;
const MAX_HOLDERS_PER_KEY = 3;

const connecting = ['nhs-number', 'email'];
const compared = ['child-key', 'mobile', 'birth-date', 'gender'];
const channels = new Channels([
  ...connecting.map((domain) => ({ domain })),
  ...compared.map((domain) => ({ domain, comparedOnly: true })),
]);
const gains: readonly number[] = [9000, 2500, 3500, 2000, 3000, 500];
const losses: readonly number[] = [-9000, -4000, -2000, -500, -2500, -1000];
const limits = { people: 3, cases: 3, unmarked: 6 };

/**
 * A strategy that finds pairs under candidate keys: child keys, mobile numbers, and birth date with gender. A pair may join two
 * records that share no connecting token, and depends on the other pairs of both. It is small, and serves to test that
 * components follow pair scores; nobody should link with it.
 */
export const pairStrategy: Strategy = {
  name: 'pairs',
  parameters: { floor: FLOOR, threshold: THRESHOLD, margin: MARGIN, maxHoldersPerKey: MAX_HOLDERS_PER_KEY },
  channels,
  ownLimits: limits,
  carerLimits: limits,
  tokensOf,
  group,
  profileForFacts: (profile) => profile,
  attach: (fact, owners) => attachFact(fact, owners, channels),
  foundIndividuals: (facts, channel) => foundIndividuals(facts, channels.groundOf(channel), channel, group),
  compareGrounds: (one, other) =>
    (other.score ?? 0) - (one.score ?? 0) || (keyOfGround(one) < keyOfGround(other) ? -1 : 1),
  pairs: {
    floor: FLOOR,
    maxHoldersPerKey: MAX_HOLDERS_PER_KEY,
    scoreOf: (one, other) => groundOf(one, other).score ?? 0,
    groundOf,
  },
};

function tokensOf(row: LinkageRow) {
  const plain = plainTokensOf(row, channels);
  const own = plain.own.filter(({ channel }) => channel < channels.connecting);
  const beside: ChannelToken[] = plain.own.filter(({ channel }) => channel >= channels.connecting);
  const guards = row.tokens.filter(({ use }) => use === 'guard');
  for (const { domain, token } of guards) beside.push({ channel: channels.numberOf(domain), token });
  const keys = new Set(
    beside.flatMap(({ channel, token }) => (channel < channels.numberOf('birth-date') ? [token] : [])),
  );
  const [birthDate, gender] = ['birth-date', 'gender'].map(
    (domain) => guards.find((guard) => guard.domain === domain)?.token,
  );
  if (birthDate !== undefined && gender !== undefined) keys.add(birthDate.slice(0, 8) + gender.slice(0, 8));
  return { ...plain, own, compared: beside, keys: [...keys] };
}

function group(records: readonly Evidence[], constraints: PositionConstraints = unconstrained): Grouping {
  const pairs = pairsOf(records);
  const best = new Map<number, number>();
  for (const { a, b, ground } of pairs)
    for (const position of [a, b]) best.set(position, Math.max(best.get(position) ?? 0, ground.score ?? 0));
  return groupByPairs(
    records,
    constraints,
    pairs.filter(({ a, b, ground }) => {
      const score = ground.score ?? 0;
      return score >= THRESHOLD && [a, b].every((position) => score + MARGIN >= (best.get(position) ?? 0));
    }),
  );
}

/** All pairs at the floor or above that share a connecting token or a key. */
function pairsOf(records: readonly Evidence[]): Pair[] {
  const pairs: Pair[] = [];
  records.forEach((one, a) => {
    for (let b = a + 1; b < records.length; b++) {
      const other = records[b] as Evidence; // below length
      const meet =
        one.tokens.some((token) => other.tokens.includes(token)) ||
        one.keys.some((key) => other.keys.includes(key));
      const ground = meet ? groundOf(one, other) : null;
      if (ground !== null && (ground.score ?? 0) >= FLOOR) pairs.push({ a, b, ground });
    }
  });
  return pairs;
}

function groundOf(one: Evidence, other: Evidence): Ground {
  const levels: Record<string, string> = {};
  let score = 0;
  for (let channel = 0; channel < channels.count; channel++) {
    const [mine, theirs] = [heldBy(one, channel), heldBy(other, channel)];
    if (mine.length === 0 || theirs.length === 0) continue;
    const same = mine.some((token) => theirs.includes(token));
    levels[channels.domainOf(channel)] = same ? 'same' : 'different';
    score += (same ? gains : losses)[channel] ?? 0;
  }
  return { rule: 'pairs', score, levels };
}

const heldBy = (evidence: Evidence, channel: number): number[] => [
  ...evidence.tokens.filter((_, at) => evidence.channels[at] === channel),
  ...evidence.compared.filter((_, at) => evidence.comparedChannels[at] === channel),
];
