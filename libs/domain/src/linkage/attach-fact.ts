import type { Channels } from './channels.js';
import { contradictionBetween } from './contradiction.js';
import { isTheCaseOf, isUsable, profileOf, type Evidence, type Profile } from './evidence.js';
import type { Ground, ReferralReason } from './ground.js';
import type { Grouping } from './strategy.js';
import { unconstrained, type PositionConstraints } from './strategy.js';
import { NONE } from './typed-column.js';

/** Where a fact belongs, seen alone. `token` is an index into the fact's own tokens. */
export type Attachment =
  | { readonly kind: 'owned'; readonly owner: number; readonly token: number; readonly ground: Ground }
  | { readonly kind: 'unowned'; readonly token: number }
  | {
      readonly kind: 'referred';
      readonly reason: ReferralReason;
      readonly ground: Ground;
      readonly candidates: readonly number[];
    }
  | { readonly kind: 'unlinkable' };

/** Who holds tokens as their own. Owners are named by numbers of the caller's choice. */
export interface Owners {
  /** Distinct owners of the fact's token by index; for a mobile, only those whose holding record has its birth date. */
  of(token: number): readonly number[];
  profile(owner: number): Profile;
  /** True where a person has decided that the fact is not this owner's. */
  forbids(owner: number): boolean;
}

/**
 * Attaches a fact (engagement, outcome, feedback) to a person: facts attach and never bridge (architecture §6). The
 * strongest token that anybody owns decides; the weaker ones are not asked. Owners whom the fact contradicts are not
 * candidates, and of several that remain the fact's own birth date may single one out, or the provider's case number:
 * twins on one register are told apart by it. A contradiction never links
 * silently, and a choice is never guessed: the fact is referred.
 */
export function attachFact(fact: Evidence, owners: Owners, channels: Channels): Attachment {
  let strongest = NONE;
  for (let channel = 0; channel < channels.connecting; channel++) {
    /** Owner → the fact's first token of this channel that it owns. */
    const found = new Map<number, number>();
    for (const index of fact.tokens.keys()) {
      if (fact.channels[index] !== channel || !isUsable(channel, fact.birthDate, channels)) continue;
      if (strongest === NONE) strongest = index;
      for (const owner of owners.of(index)) if (!found.has(owner)) found.set(owner, index);
    }
    if (found.size > 0) return choose(fact, owners, found, channels.groundOf(channel));
  }
  return strongest === NONE ? { kind: 'unlinkable' } : { kind: 'unowned', token: strongest };
}

function choose(
  fact: Evidence,
  owners: Owners,
  tokenOf: ReadonlyMap<number, number>,
  ground: Ground,
): Attachment {
  const found = [...tokenOf.keys()];
  const own = profileOf(fact);
  const against = (owner: number): ReferralReason | null =>
    owners.forbids(owner) ? 'forbidden' : contradictionBetween(own, owners.profile(owner));
  const open = found.filter((owner) => against(owner) === null);
  const one =
    theOnly(open) ??
    theOnly(open.filter((owner) => owners.profile(owner).birthDates.includes(fact.birthDate))) ??
    theOnly(open.filter((owner) => isTheCaseOf(fact, owners.profile(owner))));
  if (one !== undefined) return { kind: 'owned', owner: one, token: tokenOf.get(one) ?? NONE, ground };
  const [first] = found;
  const alone = found.length === 1 && first !== undefined ? against(first) : null;
  const candidates = open.length > 0 ? open : found;
  return { kind: 'referred', reason: alone ?? 'ambiguous', ground, candidates };
}

const theOnly = (owners: readonly number[]): number | undefined =>
  owners.length === 1 ? owners[0] : undefined;

/** What becomes of facts that share their strongest usable token, which nobody owns. */
export interface Foundation {
  /** Index of a fact → index of the first fact of the individual that they found, or NONE when it is referred. */
  readonly groupOf: Int32Array;
  /** What those who are together have in common. */
  readonly ground: Ground;
  /** Doubts between them, by index of a fact; a group is named by its first fact. */
  readonly refusals: readonly FoundationRefusal[];
}

export interface FoundationRefusal {
  readonly reason: ReferralReason;
  /** The fact set aside, or the first fact of a group that another one contradicts. */
  readonly subject: number;
  readonly candidates: readonly number[];
}

/**
 * Facts with the same strongest token, whom no person record owns, found one individual together, unless they
 * contradict one another: then the very rules of persons hold among them. Facts come in row key order. Equal facts
 * are weighed once, so that a hundred thousand sessions under one token cost no more than its distinct people.
 * @param channel of the token that they share, and the ground of a link through it.
 * @param group the rules of person records.
 */
export function foundIndividuals(
  facts: readonly Evidence[],
  ground: Ground,
  channel: number,
  group: (records: readonly Evidence[], constraints: PositionConstraints) => Grouping,
): Foundation {
  const groupOf = new Int32Array(facts.length);
  const kinds = new Map<string, number>();
  const firstOf: number[] = [];
  const kindOf = facts.map((fact, index) => {
    const key = `${fact.child} ${fact.birthDate} ${fact.nhsNumbers.toSorted((a, b) => a - b).join(' ')}`;
    const known = kinds.get(key);
    if (known !== undefined) return known;
    kinds.set(key, firstOf.length);
    return firstOf.push(index) - 1;
  });
  if (firstOf.length === 1) return { groupOf, ground, refusals: [] };
  const shared = { tokens: [0], channels: [channel] };
  const kindsOfFacts = firstOf.map((index) => ({ ...(facts[index] as Evidence), ...shared })); // an index
  const grouping = group(kindsOfFacts, unconstrained);
  const first = (kind: number): number => firstOf[kind] as number; // a kind
  const refusals: FoundationRefusal[] = [];
  for (const { reason, subject, candidates } of grouping.refusals) {
    if (reason === 'ambiguous') continue;
    refusals.push({ reason, subject: first(subject), candidates: candidates.map(first) });
  }
  facts.forEach((_, index) => {
    const group = grouping.groupOf[kindOf[index] as number] as number; // every fact has a kind, every kind a group
    if (grouping.ambiguous[group] === 0) {
      groupOf[index] = first(group);
      return;
    }
    groupOf[index] = NONE;
    for (const { reason, subject, candidates } of grouping.refusals) {
      if (reason !== 'ambiguous' || subject !== group) continue;
      refusals.push({ reason, subject: index, candidates: candidates.map(first) });
    }
  });
  return { groupOf, ground, refusals };
}
