import type { DecisionScope } from './decision-scope.js';
import {
  kinshipOf,
  MAX_ADULTS_WITHOUT_REVIEW,
  type Kin,
  type KinEvidence,
  type KinToken,
} from './kinship.js';
import type { PlannedIdentities } from './plan-identities.js';
import type { PlannedIndividuals } from './plan-individuals.js';
import type { StandingRelationship } from './relationship-table.js';
import { carerLists, ownLists, type HolderList } from './token-table.js';
import { NONE } from './typed-column.js';

/** Individuals are given as clusters, because a new individual has no id yet. */
export interface PlannedKinship {
  /** Existing relationships that end, in the order in which they were identified. */
  readonly ended: readonly number[];
  readonly identified: readonly Kin[];
  readonly families: readonly PlannedFamilies[];
}

export interface PlannedFamilies {
  readonly scope: number;
  readonly dissolved: readonly { readonly family: number; readonly into: number }[];
  readonly linked: readonly PlannedFamily[];
}

export interface PlannedFamily {
  /** The family that continues, or NONE for a new one. */
  readonly family: number;
  readonly joined: readonly number[];
  /** Individuals rather than clusters, because they may no longer have a cluster. */
  readonly left: readonly number[];
  readonly review: boolean;
}

/**
 * Plans the changes to relationships and families: computes them again with the rules of `familiesOf` for every
 * individual that changed evidence can reach, and compares the result with what stands.
 * @param arriving family scopes, as bits, of the submission that is being decided.
 * @param losing records that stay and lose carer tokens.
 */
export function planKinship(
  scope: DecisionScope,
  plan: PlannedIndividuals,
  identities: PlannedIdentities,
  arriving: number,
  losing: readonly number[],
): PlannedKinship {
  const kinship = new KinshipPlan(scope, plan, identities, arriving, losing);
  kinship.reach();
  kinship.compute();
  return kinship.outcome();
}

/** The number of the programme's scope, in which all evidence counts. */
const PROGRAMME = 0;

class KinshipPlan {
  readonly #scope: DecisionScope;
  readonly #plan: PlannedIndividuals;
  readonly #identities: PlannedIdentities;
  readonly #arriving: number;
  readonly #losing: readonly number[];
  /** The entries of each cluster: all records of a computed cluster, and the records that a known cluster gains. */
  readonly #entriesOf = new Map<number, number[]>();
  readonly #reachedTokens = new Set<number>();
  readonly #reachedClusters = new Set<number>();
  readonly #queue: number[] = [];
  /** Existing individuals whose relationships and families are compared. */
  readonly #involved = new Set<number>();
  readonly #questioned = new Set<number>();
  readonly #relationships: Kin[] = [];
  /** The families of each scope, as lists of clusters. */
  readonly #families: number[][][];

  constructor(
    scope: DecisionScope,
    plan: PlannedIndividuals,
    identities: PlannedIdentities,
    arriving: number,
    losing: readonly number[],
  ) {
    this.#losing = losing;
    this.#scope = scope;
    this.#plan = plan;
    this.#identities = identities;
    this.#arriving = arriving;
    this.#families = Array.from({ length: scope.index.scopeCount }, () => []);
    for (const entry of plan.entries()) {
      const cluster = plan.clusterAt(entry);
      if (cluster < 0) continue;
      const known = this.#entriesOf.get(cluster);
      if (known === undefined) this.#entriesOf.set(cluster, [entry]);
      else known.push(entry);
    }
  }

  /** Finds where evidence changes: tokens on records that come, go, lose them, or move to another individual. */
  reach(): void {
    const { changes } = this.#scope;
    for (const record of changes.becoming) this.#reachFrom(record);
    for (const record of changes.ceasing.keys()) this.#reachFrom(record);
    for (const record of this.#losing) this.#reachFrom(record);
    for (const entry of this.#plan.entries()) {
      const record = this.#plan.recordAt(entry);
      if (!this.#scope.isStaying(record)) continue;
      const before = this.#individualBefore(record);
      const cluster = this.#plan.clusterAt(entry);
      // A negative cluster stands for no individual, so it continues none.
      const stays = before === NONE ? cluster < 0 : this.#identities.individualOf(cluster) === before;
      if (!stays) this.#reachFrom(record);
    }
    if (this.#scope.isWhole) this.#reachAll();
  }

  #reachAll(): void {
    for (const entry of this.#plan.entries()) {
      this.#reachCluster(this.#plan.clusterAt(entry));
      this.#involve(this.#individualBefore(this.#plan.recordAt(entry)));
    }
  }

  compute(): void {
    const placed = new Set<number>();
    // The queue grows during the loop.
    for (const cluster of this.#queue) {
      if (!placed.has(cluster)) this.#computeAround(cluster, placed);
    }
  }

  outcome(): PlannedKinship {
    const { ended, identified } = this.#compareRelationships();
    return {
      ended,
      identified,
      families: this.#families.map((families, scope) => this.#compareFamilies(scope, families)),
    };
  }

  #reachFrom(record: number): void {
    const { records } = this.#scope.index;
    const child = records.isChild(record);
    let evidence = false;
    const end = records.endOfOccurrences(record);
    for (let at = records.firstOccurrence(record); at < end; at = records.occurrenceAfter(at, end)) {
      const token = records.tokenAt(at);
      if (this.#scope.relatedBefore(token) !== this.#scope.relatesAfter(token)) this.#reachToken(token);
      // Kinship uses a child's carer tokens and an adult's own tokens, never a child's own.
      if (records.isCarerAt(at) !== child || this.#addsNothing(record, token)) continue;
      evidence = true;
      this.#reachToken(token);
    }
    const before = this.#individualBefore(record);
    if (evidence) this.#involve(before);
    if (child) this.#reachWhomItRepresents(record, before);
  }

  /**
   * The child with the smaller row key comes first in a relationship between two children, so a change of a child's
   * smallest row key may turn its relationships round.
   */
  #reachWhomItRepresents(record: number, before: number): void {
    const { individuals, records } = this.#scope.index;
    const entry = this.#plan.entryOf(record);
    const cluster = entry === NONE ? NONE : this.#plan.clusterAt(entry);
    if (cluster >= 0 && this.#plan.knownIndividual(cluster) === NONE)
      this.#involveFamilyOf(this.#identities.individualOf(cluster));
    if (records.isPerson(record) || individuals.firstMember(before, 'persons') === NONE)
      this.#involveFamilyOf(before);
  }

  /**
   * Whether a fact adds no evidence of kinship: another record of the same person, outside the reach of the change,
   * gives the same evidence in the same scopes.
   */
  #addsNothing(fact: number, token: number): boolean {
    const { individuals, records, tokens } = this.#scope.index;
    if (!records.isFact(fact)) return false;
    const entry = this.#plan.entryOf(fact);
    const individual =
      entry === NONE
        ? this.#individualBefore(fact)
        : this.#plan.clusterAt(entry) < 0
          ? NONE
          : this.#plan.knownIndividual(this.#plan.clusterAt(entry));
    if (individual === NONE || individuals.firstMember(individual, 'persons') === NONE) return false;
    const scopes = this.#scopesOf(fact);
    for (const list of records.isChild(fact) ? carerLists : ownLists) {
      for (let at = tokens.firstHolder(token, list); at !== NONE; at = records.nextHolder(at)) {
        const other = records.holderAt(at);
        if (records.individualOf(other) !== individual) continue;
        if (!this.#scope.isStaying(other) || this.#plan.entryOf(other) !== NONE) continue;
        if (this.#scope.isErasedAt(at)) continue;
        if ((scopes & ~this.#scopesOf(other)) === 0) return true;
      }
    }
    return false;
  }

  #reachToken(token: number): void {
    if (this.#reachedTokens.has(token)) return;
    this.#reachedTokens.add(token);
    if (!this.#scope.relatedBefore(token) && !this.#scope.relatesAfter(token)) return;
    for (const cluster of this.#evidence(token, carerLists).keys()) this.#reachCluster(cluster);
    for (const cluster of this.#evidence(token, ownLists).keys()) this.#reachCluster(cluster);
  }

  #reachCluster(cluster: number): void {
    if (cluster < 0 || this.#reachedClusters.has(cluster)) return;
    this.#reachedClusters.add(cluster);
    this.#queue.push(cluster);
    this.#involve(this.#identities.individualOf(cluster));
  }

  /**
   * Compares the relationships and families of an existing individual, and involves the other members of its families.
   */
  #involve(individual: number): void {
    if (individual === NONE || this.#involved.has(individual)) return;
    this.#involved.add(individual);
    this.#reachCluster(this.#identities.clusterOf(individual));
    const { families } = this.#scope.index;
    for (let scope = 0; scope < this.#scope.index.scopeCount; scope++) {
      const family = families.familyOf(scope, individual);
      if (family === NONE || this.#questioned.has(family)) continue;
      this.#questioned.add(family);
      for (const member of families.membersOf(family)) this.#involve(member);
    }
  }

  /** Computes the kinship of all clusters that the programme's evidence connects to this one. */
  #computeAround(start: number, placed: Set<number>): void {
    const members = [start];
    const nodeOf = new Map([[start, 0]]);
    const seen = new Set<number>();
    const tokens: KinToken[] = [];
    placed.add(start);
    const number = (sides: ReadonlyMap<number, number>): KinEvidence[] =>
      [...sides].map(([cluster, scopes]) => {
        let node = nodeOf.get(cluster);
        if (node === undefined) {
          node = members.push(cluster) - 1;
          nodeOf.set(cluster, node);
          placed.add(cluster);
          this.#reachCluster(cluster);
        }
        return { node, scopes };
      });
    // The list grows during the loop.
    for (const member of members) {
      for (const token of this.#kinTokensOf(member)) {
        if (seen.has(token)) continue;
        seen.add(token);
        if (!this.#scope.relatesAfter(token)) continue;
        const children = this.#evidence(token, carerLists);
        if (children.size === 0) continue;
        const adults = this.#evidence(token, ownLists);
        const channel = this.#scope.index.tokens.channelOf(token);
        tokens.push({ channel, children: number(children), adults: number(adults) });
      }
    }
    if (members.length < 2) return;
    const clusterAt = (node: number): number => members[node] as number; // a node
    const kinship = kinshipOf(tokens, members.length, this.#families.length, (one, other) =>
      this.#compareRepresentatives(clusterAt(one), clusterAt(other)),
    );
    for (const { kind, child, other, channel } of kinship.relationships) {
      this.#relationships.push({ kind, child: clusterAt(child), other: clusterAt(other), channel });
    }
    kinship.families.forEach((families, scope) => {
      for (const family of families) this.#families[scope]?.push(family.map(clusterAt));
    });
  }

  /**
   * The clusters that hold a token as children whose carer it is, or as adults, with the scopes of that evidence as
   * bits.
   */
  #evidence(token: number, lists: readonly HolderList[]): Map<number, number> {
    const { records, tokens } = this.#scope.index;
    const found = new Map<number, number>();
    for (const list of lists) {
      for (let at = tokens.firstHolder(token, list); at !== NONE; at = records.nextHolder(at)) {
        const record = records.holderAt(at);
        if (!this.#scope.counts(at) || (lists === ownLists && records.isChild(record))) continue;
        const cluster = this.#clusterOf(record);
        if (cluster >= 0) found.set(cluster, (found.get(cluster) ?? 0) | this.#scopesOf(record));
      }
    }
    return found;
  }

  #kinTokensOf(cluster: number): Set<number> {
    const { records } = this.#scope.index;
    const found = new Set<number>();
    for (const record of this.#recordsOf(cluster)) {
      const child = records.isChild(record);
      const end = records.endOfOccurrences(record);
      for (let at = records.firstOccurrence(record); at < end; at = records.occurrenceAfter(at, end)) {
        if (records.isCarerAt(at) === child && !this.#scope.isErasedAt(at)) found.add(records.tokenAt(at));
      }
    }
    return found;
  }

  *#recordsOf(cluster: number): Generator<number> {
    const { individuals } = this.#scope.index;
    for (const entry of this.#entriesOf.get(cluster) ?? []) yield this.#plan.recordAt(entry);
    const individual = this.#plan.knownIndividual(cluster);
    if (individual === NONE) return;
    for (const list of ['persons', 'facts'] as const) {
      for (let at = individuals.firstMember(individual, list); at !== NONE; at = individuals.nextMember(at)) {
        if (this.#plan.entryOf(at) === NONE && this.#scope.isStaying(at)) yield at;
      }
    }
  }

  #clusterOf(record: number): number {
    const entry = this.#plan.entryOf(record);
    if (entry !== NONE) return this.#plan.clusterAt(entry);
    const individual = this.#individualBefore(record);
    return individual === NONE ? NONE : this.#plan.knownCluster(individual);
  }

  #individualBefore(record: number): number {
    const { records } = this.#scope.index;
    return records.isLive(record) && records.outcomeOf(record) === 'placed'
      ? records.individualOf(record)
      : NONE;
  }

  #scopesOf(record: number): number {
    const { records, submissions } = this.#scope.index;
    return records.isStaged(record) ? this.#arriving : submissions.get(records.submissionOf(record)).scopes;
  }

  /**
   * Involves an individual if it is in a family. An individual in no family has no relationship that could turn round.
   */
  #involveFamilyOf(individual: number): void {
    const { families } = this.#scope.index;
    // Each family of another scope lies within a family of the programme.
    if (families.familyOf(PROGRAMME, individual) !== NONE) this.#involve(individual);
  }

  #compareRepresentatives(one: number, other: number): number {
    const { keys, records } = this.#scope.index;
    return keys.compare(
      records.keyOf(this.#plan.representativeOf(one)),
      records.keyOf(this.#plan.representativeOf(other)),
    );
  }

  #compareRelationships(): { readonly ended: number[]; readonly identified: Kin[] } {
    const { relationships, strategy } = this.#scope.index;
    const standing = new Map<string, number>();
    const signature = ({ kind, child, other, domain }: StandingRelationship): string =>
      `${kind} ${child} ${other} ${domain}`;
    for (const individual of this.#involved) {
      for (const relationship of relationships.ofChild(individual)) {
        standing.set(signature(relationships.get(relationship)), relationship);
      }
    }
    const identified = this.#relationships.filter(({ kind, child, other, channel }) => {
      // A new individual is NONE here, and no existing relationship names it.
      const [one, two] = [this.#identities.individualOf(child), this.#identities.individualOf(other)];
      const domain = strategy.channels.domainOf(channel);
      return !standing.delete(signature({ kind, child: one, other: two, domain }));
    });
    return { ended: [...standing.values()].sort((one, other) => one - other), identified };
  }

  #compareFamilies(scope: number, groups: readonly (readonly number[])[]): PlannedFamilies {
    const { families } = this.#scope.index;
    const groupOf = new Map<number, number>();
    groups.forEach((group, number) => {
      for (const cluster of group) groupOf.set(cluster, number);
    });
    const old = new Set<number>();
    for (const individual of this.#involved) {
      const family = families.familyOf(scope, individual);
      if (family !== NONE) old.add(family);
    }
    const groupOfIndividual = (individual: number): number | undefined =>
      groupOf.get(this.#identities.clusterOf(individual));
    const isPlaced = (individual: number): boolean => {
      const cluster = this.#identities.clusterOf(individual);
      return this.#identities.individualOf(cluster) === individual && groupOf.has(cluster);
    };
    // The group that contains the family's earliest registered individual keeps the family's id (ADR 0019).
    const heirs = [...old].map((family) => {
      const members = families.membersOf(family).sort((one, other) => one - other);
      return { family, heir: members.map(groupOfIndividual).find((group) => group !== undefined) };
    });
    const claims = new Map<number | undefined, number>();
    for (const { family, heir } of heirs)
      if (heir !== undefined) claims.set(heir, Math.min(family, claims.get(heir) ?? family));
    const dissolved = heirs
      .map(({ family, heir }) => ({ family, into: claims.get(heir) ?? NONE }))
      .filter(({ family, into }) => family !== into)
      .sort((one, other) => one.family - other.family);
    const linked: PlannedFamily[] = [];
    groups.forEach((group, number) => {
      const family = claims.get(number) ?? NONE;
      const joined = group.filter((cluster) => {
        // A new individual is NONE here, and in no family.
        const individual = this.#identities.individualOf(cluster);
        return family === NONE || families.familyOf(scope, individual) !== family;
      });
      const members = family === NONE ? [] : families.membersOf(family);
      const left = members.filter((member) => !isPlaced(member)).sort((one, other) => one - other);
      const review = group.filter((cluster) => !this.#isChild(cluster)).length > MAX_ADULTS_WITHOUT_REVIEW;
      const changed = joined.length > 0 || left.length > 0 || families.inReview(family) !== review;
      if (changed) linked.push({ family, joined, left, review });
    });
    return { scope, dissolved, linked };
  }

  #isChild(cluster: number): boolean {
    return this.#scope.index.records.isChild(this.#plan.representativeOf(cluster));
  }
}
