import type { Attachment } from './attach-fact.js';
import type { Constraint } from './constraint-table.js';
import type { DecisionScope } from './decision-scope.js';
import { isLinkable, isUsable, joined, profileOf, type Evidence, type Profile } from './evidence.js';
import { REVIEWED, type Ground, type ReferralReason } from './ground.js';
import type { MemberList } from './individual-table.js';
import { PairNeighbours } from './pair-neighbours.js';
import { RecordMap } from './record-map.js';
import { unconstrained, type PositionConstraints } from './strategy.js';
import { Int32Column, NONE } from './typed-column.js';

/** Cluster values for a record that is in no cluster. */
export const UNLINKABLE = -2;
export const REFERRED = -3;

/** A doubt between records. Each side is named by its record with the smallest row key. */
export interface PlannedReferral {
  readonly reason: ReferralReason;
  /** The ground on which the two sides would have been linked. */
  readonly ground: Ground;
  readonly subject: number;
  readonly candidates: readonly number[];
}

/** Two person records whose meeting joined their groups. */
export interface PlannedJoining {
  readonly record: number;
  readonly met: number;
  readonly ground: Ground;
}

/**
 * The people near a change. A *cluster* is an individual as it will be. Each record that the change can reach has an
 * entry here. An individual outside the reach appears as a *known* cluster only when a new fact or kinship meets it; a
 * known cluster keeps all its records that have no entry.
 */
export interface PlannedIndividuals {
  /** The numbers of the entries, in order of creation. */
  entries(): Iterable<number>;
  recordAt(entry: number): number;
  /** The cluster of an entry, or UNLINKABLE or REFERRED. */
  clusterAt(entry: number): number;
  /** The record that it met on its strongest ground; NONE if it met no record. */
  metAt(entry: number): number;
  /**
   * The ground on which it belongs to its cluster; null if it is alone. A fact that founds its cluster has a ground but
   * met no record.
   */
  groundAt(entry: number): Ground | null;
  entryOf(record: number): number;
  /** The individual of a known cluster; NONE for a computed cluster. */
  knownIndividual(cluster: number): number;
  /** The known cluster of an individual none of whose person records has an entry. */
  knownCluster(individual: number): number;
  /**
   * A cluster's person record with the smallest row key; without person records, its fact with the smallest. Works for
   * known clusters too.
   */
  representativeOf(cluster: number): number;
  readonly referrals: readonly PlannedReferral[];
  /** Meetings of person records that joined groups, beside those of `metAt`. */
  readonly joins: readonly PlannedJoining[];
}

/**
 * Applies the rules of `partition` to the records that a change can reach: person records connected to changed ones
 * through tokens that have or had force, the facts on their tokens, and facts that found individuals together with
 * changed facts.
 */
export function planIndividuals(scope: DecisionScope): PlannedIndividuals {
  const plan = new IndividualPlan(scope);
  plan.groupPersons();
  plan.attachFacts();
  plan.foundIndividuals();
  return plan;
}

class IndividualPlan implements PlannedIndividuals {
  readonly #scope: DecisionScope;
  /** Null if the strategy scores no pairs. */
  readonly #neighbours: PairNeighbours | null;
  readonly #entryOf: RecordMap;
  readonly #record = new Int32Column();
  readonly #cluster = new Int32Column();
  readonly #met = new Int32Column();
  readonly #ground: (Ground | null)[] = [];
  readonly #knownIndividual = new Int32Column();
  readonly #knownClusters = new Map<number, number>();
  /** The profile of a cluster. Computed on demand for clusters of one record and known clusters. */
  readonly #profiles: (Profile | null)[] = [];
  /**
   * A computed cluster's record with the smallest row key; for a known cluster NONE until `representativeOf` is called.
   */
  readonly #sample = new Int32Column();
  readonly #tokensWithFactsTaken = new Set<number>();
  readonly #facts: number[] = [];
  /** For each fact that nobody owns, the token on which it would found an individual. */
  readonly #unowned = new Map<number, number>();
  readonly referrals: PlannedReferral[] = [];
  readonly joins: PlannedJoining[] = [];

  constructor(scope: DecisionScope) {
    this.#scope = scope;
    const { candidates, strategy } = scope.index;
    this.#neighbours =
      candidates === null || strategy.pairs === undefined
        ? null
        : new PairNeighbours(scope, candidates, strategy.pairs);
    this.#entryOf = new RecordMap(scope.index.records);
  }

  entries(): Iterable<number> {
    return this.#record.view().keys();
  }

  recordAt(entry: number): number {
    return this.#record.get(entry);
  }

  clusterAt(entry: number): number {
    return this.#cluster.get(entry);
  }

  metAt(entry: number): number {
    return this.#met.get(entry);
  }

  groundAt(entry: number): Ground | null {
    return this.#ground[entry] ?? null;
  }

  entryOf(record: number): number {
    return this.#entryOf.get(record);
  }

  knownIndividual(cluster: number): number {
    return this.#knownIndividual.get(cluster);
  }

  knownCluster(individual: number): number {
    const known = this.#knownClusters.get(individual);
    if (known !== undefined) return known;
    const cluster = this.#addCluster(individual, NONE, null);
    this.#knownClusters.set(individual, cluster);
    return cluster;
  }

  representativeOf(cluster: number): number {
    const sample = this.#sample.get(cluster);
    if (sample !== NONE) return sample;
    const persons = this.#personsOf(cluster);
    const representative = this.#smallest(persons.length > 0 ? persons : this.#members(cluster, 'facts'));
    this.#sample.set(cluster, representative);
    return representative;
  }

  groupPersons(): void {
    const { changes, index } = this.#scope;
    const { records, tokens } = index;
    const touched = new Set<number>();
    const touch = (record: number) => {
      const person = records.isPerson(record);
      const end = records.endOfOccurrences(record);
      for (let at = records.firstOccurrence(record); at < end; at = records.occurrenceAfter(at, end)) {
        const token = records.tokenAt(at);
        if (!records.isCarerAt(at) && (person || this.#flips(token))) touched.add(token);
      }
    };
    for (const record of changes.becoming) touch(record);
    for (const record of changes.ceasing.keys()) touch(record);
    for (const record of changes.becoming) if (records.isPerson(record)) this.#groupAround(record);
    if (this.#neighbours !== null) this.#visitNeighbours(this.#neighbours, touched);
    for (const token of touched) {
      // A token without force before and after connects nobody, so its holders are not affected.
      if (!this.#scope.linkedBefore(token) && !this.#scope.linksAfter(token)) continue;
      for (let at = tokens.firstHolder(token, 'persons'); at !== NONE; at = records.nextHolder(at)) {
        const holder = records.holderAt(at);
        if (this.#scope.isLive(holder)) this.#groupAround(holder);
      }
      if (this.#flips(token)) this.#takeFactsOn(token);
    }
    for (const record of changes.ceasing.keys()) if (records.isPerson(record)) this.#takeFactsOf(record);
    this.#visitConstrained();
    if (this.#scope.isWhole) this.#takeAll();
  }

  /**
   * Visits the records that lose a neighbour: those around a record that goes, around a holder of a token that gains or
   * loses force, and under a candidate key that becomes crowded or ceases to be. A record that only gains a neighbour
   * belongs to the component of one that changes.
   */
  #visitNeighbours(neighbours: PairNeighbours, touched: Iterable<number>): void {
    const { changes, index } = this.#scope;
    const { records, tokens } = index;
    const visit = (record: number) => {
      if (this.#scope.isLive(record)) this.#groupAround(record);
    };
    for (const record of changes.ceasing.keys())
      for (const neighbour of neighbours.before(record)) visit(neighbour);
    for (const token of touched) {
      if (!this.#flips(token)) continue;
      for (let at = tokens.firstHolder(token, 'persons'); at !== NONE; at = records.nextHolder(at)) {
        const holder = records.holderAt(at);
        if (!this.#scope.isStaying(holder)) continue;
        for (const neighbour of neighbours.before(holder)) visit(neighbour);
      }
    }
    for (const key of this.#scope.flippedKeys())
      for (const holder of neighbours.holdersAfter(key)) visit(holder);
  }

  #takeAll(): void {
    const { records } = this.#scope.index;
    for (const record of this.#scope.staying()) {
      if (records.isPerson(record)) this.#groupAround(record);
      else if (records.isFact(record)) this.#takeFact(record);
    }
  }

  /** Visits the records that a person's decision pairs now, or has paired with a record that comes or goes. */
  #visitConstrained(): void {
    const { changes, constraints, index } = this.#scope;
    if (constraints.isEmpty) return;
    const look = (key: number) => {
      const record = this.#scope.liveOfKey(key);
      if (record === NONE) return;
      if (index.records.isPerson(record)) this.#groupAround(record);
      else if (index.records.isFact(record)) this.#takeFact(record);
    };
    for (const key of constraints.changedKeys) look(key);
    for (const records of [changes.becoming, changes.ceasing.keys()])
      for (const record of records)
        for (const key of constraints.partnersOf(index.records.keyOf(record)).keys()) look(key);
  }

  /** Whether a token gains or loses its force as somebody's own, which affects all its holders. */
  #flips(token: number): boolean {
    return this.#scope.linkedBefore(token) !== this.#scope.linksAfter(token);
  }

  attachFacts(): void {
    const { changes, index } = this.#scope;
    for (const record of changes.becoming) if (index.records.isFact(record)) this.#takeFact(record);
    // The list grows during the loop: a fact may bring in a person, and with it that person's facts.
    for (const fact of this.#facts) this.#attach(fact);
  }

  /**
   * Founds individuals from facts that nobody owns, together with all other facts on the same token, changed or not.
   */
  foundIndividuals(): void {
    const { index, changes } = this.#scope;
    const { records } = index;
    const buckets = new Set(this.#unowned.values());
    const consider = (fact: number) => {
      if (!records.isLive(fact)) return; // only facts live before the change can leave others behind
      const { tokens } = this.#scope.evidenceOf(fact);
      for (const token of tokens) {
        if (this.#scope.owners(token, records.birthDateOf(fact)).length === 0) buckets.add(token);
      }
    };
    for (const fact of this.#facts) consider(fact);
    for (const record of changes.ceasing.keys()) if (records.isFact(record)) consider(record);
    for (const token of buckets) this.#foundOn(token);
  }

  /** Computes the component of a live person record, and takes in the facts on its tokens. */
  #groupAround(start: number): void {
    if (this.entryOf(start) !== NONE) return;
    const members = this.#componentOf(start);
    const { keys, records } = this.#scope.index;
    members.sort((one, other) => keys.compare(records.keyOf(one), records.keyOf(other)));
    const linkable: number[] = [];
    const evidence: Evidence[] = [];
    for (const record of members) {
      const says = this.#scope.evidenceOf(record);
      if (!isLinkable(says)) {
        this.#settle(record, UNLINKABLE, NONE, null);
        continue;
      }
      linkable.push(record);
      evidence.push(says);
    }
    const [only] = linkable as [number]; // read only if there is one
    if (linkable.length === 1) this.#settle(only, this.#clusterFor(only, null), NONE, null);
    else this.#group(linkable, evidence);
    for (const record of members) this.#takeFactsOf(record);
  }

  #group(members: readonly number[], evidence: readonly Evidence[]): void {
    const grouping = this.#scope.index.strategy.group(evidence, this.#constraintsAmong(members));
    const recordAt = (position: number): number => members[position] as number; // a position
    const clusterOf = new Map<number, number>();
    members.forEach((record, position) => {
      const group = grouping.groupOf[position] as number; // a position
      let cluster = clusterOf.get(group);
      if (cluster === undefined) {
        cluster = this.#clusterFor(record, grouping.profile(group));
        clusterOf.set(group, cluster);
      }
      const met = grouping.met[position] as number; // a position
      this.#settle(record, cluster, met === NONE ? NONE : recordAt(met), grouping.groundOf(position));
    });
    for (const { a, b, ground } of grouping.joins ?? [])
      this.joins.push({ record: recordAt(a), met: recordAt(b), ground });
    for (const { reason, ground, subject, candidates } of grouping.refusals) {
      this.referrals.push({
        reason,
        ground,
        subject: recordAt(subject),
        candidates: candidates.map(recordAt),
      });
    }
  }

  #constraintsAmong(members: readonly number[]): PositionConstraints {
    if (this.#scope.constraints.isEmpty) return unconstrained;
    const positions = new Map(members.map((record, position) => [record, position]));
    const pairs = (constraint: Constraint) =>
      members.flatMap((record, position) =>
        this.#scope.partnersOf(record, constraint).flatMap((partner) => {
          const other = positions.get(partner);
          return other === undefined || other < position ? [] : [[position, other] as const];
        }),
      );
    return { neverLink: pairs('never-link'), reviewedLink: pairs('link') };
  }

  /**
   * The live person records connected to one through tokens with force, reviewed links, or pair scores at the floor or
   * above. Gives each an entry.
   */
  #componentOf(start: number): number[] {
    const { records, strategy, tokens } = this.#scope.index;
    const members = [start];
    this.#enter(start);
    // The list grows during the loop.
    for (const record of members) {
      const birthDate = records.birthDateOf(record);
      const end = records.endOfOccurrences(record);
      for (let at = records.firstOccurrence(record); at < end; at = records.occurrenceAfter(at, end)) {
        if (records.isCarerAt(at)) continue;
        const token = records.tokenAt(at);
        const channel = tokens.channelOf(token);
        if (!isUsable(channel, birthDate, strategy.channels) || !this.#scope.linksAfter(token)) continue;
        const byBirthDate = strategy.channels.joinsByBirthDate(channel);
        for (
          let held = tokens.firstHolder(token, 'persons');
          held !== NONE;
          held = records.nextHolder(held)
        ) {
          const holder = records.holderAt(held);
          if (this.entryOf(holder) !== NONE || !this.#scope.isLive(holder)) continue;
          if (byBirthDate && records.birthDateOf(holder) !== birthDate) continue;
          this.#enter(holder);
          members.push(holder);
        }
      }
      if (this.#neighbours !== null) {
        for (const neighbour of this.#neighbours.after(record, (other) => this.entryOf(other) !== NONE)) {
          this.#enter(neighbour);
          members.push(neighbour);
        }
      }
      for (const partner of this.#scope.partnersOf(record, 'link')) {
        if (this.entryOf(partner) !== NONE || !records.isPerson(partner)) continue;
        this.#enter(partner);
        members.push(partner);
      }
    }
    return members;
  }

  /**
   * A cluster for a group of persons. If the group contains an individual that already has a known cluster, that
   * cluster becomes a computed one and is used.
   */
  #clusterFor(member: number, profile: Profile | null): number {
    const { records } = this.#scope.index;
    if (this.#scope.isStaying(member)) {
      const known = this.#knownClusters.get(records.individualOf(member));
      if (known !== undefined) {
        this.#knownClusters.delete(records.individualOf(member));
        this.#knownIndividual.set(known, NONE);
        this.#sample.set(known, member);
        this.#profiles[known] = profile;
        return known;
      }
    }
    return this.#addCluster(NONE, member, profile);
  }

  /** Takes in the facts on a person record's tokens, and facts that a person's decision pairs with it. */
  #takeFactsOf(person: number): void {
    const { records } = this.#scope.index;
    const end = records.endOfOccurrences(person);
    for (let at = records.firstOccurrence(person); at < end; at = records.occurrenceAfter(at, end)) {
      if (!records.isCarerAt(at)) this.#takeFactsOn(records.tokenAt(at));
    }
    for (const constraint of ['never-link', 'link'] as const)
      for (const partner of this.#scope.partnersOf(person, constraint))
        if (records.isFact(partner)) this.#takeFact(partner);
  }

  #takeFactsOn(token: number): void {
    if (this.#tokensWithFactsTaken.has(token)) return;
    this.#tokensWithFactsTaken.add(token);
    if (!this.#scope.linkedBefore(token) && !this.#scope.linksAfter(token)) return;
    const { records, tokens } = this.#scope.index;
    for (let held = tokens.firstHolder(token, 'facts'); held !== NONE; held = records.nextHolder(held)) {
      this.#takeFact(records.holderAt(held));
    }
  }

  #takeFact(fact: number): void {
    if (this.entryOf(fact) !== NONE || !this.#scope.isLive(fact)) return;
    this.#enter(fact);
    this.#facts.push(fact);
  }

  #attach(fact: number): void {
    const evidence = this.#scope.evidenceOf(fact);
    const attachment = this.#attachmentOf(fact, evidence);
    switch (attachment.kind) {
      case 'unlinkable':
        this.#settle(fact, UNLINKABLE, NONE, null);
        return;
      case 'unowned':
        this.#unowned.set(fact, evidence.tokens[attachment.token] as number); // one of its tokens
        return;
      case 'referred':
        this.#refer(fact, attachment);
        return;
      case 'owned': {
        const token = evidence.tokens[attachment.token];
        const holders =
          token === undefined
            ? this.#placedPersons(this.#scope.partnersOf(fact, 'link'))
            : this.#scope.owners(token, evidence.birthDate);
        const mine = holders.filter((holder) => this.#clusterOfPerson(holder) === attachment.owner);
        if (this.#movesTo(fact, attachment.owner)) {
          // The fact moves to an individual outside the reach so far, so compute that one too.
          for (const holder of mine) this.#groupAround(holder);
        }
        this.#settle(fact, attachment.owner, this.#smallest(mine), attachment.ground);
      }
    }
  }

  /** Whether joining the cluster moves the fact, or the fact that it replaces, out of another individual. */
  #movesTo(fact: number, cluster: number): boolean {
    const individual = this.knownIndividual(cluster);
    const { records } = this.#scope.index;
    const before = this.#scope.isBecoming(fact) ? this.#scope.changes.predecessorOf(fact) : fact;
    return (
      before !== NONE && records.outcomeOf(before) === 'placed' && records.individualOf(before) !== individual
    );
  }

  #attachmentOf(fact: number, evidence: Evidence): Attachment {
    const forbidden = this.#clustersDecided(fact, 'never-link');
    // A row without a usable token belongs to nobody, whatever a person decided about it.
    const [reviewed] = evidence.tokens.length === 0 ? [] : this.#clustersDecided(fact, 'link', forbidden);
    if (reviewed !== undefined) return { kind: 'owned', owner: reviewed, token: NONE, ground: REVIEWED };
    return this.#scope.index.strategy.attach(evidence, {
      of: (index) =>
        this.#scope
          .owners(evidence.tokens[index] as number, evidence.birthDate) // one of its tokens
          .map((holder) => this.#clusterOfPerson(holder)),
      profile: (owner) => this.#profileOf(owner),
      forbids: (owner) => forbidden.includes(owner),
    });
  }

  /** The clusters of persons that such a decision pairs with the fact, in order of their smallest row key. */
  #clustersDecided(fact: number, constraint: Constraint, except: readonly number[] = []): number[] {
    if (this.#scope.constraints.isEmpty) return [];
    const { keys, records } = this.#scope.index;
    const persons = this.#placedPersons(this.#scope.partnersOf(fact, constraint));
    const clusters = new Set(persons.map((person) => this.#clusterOfPerson(person)));
    const keyOf = (cluster: number): number => records.keyOf(this.representativeOf(cluster));
    return [...clusters]
      .filter((cluster) => !except.includes(cluster))
      .sort((one, other) => keys.compare(keyOf(one), keyOf(other)));
  }

  /** Those of the given records that are person records and belong to an individual. */
  #placedPersons(given: readonly number[]): number[] {
    const { records } = this.#scope.index;
    return given.filter((record) => {
      if (!records.isPerson(record)) return false;
      const entry = this.entryOf(record);
      return entry === NONE ? records.outcomeOf(record) === 'placed' : this.#cluster.get(entry) >= 0;
    });
  }

  #refer(fact: number, attachment: Attachment & { readonly kind: 'referred' }): void {
    this.#settle(fact, REFERRED, NONE, null);
    this.referrals.push({
      reason: attachment.reason,
      ground: attachment.ground,
      subject: fact,
      candidates: attachment.candidates.map((owner) => this.representativeOf(owner)),
    });
  }

  #foundOn(token: number): void {
    const { keys, records, strategy, tokens } = this.#scope.index;
    const facts: number[] = [];
    const evidence: Evidence[] = [];
    for (let held = tokens.firstHolder(token, 'facts'); held !== NONE; held = records.nextHolder(held)) {
      const fact = records.holderAt(held);
      if (!this.#scope.isLive(fact)) continue;
      if (this.entryOf(fact) === NONE) {
        const seen = this.#scope.evidenceOf(fact);
        const attachment = this.#attachmentOf(fact, seen);
        if (attachment.kind !== 'unowned' || seen.tokens[attachment.token] !== token) continue;
        this.#enter(fact);
      } else if (this.#unowned.get(fact) !== token) continue;
      facts.push(fact);
    }
    if (facts.length === 0) return;
    facts.sort((one, other) => keys.compare(records.keyOf(one), records.keyOf(other)));
    for (const fact of facts) evidence.push(this.#scope.evidenceOf(fact));
    const { groupOf, ground, refusals } = strategy.foundIndividuals(evidence, tokens.channelOf(token));
    const recordAt = (index: number): number => facts[index] as number; // an index
    facts.forEach((fact, index) => {
      const first = groupOf[index] as number; // an index
      if (first === NONE) this.#settle(fact, REFERRED, NONE, null);
      else if (first === index) this.#settle(fact, this.#addCluster(NONE, fact, null), NONE, ground);
      else this.#settle(fact, this.clusterAt(this.entryOf(recordAt(first))), recordAt(first), ground);
    });
    for (const { reason, subject, candidates } of refusals) {
      this.referrals.push({
        reason,
        ground,
        subject: recordAt(subject),
        candidates: candidates.map(recordAt),
      });
    }
  }

  #clusterOfPerson(person: number): number {
    const entry = this.entryOf(person);
    return entry === NONE
      ? this.knownCluster(this.#scope.index.records.individualOf(person))
      : this.#cluster.get(entry);
  }

  #profileOf(cluster: number): Profile {
    const known = this.#profiles[cluster];
    if (known !== null && known !== undefined) return known;
    const worked = this.knownIndividual(cluster) === NONE;
    const persons = worked ? [this.#sample.get(cluster)] : this.#personsOf(cluster);
    const profile = persons
      .map((person) => profileOf(this.#scope.evidenceOf(person)))
      .reduce((one, other) => joined(one, other));
    const reviewed = persons.some((person) =>
      this.#scope.partnersOf(person, 'link').some((partner) => persons.includes(partner)),
    );
    const whole = { ...profile, reviewed };
    this.#profiles[cluster] = whole;
    return whole;
  }

  /** The person records of a known cluster. None of them has an entry. */
  #personsOf(cluster: number): number[] {
    return this.#members(cluster, 'persons');
  }

  #members(cluster: number, list: MemberList): number[] {
    const { individuals } = this.#scope.index;
    const members: number[] = [];
    const first = individuals.firstMember(this.knownIndividual(cluster), list);
    for (let at = first; at !== NONE; at = individuals.nextMember(at)) members.push(at);
    return members;
  }

  #smallest(candidates: readonly number[]): number {
    const { keys, records } = this.#scope.index;
    return candidates.reduce((one, other) =>
      keys.compare(records.keyOf(one), records.keyOf(other)) < 0 ? one : other,
    );
  }

  #addCluster(individual: number, sample: number, profile: Profile | null): number {
    this.#sample.push(sample);
    this.#profiles.push(profile);
    return this.#knownIndividual.push(individual);
  }

  #enter(record: number): void {
    this.#entryOf.set(record, this.#record.push(record));
    this.#cluster.push(NONE);
    this.#met.push(NONE);
    this.#ground.push(null);
  }

  #settle(record: number, cluster: number, met: number, ground: Ground | null): void {
    const entry = this.entryOf(record);
    this.#cluster.set(entry, cluster);
    this.#met.set(entry, met);
    this.#ground[entry] = ground;
  }
}
