import type { DecisionScope } from './decision-scope.js';
import type { Ground } from './ground.js';
import type { PlannedIndividuals } from './plan-individuals.js';
import { NONE } from './typed-column.js';

/** Live records that leave one individual for another, oldest first. */
export interface PlannedSplit {
  readonly individual: number;
  readonly cluster: number;
  readonly records: readonly number[];
}

/** An individual whose records, and whose id for ever, go up in a cluster that has an older id. */
export interface PlannedMerge {
  readonly cluster: number;
  readonly absorbed: number;
  /** What joined them, or null where nothing but a row key did. */
  readonly ground: Ground | null;
  readonly through: number;
}

interface Bridge {
  readonly met: number;
  readonly ground: Ground;
}

/** Which cluster is which individual. */
export interface PlannedIdentities {
  /** The individual that a cluster is, or NONE for one that begins to exist. What is no cluster is equal to no individual. */
  individualOf(cluster: number): number;
  /** The cluster in which an individual of before goes on or up; one of no records if nobody is left of it. */
  clusterOf(individual: number): number;
  readonly splits: readonly PlannedSplit[];
  readonly merges: readonly PlannedMerge[];
}

/**
 * Gives clusters their ids (ADR 0019; architecture §6): after a split the part with the oldest live record keeps the id
 * (person records before facts, since a fact that moves must not take a person's name with it); a merge keeps the id that
 * was registered first. A corrected row counts for the individual of the row that it replaces. An individual without live
 * records gets its id back when its records are revived and no living id is there.
 */
export function planIdentities(scope: DecisionScope, plan: PlannedIndividuals): PlannedIdentities {
  const identities = new IdentityPlan(scope, plan);
  identities.claim();
  identities.divide();
  return identities;
}

class IdentityPlan implements PlannedIdentities {
  readonly #scope: DecisionScope;
  readonly #plan: PlannedIndividuals;
  /** Individual → entry of the record that claims its id. */
  readonly #claims = new Map<number, number>();
  /** Cluster that was worked out → the individual that it is. */
  readonly #named = new Map<number, number>();
  readonly splits: PlannedSplit[] = [];
  readonly merges: PlannedMerge[] = [];

  constructor(scope: DecisionScope, plan: PlannedIndividuals) {
    this.#scope = scope;
    this.#plan = plan;
  }

  individualOf(cluster: number): number {
    return this.#named.get(cluster) ?? this.#plan.knownIndividual(cluster);
  }

  clusterOf(individual: number): number {
    const claim = this.#claims.get(individual);
    if (claim !== undefined) return this.#plan.clusterAt(claim);
    return this.#plan.knownCluster(individual);
  }

  claim(): void {
    const dormant: (readonly [number, number])[] = [];
    for (const entry of this.#plan.entries()) {
      const cluster = this.#plan.clusterAt(entry);
      if (cluster < 0) continue;
      const record = this.#plan.recordAt(entry);
      const living = this.#livingIndividualOf(record);
      if (living !== NONE) {
        if (!this.#isFixed(living, record)) this.#claimFor(this.#claims, living, entry);
        continue;
      }
      const last = this.#lastIndividualOf(record);
      if (last !== NONE && this.#scope.index.individuals.isEmpty(last)) dormant.push([last, entry]);
    }
    this.#name(this.#claims);
    for (const [individual, entry] of this.#claims)
      this.#mergeUnlessKept(individual, this.#plan.clusterAt(entry));
    this.merges.sort((one, other) => one.absorbed - other.absorbed);
    this.#revive(dormant);
  }

  divide(): void {
    const { records } = this.#scope.index;
    const splits = new Map<string, { individual: number; cluster: number; records: number[] }>();
    for (const entry of this.#plan.entries()) {
      const record = this.#plan.recordAt(entry);
      const cluster = this.#plan.clusterAt(entry);
      if (cluster < 0 || !this.#scope.isStaying(record) || records.outcomeOf(record) !== 'placed') continue;
      const individual = records.individualOf(record);
      const claim = this.#claims.get(individual);
      const stays =
        claim === undefined
          ? this.#plan.knownIndividual(cluster) === individual
          : this.#plan.clusterAt(claim) === cluster;
      if (stays) continue;
      const key = `${individual} ${cluster}`;
      const split = splits.get(key) ?? { individual, cluster, records: [] };
      splits.set(key, split);
      split.records.push(record);
    }
    const age = (split: PlannedSplit): number => split.records[0] as number; // a split has a record
    for (const split of splits.values()) {
      split.records.sort((one, other) => one - other);
      this.splits.push(split);
    }
    this.splits.sort((one, other) => one.individual - other.individual || age(one) - age(other));
  }

  /** The living individual that a record speaks for: its own, or that of the row that it replaces. */
  #livingIndividualOf(record: number): number {
    const { records } = this.#scope.index;
    const speaker = this.#scope.isBecoming(record) ? this.#scope.changes.predecessorOf(record) : record;
    return speaker !== NONE && records.outcomeOf(speaker) === 'placed' ? records.individualOf(speaker) : NONE;
  }

  #lastIndividualOf(record: number): number {
    const { individuals, records } = this.#scope.index;
    const last = records.individualOf(record);
    return last === NONE ? NONE : individuals.resolve(last);
  }

  /** A fact cannot claim the id of an individual whose person records the change does not reach. */
  #isFixed(individual: number, record: number): boolean {
    return this.#scope.index.records.isFact(record) && this.#hasPersonsOutOfReach(individual);
  }

  #hasPersonsOutOfReach(individual: number): boolean {
    const { individuals } = this.#scope.index;
    let at = individuals.firstMember(individual, 'persons');
    while (at !== NONE && !this.#isKept(at)) at = individuals.nextMember(at);
    return at !== NONE;
  }

  /** A member that the change does not reach stays where it is. */
  #isKept(record: number): boolean {
    return this.#plan.entryOf(record) === NONE && this.#scope.isStaying(record);
  }

  #claimFor(claims: Map<number, number>, individual: number, entry: number): void {
    const known = claims.get(individual);
    if (known === undefined || this.#claimsBefore(entry, known)) claims.set(individual, entry);
  }

  #claimsBefore(entry: number, other: number): boolean {
    const { records } = this.#scope.index;
    const [one, two] = [this.#plan.recordAt(entry), this.#plan.recordAt(other)];
    if (records.isFact(one) !== records.isFact(two)) return records.isFact(two);
    return one < two;
  }

  /** Each claimed cluster is the individual that was registered first. */
  #name(claims: ReadonlyMap<number, number>): void {
    for (const [individual, entry] of claims) {
      const cluster = this.#plan.clusterAt(entry);
      const known = this.individualOf(cluster);
      if (known === NONE || individual < known) this.#named.set(cluster, individual);
    }
  }

  /** Where no living id is at hand, an individual that had no live records goes on. */
  #revive(dormant: readonly (readonly [number, number])[]): void {
    const claims = new Map<number, number>();
    for (const [individual, entry] of dormant) {
      if (this.individualOf(this.#plan.clusterAt(entry)) === NONE) this.#claimFor(claims, individual, entry);
    }
    this.#name(claims);
  }

  #mergeUnlessKept(individual: number, cluster: number): void {
    if (this.individualOf(cluster) === individual) return;
    this.#bridges ??= this.#findBridges();
    const bridge = this.#bridges.get(`${individual} ${cluster}`);
    const { met, ground } = bridge ?? { met: NONE, ground: null };
    this.merges.push({ cluster, absorbed: individual, ground, through: met });
  }

  #bridges: ReadonlyMap<string, Bridge> | null = null;

  /** Individual and cluster → the strongest ground on which a record of the individual met one that is not of it. */
  #findBridges(): ReadonlyMap<string, Bridge> {
    const { keys, records, strategy } = this.#scope.index;
    const offers: (Bridge & { readonly key: string })[] = [];
    for (const entry of this.#plan.entries()) {
      const met = this.#plan.metAt(entry);
      if (met === NONE) continue;
      const record = this.#plan.recordAt(entry);
      const [mine, theirs] = [this.#livingIndividualOf(record), this.#livingIndividualOf(met)];
      if (mine === theirs) continue;
      const cluster = this.#plan.clusterAt(entry);
      const ground = this.#plan.groundAt(entry) as Ground; // of whoever met somebody
      offers.push(
        { key: `${mine} ${cluster}`, met, ground },
        { key: `${theirs} ${cluster}`, met: record, ground },
      );
    }
    offers.sort(
      (one, other) =>
        strategy.compareGrounds(one.ground, other.ground) ||
        keys.compare(records.keyOf(one.met), records.keyOf(other.met)),
    );
    const strongest = new Map<string, Bridge>();
    for (const { key, ...bridge } of offers.reverse()) strongest.set(key, bridge);
    return strongest;
  }
}
