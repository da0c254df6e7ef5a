import { attachFact, foundIndividuals } from '../attach-fact.js';
import { Channels } from '../channels.js';
import type { Strategy } from '../strategy.js';
import { plainTokensOf } from '../tokens-of-row.js';
import { authority } from './authority.js';
import { groupRecords } from './group-records.js';

/** The limits of `leap-1`, as a programme definition states them. */
export interface Leap1Settings {
  readonly name: 'leap-1';
  /**
   * A token loses its force if the live rows that hold it as their own have more distinct birth dates than this, or
   * more distinct NHS numbers.
   */
  readonly maxBirthDatesPerToken: number;
  /** The same for distinct case numbers in one dataset. */
  readonly maxCasesPerToken: number;
  /** The same for rows that carry none of the three. */
  readonly maxHoldersPerToken: number;
  /**
   * A carer's token loses its force if the children on whose rows it stands are more than this, counted in the same
   * ways.
   */
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
    profileForFacts: (profile) => profile,
    attach: (fact, owners) => attachFact(fact, owners, channels),
    foundIndividuals: (facts, channel) =>
      foundIndividuals(facts, channels.groundOf(channel), channel, groupRecords),
    compareGrounds: (one, other) => rankOf(one.rule) - rankOf(other.rule),
  };
}

/** A person's review outranks every token: its rule has no channel, so its rank is NONE. */
const rankOf = (rule: string): number => channels.numberOf(rule);
