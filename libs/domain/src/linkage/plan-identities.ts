import type { DecisionScope } from './decision-scope.js';
import type { Ground } from './ground.js';
import type { PlannedIndividuals } from './plan-individuals.js';
import { NONE } from './typed-column.js';

/** Live records that move from one individual to another, oldest first. */
export interface PlannedSplit {
  readonly individual: number;
  readonly cluster: number;
  readonly records: readonly number[];
}

/** An individual whose id ends in a merge: its records belong to a cluster with an older id. */
export interface PlannedMerge {
  readonly cluster: number;
  readonly absorbed: number;
  /** The ground that joined them; null if only a corrected row did. */
  readonly ground: Ground | null;
  readonly through: number;
}

interface Bridge {
  readonly met: number;
  readonly ground: Ground;
}

/** Assigns clusters to individuals. */
export interface PlannedIdentities {
  /** The individual that a cluster continues; NONE for a new individual. Not for UNLINKABLE or REFERRED. */
  individualOf(cluster: number): number;
  /** The cluster that continues or absorbs an existing individual; an empty cluster if no record of it is left. */
  clusterOf(individual: number): number;
  readonly splits: readonly PlannedSplit[];
  readonly merges: readonly PlannedMerge[];
}

/**
 * Gives clusters their ids (ADR 0019; architecture §6). After a split, the part with the oldest live record keeps the
 * id; person records come before facts, because a fact that moves must not take a person's id with it. After a merge,
 * the id that was registered first remains. A corrected row counts for the individual of the row that it replaces. An
 * individual without live records gets its id back when its records are revived, unless an id of a living individual
 * applies.
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
  /** For each individual, the entry of the record that claims its id. */
  readonly #claims = new Map<number, number>();
  /** For each computed cluster, the individual that it continues. */
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

  /** The living individual for which a record counts: its own, or that of the row that it replaces. */
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

  /** A fact cannot claim the id of an individual that has person records outside the reach of the change. */
  #isFixed(individual: number, record: number): boolean {
    return this.#scope.index.records.isFact(record) && this.#hasPersonsOutOfReach(individual);
  }

  #hasPersonsOutOfReach(individual: number): boolean {
    const { individuals } = this.#scope.index;
    let at = individuals.firstMember(individual, 'persons');
    while (at !== NONE && !this.#isKept(at)) at = individuals.nextMember(at);
    return at !== NONE;
  }

  /** Whether a member is outside the reach of the change, and so stays where it is. */
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

  /** Gives each claimed cluster the earliest registered of the individuals that claim it. */
  #name(claims: ReadonlyMap<number, number>): void {
    for (const [individual, entry] of claims) {
      const cluster = this.#plan.clusterAt(entry);
      const known = this.individualOf(cluster);
      if (known === NONE || individual < known) this.#named.set(cluster, individual);
    }
  }

  /** If a cluster has no living id, an individual that had no live records continues in it. */
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

  /**
   * For each pair of individual and cluster, the strongest ground on which a record of that individual met a record of
   * another.
   */
  #findBridges(): ReadonlyMap<string, Bridge> {
    const { keys, records, strategy } = this.#scope.index;
    const offers: (Bridge & { readonly key: string })[] = [];
    const offer = (record: number, met: number, cluster: number, ground: Ground) => {
      const [mine, theirs] = [this.#livingIndividualOf(record), this.#livingIndividualOf(met)];
      if (mine === theirs) return;
      offers.push(
        { key: `${mine} ${cluster}`, met, ground },
        { key: `${theirs} ${cluster}`, met: record, ground },
      );
    };
    for (const entry of this.#plan.entries()) {
      const met = this.#plan.metAt(entry);
      const ground = this.#plan.groundAt(entry);
      if (met !== NONE && ground !== null)
        offer(this.#plan.recordAt(entry), met, this.#plan.clusterAt(entry), ground);
    }
    for (const { record, met, ground } of this.#plan.joins)
      offer(record, met, this.#plan.clusterAt(this.#plan.entryOf(record)), ground);
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
