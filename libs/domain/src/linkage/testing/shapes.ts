import type { RecordId, SubmissionId } from '@kinledger/contracts';
import type { Told } from './told.js';
import { noConstraints, partition } from '../partition.js';
import { momentOf } from './expected-ids.js';
import { HistoryPlayer, testScopes, type Step } from './histories.js';
import type { Strategy } from '../strategy.js';
import { LinkageWorld, testStrategy } from './linkage-world.js';
import type { LiveRecord } from './live-set.js';

/** What random histories must contain often enough for a law tested on them to cover the case. */
export const shapes = [
  'a chain of three supersessions',
  'a withdrawal in the middle of a chain of supersessions',
  'a family in review',
  'a person who is an adult and of the workforce',
  'an individual of facts alone with two roles',
  'a token without force that facts alone hold',
  'a token that regains its force',
  'a carer who is known from facts alone',
  'children related through one another',
  'a family of a scope',
  'a family that dissolves into another',
  'a family that parts in two',
  'a merge',
  'a split',
  'an individual that comes back',
  'individuals without live records that come back as one',
  'a record that comes back to another individual',
  'a record that comes back apart from its individual',
  'an omission by a full file',
  'a record that is carried',
  'a record whose carrier changes',
  'a refusal of consent that retires',
  'an erased live record',
  'a referral: nhs-numbers-differ',
  'a referral: birth-dates-differ',
  'a referral: child-and-adult',
  'a referral: case-numbers-differ',
  'a referral: genders-differ',
  'a referral: ambiguous',
] as const;
/** What they must contain as well for a strategy that scores pairs. */
export const shapesOfScores = [
  'a link by score',
  'a merge by score',
  'a referral by score: ambiguous',
  'a referral by score: birth-dates-differ',
  'a referral by score: genders-differ',
  'a referral by score: case-numbers-differ',
  'a referral by score that lapses',
  'a crowded candidate key',
  'a candidate key that ceases to be crowded',
] as const;
export type Shape = (typeof shapes)[number] | (typeof shapesOfScores)[number];

/** The shapes in a history, from what each step does, what the ledger says, and who is who afterwards. */
export function shapesIn(steps: readonly Step[], strategy: Strategy = testStrategy): ReadonlySet<Shape> {
  const watch = new ShapeWatch(strategy);
  for (const step of steps) watch.step(step);
  return watch.found;
}

class ShapeWatch {
  readonly found = new Set<Shape>();
  readonly #strategy: Strategy;
  readonly #player: HistoryPlayer;
  /** Individuals that have ever had a live record. */
  readonly #lived = new Set<string>();
  #withoutForce = new Set<string>();
  #crowded = new Set<string>();
  readonly #referredByScore = new Set<string>();

  constructor(strategy: Strategy) {
    this.#strategy = strategy;
    this.#player = new HistoryPlayer(new LinkageWorld(testScopes, strategy));
  }

  step(step: Step): void {
    const { withdrawn, world } = this.#player;
    const [eventsBefore, withdrawnBefore] = [world.events.length, new Set(withdrawn)];
    const before = this.#peopleNow();
    const [lastOf, familyOf] = [momentOf(world).lastOf, this.#programmeFamilies()];
    this.#player.step(step);
    for (const event of world.told(eventsBefore)) this.#lookAtEvent(event);
    for (const id of withdrawn) if (!withdrawnBefore.has(id)) this.#lookAtWithdrawal(id, withdrawnBefore);
    this.#lookAtChains();
    this.#lookAtForce();
    this.#lookAtKeys();
    const now = this.#peopleNow();
    this.#lookAtPeople(now);
    this.#lookAtReturns(before, now, lastOf);
    this.#lookAtFamilies(familyOf);
  }

  #lookAtEvent(event: Told): void {
    switch (event.type) {
      case 'FamilyLinked':
        if (event.data.review) this.found.add('a family in review');
        if (event.data.scope !== 'programme') this.found.add('a family of a scope');
        return;
      case 'FamilyDissolved':
        if (event.data.into !== undefined) this.found.add('a family that dissolves into another');
        return;
      case 'RelationshipIdentified':
        if (event.data.kind === 'same-carer') this.found.add('children related through one another');
        return;
      case 'Matched':
        if (event.data.rule === this.#strategy.name) this.found.add('a link by score');
        return;
      case 'IndividualsMerged':
        this.found.add('a merge');
        if (event.data.decision.rule === this.#strategy.name) this.found.add('a merge by score');
        return;
      case 'IndividualSplit':
        this.found.add('a split');
        return;
      case 'RecordsRetired':
        if (event.data.reason === 'omitted') this.found.add('an omission by a full file');
        if (event.data.reason === 'consent-refused') this.found.add('a refusal of consent that retires');
        if (event.data.reason === 'erased') this.found.add('an erased live record');
        return;
      case 'RecordsCarried':
        this.found.add('a record that is carried');
        return;
      case 'CarrierChanged':
        this.found.add('a record whose carrier changes');
        return;
      case 'LinkReferred': {
        const byScore = event.data.rule === this.#strategy.name;
        if (byScore) this.#referredByScore.add(event.data.referral);
        const shape = `a referral${byScore ? ' by score' : ''}: ${event.data.reason}`;
        if (isShape(shape)) this.found.add(shape);
        return;
      }
      case 'LinkReferralLapsed':
        if (this.#referredByScore.has(event.data.referral)) this.found.add('a referral by score that lapses');
        return;
      default:
        return;
    }
  }

  /** Looks for four files, each of which replaced the one before. */
  #lookAtChains(): void {
    const { specs } = this.#player;
    const links = new Map<SubmissionId, number>();
    // A file comes after the files that it supersedes.
    for (const [id, { supersedes = [] }] of specs)
      links.set(id, Math.max(0, ...supersedes.map((superseded) => 1 + (links.get(superseded) ?? 0))));
    if ([...links.values()].some((count) => count >= 3)) this.found.add('a chain of three supersessions');
  }

  /** Looks for a withdrawn file that had replaced one and had itself been replaced by another that is not withdrawn. */
  #lookAtWithdrawal(id: SubmissionId, withdrawnBefore: ReadonlySet<SubmissionId>): void {
    const { specs } = this.#player;
    const stands = (other: SubmissionId): boolean => !withdrawnBefore.has(other);
    const supersedes = (specs.get(id)?.supersedes ?? []).some(stands);
    const isSuperseded = [...specs].some(
      ([other, { supersedes: replaced = [] }]) => stands(other) && replaced.includes(id),
    );
    if (supersedes && isSuperseded) this.found.add('a withdrawal in the middle of a chain of supersessions');
  }

  #lookAtForce(): void {
    const live = this.#player.liveRecords();
    const { tokensWithoutForce } = partition(live, noConstraints, this.#player.world.options.strategy);
    const now = new Set(tokensWithoutForce.map(({ domain, token }) => `${domain} ${token}`));
    const holders = holdersIn(live);
    for (const token of now)
      if (holders.get(token)?.every((kind) => kind === 'fact') === true)
        this.found.add('a token without force that facts alone hold');
    for (const token of this.#withoutForce)
      if (!now.has(token) && holders.has(token)) this.found.add('a token that regains its force');
    this.#withoutForce = now;
  }

  #lookAtKeys(): void {
    const { pairs } = this.#strategy;
    if (pairs === undefined) return;
    const holders = new Map<string, number>();
    for (const record of this.#player.liveRecords())
      if (record.kind === 'person')
        for (const key of this.#strategy.tokensOf(record).keys ?? [])
          holders.set(key, (holders.get(key) ?? 0) + 1);
    const now = new Set(
      [...holders].filter(([, count]) => count > pairs.maxHoldersPerKey).map(([key]) => key),
    );
    if (now.size > 0) this.found.add('a crowded candidate key');
    for (const key of this.#crowded)
      if (!now.has(key) && holders.has(key)) this.found.add('a candidate key that ceases to be crowded');
    this.#crowded = now;
  }

  #lookAtPeople(people: ReadonlyMap<string, Person>): void {
    for (const { persons, facts } of people.values()) {
      const workforce = persons.has('practitioner') || persons.has('volunteer');
      if (persons.has('adult') && workforce) this.found.add('a person who is an adult and of the workforce');
      if (persons.size === 0 && facts.size > 1) this.found.add('an individual of facts alone with two roles');
    }
    for (const { kind, other } of this.#player.world.reader.relationships.values())
      if (kind === 'carer' && people.get(other)?.persons.size === 0)
        this.found.add('a carer who is known from facts alone');
  }

  /** @param lastOf for each record that was not live before the step, the individual that it was last in. */
  #lookAtReturns(
    before: ReadonlyMap<string, Person>,
    now: ReadonlyMap<string, Person>,
    lastOf: ReadonlyMap<RecordId, string>,
  ): void {
    for (const individual of now.keys())
      if (this.#lived.has(individual) && !before.has(individual))
        this.found.add('an individual that comes back');
    const restedWith = new Map<string, string>();
    for (const [record, { live, individual }] of this.#player.world.reader.records) {
      const last = lastOf.get(record);
      if (!live || individual === null || last === undefined) continue;
      if (before.has(last)) {
        if (individual !== last && !before.has(individual))
          this.found.add('a record that comes back apart from its individual');
        continue;
      }
      if (before.has(individual)) this.found.add('a record that comes back to another individual');
      else if ((restedWith.get(individual) ?? last) !== last)
        this.found.add('individuals without live records that come back as one');
      restedWith.set(individual, last);
    }
    for (const individual of now.keys()) this.#lived.add(individual);
  }

  #lookAtFamilies(before: ReadonlyMap<string, string>): void {
    const now = this.#programmeFamilies();
    const continuesIn = new Map<string, string>();
    for (const [individual, family] of before) {
      const after = now.get(individual);
      if (after === undefined) continue;
      if ((continuesIn.get(family) ?? after) !== after) this.found.add('a family that parts in two');
      continuesIn.set(family, after);
    }
  }

  /** For each individual, the roles of its live records. */
  #peopleNow(): ReadonlyMap<string, Person> {
    const people = new Map<string, Person>();
    for (const { live, individual, kind, role } of this.#player.world.reader.records.values()) {
      if (!live || individual === null) continue;
      const person = people.get(individual) ?? { persons: new Set(), facts: new Set() };
      people.set(individual, person);
      (kind === 'person' ? person.persons : person.facts).add(role);
    }
    return people;
  }

  #programmeFamilies(): ReadonlyMap<string, string> {
    const familyOf = new Map<string, string>();
    for (const [family, { scope, members }] of this.#player.world.reader.families)
      if (scope === 'programme') for (const individual of members) familyOf.set(individual, family);
    return familyOf;
  }
}

interface Person {
  readonly persons: Set<string>;
  readonly facts: Set<string>;
}

/** For each token, the kinds of the live records that hold it as their own. */
function holdersIn(live: readonly LiveRecord[]): ReadonlyMap<string, LiveRecord['kind'][]> {
  const holders = new Map<string, LiveRecord['kind'][]>();
  for (const { kind, tokens } of live) {
    if (kind === 'impersonal') continue;
    for (const { domain, token, use } of tokens) {
      if (use !== 'identity') continue;
      const kinds = holders.get(`${domain} ${token}`) ?? [];
      holders.set(`${domain} ${token}`, kinds);
      kinds.push(kind);
    }
  }
  return holders;
}

const isShape = (text: string): text is Shape =>
  ([...shapes, ...shapesOfScores] as readonly string[]).includes(text);
