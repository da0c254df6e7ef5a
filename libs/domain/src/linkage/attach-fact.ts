import type { Channels } from './channels.js';
import { contradictionBetween } from './contradiction.js';
import { sharesCase, isUsable, profileOf, type Evidence, type Profile } from './evidence.js';
import type { Ground, ReferralReason } from './ground.js';
import type { Grouping } from './strategy.js';
import { unconstrained, type PositionConstraints } from './strategy.js';
import { NONE } from './typed-column.js';

/** Where a fact belongs on its own evidence. `token` is an index into the fact's tokens. */
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

/** The individuals that hold tokens as their own. The caller chooses their numbers. */
export interface Owners {
  /**
   * The distinct owners of the fact's token with this index; for a mobile, only those whose record has the fact's birth
   * date.
   */
  of(token: number): readonly number[];
  profile(owner: number): Profile;
  /** Whether a person has decided that the fact does not belong to this owner. */
  forbids(owner: number): boolean;
}

/**
 * Attaches a fact (engagement, outcome, feedback) to a person. Facts attach and never link two persons (architecture
 * §6). Only the strongest token with an owner counts; weaker tokens are ignored. Owners whom the fact contradicts are
 * not candidates. If several candidates remain, the fact's birth date may single one out, or else the provider's case
 * number, which tells apart twins on one register. A fact that only contradicts, or that would need a guess, is
 * referred.
 */
export function attachFact(fact: Evidence, owners: Owners, channels: Channels): Attachment {
  let strongest = NONE;
  for (let channel = 0; channel < channels.connecting; channel++) {
    /** For each owner, the fact's first token of this channel that it owns. */
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
    theOnly(open.filter((owner) => sharesCase(fact, owners.profile(owner))));
  if (one !== undefined) return { kind: 'owned', owner: one, token: tokenOf.get(one) ?? NONE, ground };
  const [first] = found;
  const alone = found.length === 1 && first !== undefined ? against(first) : null;
  const candidates = open.length > 0 ? open : found;
  return { kind: 'referred', reason: alone ?? 'ambiguous', ground, candidates };
}

const theOnly = (owners: readonly number[]): number | undefined =>
  owners.length === 1 ? owners[0] : undefined;

/** The result for facts that share their strongest usable token, which nobody owns. */
export interface Foundation {
  /**
   * For each fact, the index of the first fact of the individual that they found together; NONE if the fact is
   * referred.
   */
  readonly groupOf: Int32Array;
  /** The ground on which the facts of one individual belong together. */
  readonly ground: Ground;
  /** Doubts between the facts. A group is named by the index of its first fact. */
  readonly refusals: readonly FoundationRefusal[];
}

export interface FoundationRefusal {
  readonly reason: ReferralReason;
  /** The fact that is set aside, or the first fact of a group that another group contradicts. */
  readonly subject: number;
  readonly candidates: readonly number[];
}

/**
 * Founds individuals from facts that share their strongest token, if no person record owns it. All of them found one
 * individual unless they contradict one another; in that case the rules of person records group them. Facts are in row
 * key order. Facts with equal evidence are examined once, so a hundred thousand sessions under one token cost no more
 * than its distinct people.
 * @param ground the ground of a link through the shared token.
 * @param channel the channel of the shared token.
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
