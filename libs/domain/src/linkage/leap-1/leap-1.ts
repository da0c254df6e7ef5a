import { attachFact, foundIndividuals } from '../attach-fact.js';
import { Channels } from '../channels.js';
import type { Strategy } from '../strategy.js';
import { plainTokensOf } from '../tokens-of-row.js';
import { authority } from './authority.js';
import { groupRecords } from './group-records.js';

/** Limits of `leap-1`, as a programme definition gives them. */
export interface Leap1Settings {
  readonly name: 'leap-1';
  /** K: more distinct birth dates, or NHS numbers, among the live rows that hold a token as their own take its force. */
  readonly maxBirthDatesPerToken: number;
  /** So do more distinct case numbers in one dataset. */
  readonly maxCasesPerToken: number;
  /** So do more rows that carry none of the three. */
  readonly maxHoldersPerToken: number;
  /** More distinct children, told apart in the same ways, take the force of a token that stands on them as their carer's. */
  readonly maxChildrenPerCarerToken: number;
}

const channels = new Channels(authority.map((domain) => ({ domain, sameBirthDate: domain === 'mobile' })));

/** The exact rules of the seeds (domain §4): equal tokens link, level by level from the strongest authority down. */
export function leap1({ name, ...limits }: Leap1Settings): Strategy {
  return {
    name,
    parameters: { ...limits, authority: [...authority] },
    channels,
    ownLimits: {
      people: limits.maxBirthDatesPerToken,
      cases: limits.maxCasesPerToken,
      unmarked: limits.maxHoldersPerToken,
    },
    carerLimits: {
      people: limits.maxChildrenPerCarerToken,
      cases: limits.maxChildrenPerCarerToken,
      unmarked: limits.maxHoldersPerToken,
    },
    tokensOf: (row) => plainTokensOf(row, channels),
    group: groupRecords,
    attach: (fact, owners) => attachFact(fact, owners, channels),
    found: (facts, channel) => foundIndividuals(facts, channels.groundOf(channel), channel, groupRecords),
    compareGrounds: (one, other) => rankOf(one.rule) - rankOf(other.rule),
  };
}

/** A person's review outranks every token. */
const rankOf = (rule: string): number => channels.numberOf(rule);
