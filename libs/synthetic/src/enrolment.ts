import { difficulty, drawFaults, type DataProfile } from './case-faults.js';
import type { Day } from './days.js';
import { SHARE_WITHOUT_SERVICE, servicesPerHousehold } from './demographics.js';
import { SERVICES_AT_MOST, type Case } from './held-case.js';
import type { Household, Person } from './household.js';
import type { Plan, ServicePlan } from './plan.js';
import { Random, weighted } from './random.js';
import type { Weighted } from './random.js';
import { ADMINISTRATIVE_COVER } from './service-profile.js';

/** A family’s time in a service, or in an administrative source. */
export interface Enrolment {
  readonly plan: ServicePlan;
  /** First and last quarter, inclusive. */
  readonly from: number;
  readonly to: number;
  readonly members: readonly Member[];
}

export interface Member {
  /** Place in the household: carers first, then children. */
  readonly place: number;
  readonly case: Case;
  /** First quarter whose file names the member. */
  readonly joins: number;
  readonly consents: boolean;
}

/** Days after birth before a child is registered anywhere. */
const REGISTERED_AFTER = 12;
/** Days before a birth on which the mother is booked. */
const BOOKED_BEFORE = 210;
/** Maximum days before the first quarter since which an administrative source has known people. */
const KNOWN_BEFORE = 500;
/** Share of families in which the second carer brings the children. */
const SECOND_CARER_BRINGS = 0.12;
/** Share of unborn children whom a service registers together with their mother. */
const UNBORN_REGISTERED = 0.3;
/** Days before a birth from which on a service may know of it. */
const KNOWN_PREGNANCY = 200;
/** How much likelier the most deprived tenth is to use a targeted service, and how much less every next one. */
const TARGETED_MOST = 1.6;
const TARGETED_LESS = 0.12;

/** Decides which services a household uses, when, and which members take part. */
export class Enrolments {
  readonly #random: Random;
  readonly #caseRandom: Random;
  readonly #administrative: readonly ServicePlan[];
  readonly #open: readonly ServicePlan[];
  /** Choice of services by tenth of deprivation. */
  readonly #choices: readonly Weighted<ServicePlan>[];
  /** Last case number, by service. */
  readonly #caseNumbers: number[];
  readonly #plan: Plan;
  readonly #protectedPostcode: string | undefined;
  readonly #profile: DataProfile;

  constructor(root: Uint32Array, plan: Plan, protectedPostcode: string | undefined, profile: DataProfile) {
    this.#plan = plan;
    this.#profile = profile;
    this.#protectedPostcode = protectedPostcode;
    this.#random = new Random(root);
    this.#caseRandom = new Random(root);
    if (plan.services.length > SERVICES_AT_MOST) throw new RangeError(`at most ${SERVICES_AT_MOST} services`);
    this.#administrative = plan.services.filter(({ service, user }) => service.administrative && user);
    this.#open = plan.services.filter(
      ({ service, user, engagement }) => !service.administrative && (user ?? engagement) !== undefined,
    );
    const appeal = ({ profile: { popularity }, service }: ServicePlan, decile: number) =>
      popularity * (service.offer === 'targeted' ? TARGETED_MOST - (decile - 1) * TARGETED_LESS : 1);
    this.#choices =
      this.#open.length === 0
        ? []
        : Array.from({ length: 10 }, (_, index) =>
            weighted(...this.#open.map((open) => [open, appeal(open, index + 1)] as const)),
          );
    this.#caseNumbers = plan.services.map(() => 0);
  }

  of(household: Household): readonly Enrolment[] {
    const random = this.#random.at('enrolment', household.number);
    const enrolments = this.#administrative.flatMap((source) => this.#known(random, source, household) ?? []);
    const uses = !random.chance(SHARE_WITHOUT_SERVICE);
    const wanted = random.weighted(servicesPerHousehold);
    const choice = this.#choices[household.decile - 1];
    if (!uses || !choice) return enrolments;
    const chosen = new Set<ServicePlan>();
    while (chosen.size < Math.min(wanted, this.#open.length)) chosen.add(random.weighted(choice));
    for (const service of chosen) {
      const enrolment = this.#enrolment(random, service, household);
      if (enrolment) enrolments.push(enrolment);
    }
    return enrolments;
  }

  /** The case of a person who works in a service. */
  workerCase(service: ServicePlan, person: Person, home: Household, registered: Day): Case {
    return this.#case(service, person, person, home, registered);
  }

  /** A case in a source of outcomes, which has its own case numbers. */
  outcomeCase(source: ServicePlan, child: Person, household: Household, registered: Day): Case {
    return this.#case(source, child, household.carers[0], household, registered);
  }

  /** A family’s time in an administrative source; undefined for one that it does not cover. */
  #known(random: Random, source: ServicePlan, household: Household): Enrolment | undefined {
    const covered = random.chance(ADMINISTRATIVE_COVER);
    switch (source.profile.covers) {
      case 'families':
        return covered ? this.#administrativeEnrolment(random, source, household) : undefined;
      case 'users':
        return random.chance(source.profile.share) ? this.#enrolment(random, source, household) : undefined;
      case 'births':
        return covered ? this.#pregnancy(source, household) : undefined;
    }
  }

  /** The mother of children born in the quarters, from her booking on, with these children. */
  #pregnancy(plan: ServicePlan, household: Household): Enrolment | undefined {
    const mother = household.carers.find(({ relationship }) => relationship === 'mother');
    const starts = this.#plan.quarters[0]?.starts ?? 0;
    const babies = household.children.filter(({ born }) => born >= starts);
    const births = [
      ...babies.map(({ born }) => born),
      ...(household.expecting === undefined ? [] : [household.expecting]),
    ];
    if (mother === undefined || births.length === 0) return undefined;
    // Who moves in during a pregnancy is booked again.
    const booked = Math.max(Math.min(...births) - BOOKED_BEFORE, this.#arrivalOf(household));
    const people = [
      { person: mother, place: household.carers.indexOf(mother), registered: booked },
      ...babies.map((person) => ({
        person,
        place: household.carers.length + household.children.indexOf(person),
        registered: Math.max(person.born, this.#arrivalOf(household)),
      })),
    ];
    const last = this.#lastOf(household);
    const from = this.#quarterOf(booked);
    return { plan, from, to: last, members: this.#members(plan, people, mother, household, from, last) };
  }

  #administrativeEnrolment(random: Random, plan: ServicePlan, household: Household): Enrolment | undefined {
    const [carer] = household.carers;
    const first = this.#plan.quarters[0]?.starts ?? 0;
    const before = first - random.below(KNOWN_BEFORE);
    if (household.children.length === 0) return undefined;
    const known = Math.max(before, this.#arrivalOf(household));
    const born = Math.min(...household.children.map((child) => child.born));
    const people = [
      { person: carer, place: 0, registered: Math.max(known, born) },
      ...household.children.map((person, index) => ({
        person,
        place: household.carers.length + index,
        registered: Math.max(known, person.born + REGISTERED_AFTER),
      })),
    ];
    const from = household.arrives;
    const last = this.#lastOf(household);
    return { plan, from, to: last, members: this.#members(plan, people, carer, household, from, last) };
  }

  #enrolment(random: Random, plan: ServicePlan, household: Household): Enrolment | undefined {
    const { profile } = plan;
    const last = this.#lastOf(household);
    const starts = Math.min(household.arrives + random.below(this.#plan.quarters.length), last);
    const stays = random.weighted(profile.quarters);
    const second = household.carers[1];
    const brings = second !== undefined && random.chance(SECOND_CARER_BRINGS) ? second : household.carers[0];
    const bothCome = random.chance(profile.secondCarer);
    const offset = random.unit();

    const born = Math.min(...household.children.map((child) => child.born)) + REGISTERED_AFTER;
    // Children cannot attend before they are born; their carers can.
    const from = profile.participants === 'children' ? Math.max(starts, this.#quarterOf(born)) : starts;
    const quarter = this.#plan.quarters[from];
    if (!quarter) return undefined;
    const to = Math.min(from + stays - 1, last);
    if (to < from) return undefined;
    const registered = quarter.starts + Math.floor(offset * 45);

    const carers = profile.participants === 'children' ? [] : bothCome ? household.carers : [brings];
    const children = profile.participants === 'carer' ? [] : household.children;
    const people = [
      ...carers.map((person) => ({ person, place: household.carers.indexOf(person), registered })),
      ...children.map((person, index) => {
        const withMother = random.chance(UNBORN_REGISTERED) && carers.length > 0;
        const soon = person.born > registered && person.born - registered < KNOWN_PREGNANCY;
        return {
          person,
          place: household.carers.length + index,
          registered: withMother && soon ? registered : Math.max(registered, person.born + REGISTERED_AFTER),
        };
      }),
    ];
    return { plan, from, to, members: this.#members(plan, people, brings, household, from, to) };
  }

  #members(
    plan: ServicePlan,
    people: readonly { person: Person; place: number; registered: Day }[],
    carer: Person,
    household: Household,
    from: number,
    to: number,
  ): readonly Member[] {
    return people.flatMap(({ person, place, registered }) => {
      const joins = Math.max(this.#quarterOf(registered), from);
      if (joins > to) return [];
      const held = this.#case(plan, person, carer, household, registered);
      return [{ place, case: held, joins, consents: held.faults.consent === 'given' }];
    });
  }

  #case(plan: ServicePlan, person: Person, carer: Person, household: Household, registered: Day): Case {
    const random = this.#caseRandom.at('case', person.number * SERVICES_AT_MOST + plan.index);
    const scale = difficulty(this.#profile, {
      decile: household.decile,
      ethnicity: carer.ethnicity,
      provider: plan.style.dialect,
    });
    const faults = drawFaults(random, scale, plan.style.spreadsheet, this.#plan.quarters.length);
    const serial = (this.#caseNumbers[plan.index] ?? 0) + 1;
    this.#caseNumbers[plan.index] = serial;
    return {
      caseNumber: `${plan.prefix}${String(serial).padStart(5, '0')}`,
      person,
      carer,
      household,
      registered,
      faults,
      difficulty: scale,
      style: plan.style,
      service: plan.index,
      protectedPostcode: plan.profile.atRisk ? this.#protectedPostcode : undefined,
    };
  }

  /** The first day in the area; -Infinity for a household that has always lived there. */
  #arrivalOf({ arrives }: Household): Day {
    return arrives === 0 ? -Infinity : (this.#plan.quarters[arrives]?.starts ?? -Infinity);
  }

  /** The last quarter in which a household lives in the area. */
  #lastOf({ leaves }: Household): number {
    return Math.min(leaves, this.#plan.quarters.length - 1);
  }

  /** The quarter of a day; 0 for days before, the number of quarters for days after. */
  #quarterOf(day: Day): number {
    const index = this.#plan.quarters.findIndex(({ ends }) => day < ends);
    return index < 0 ? this.#plan.quarters.length : index;
  }
}
