import { attachFact, foundIndividuals } from '../attach-fact.js';
import { Channels } from '../channels.js';
import type { Evidence } from '../evidence.js';
import { keyOfGround, type Ground } from '../ground.js';
import { unconstrained, type Grouping, type PositionConstraints, type Strategy } from '../strategy.js';
import { plainTokensOf, type ChannelToken, type LinkageRow } from '../tokens-of-row.js';
import { NONE } from '../typed-column.js';
import { groupByPairs, type Pair } from './group-by-pairs.js';

/** Millibits for a token that two records share, by channel. The channels in `compared` connect nobody. */
const weights = { 'nhs-number': 9000, 'child-key': 6000, email: 4000, mobile: 2500, 'name-and-area': 3500 };
const compared = { 'given-name': 2000, gender: 500 };
const BIRTH_DATE = 3000;
const DIFFERENT = -1500;
const THRESHOLD = 5000;

const channels = new Channels([
  ...Object.keys(weights).map((domain) => ({ domain })),
  ...Object.keys(compared).map((domain) => ({ domain, comparedOnly: true })),
]);
const gains: readonly number[] = [...Object.values(weights), ...Object.values(compared)];
const limits = { people: 3, cases: 3, unmarked: 6 };

/**
 * A strategy quite unlike `leap-1`: it reads derived tokens, compares fields that connect nobody, and adds up their
 * weights. It is small, and serves to test that the engine depends on no strategy; nobody should link with it.
 */
export const sumStrategy: Strategy = {
  name: 'sum',
  parameters: { threshold: THRESHOLD },
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
};

function tokensOf(row: LinkageRow) {
  const plain = plainTokensOf(row, channels);
  const own = [...plain.own];
  const beside: ChannelToken[] = [];
  for (const { derivation, tokens } of row.derived ?? []) {
    const channel = channels.numberOf(derivation);
    for (const token of tokens)
      if (channel !== NONE) (channel < channels.connecting ? own : beside).push({ channel, token });
  }
  for (const { domain, use, token } of row.tokens)
    if (use === 'guard' && domain === 'gender') beside.push({ channel: channels.numberOf(domain), token });
  return { ...plain, own, compared: beside };
}

function group(records: readonly Evidence[], constraints: PositionConstraints = unconstrained): Grouping {
  return groupByPairs(records, constraints, pairsOf(records));
}

function pairsOf(records: readonly Evidence[]): Pair[] {
  const pairs: Pair[] = [];
  records.forEach((one, a) => {
    for (let b = a + 1; b < records.length; b++) {
      const other = records[b] as Evidence; // below length
      if (!one.tokens.some((token) => other.tokens.includes(token))) continue;
      const ground = groundOf(one, other);
      if ((ground.score ?? 0) >= THRESHOLD) pairs.push({ a, b, ground });
    }
  });
  return pairs;
}

function groundOf(one: Evidence, other: Evidence): Ground {
  const levels: Record<string, string> = {};
  let score = 0;
  const [mine, theirs] = [byChannel(one), byChannel(other)];
  for (let channel = 0; channel < channels.count; channel++) {
    const [held, there] = [mine.get(channel), theirs.get(channel)];
    if (held === undefined || there === undefined) continue;
    const same = held.some((token) => there.includes(token));
    levels[channels.domainOf(channel)] = same ? 'same' : 'different';
    score += same ? (gains[channel] ?? 0) : DIFFERENT;
  }
  if (one.birthDate !== NONE && other.birthDate !== NONE) {
    levels['birth-date'] = one.birthDate === other.birthDate ? 'same' : 'different';
    score += one.birthDate === other.birthDate ? BIRTH_DATE : DIFFERENT;
  }
  return { rule: 'sum', score, levels };
}

function byChannel({ tokens, channels: held, compared: beside, comparedChannels }: Evidence) {
  const found = new Map<number, number[]>();
  const add = (token: number, channel: number | undefined) => {
    if (channel === undefined) return;
    const known = found.get(channel);
    if (known === undefined) found.set(channel, [token]);
    else known.push(token);
  };
  tokens.forEach((token, at) => add(token, held[at]));
  beside.forEach((token, at) => add(token, comparedChannels[at]));
  return found;
}
