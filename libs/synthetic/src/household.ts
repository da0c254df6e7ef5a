import type { Role } from '@kinledger/contracts';
import type { ContactHistory, Contacts } from './contacts.js';
import type { Background } from './demographics.js';
import { backgrounds, childGender, childrenPerHousehold } from './demographics.js';
import type { Day } from './days.js';
import { boys, girls, surnames } from './names.js';
import { Random } from './random.js';

export type Relationship = 'mother' | 'father' | 'grandparent' | 'other-carer';

export interface Person {
  /** Number in the programme, from 0. */
  readonly number: number;
  readonly role: Exclude<Role, 'none'>;
  readonly firstName: string;
  readonly surname: string;
  readonly gender: 'F' | 'M' | 'X';
  readonly born: Day;
  readonly relationship: Relationship | undefined;
  readonly ethnicity: string;
  readonly homeLanguage: string;
  readonly countryOfOrigin: string;
  readonly disability: 'yes' | 'no';
  readonly specialEducationalNeeds: 'none' | 'sen-support' | 'ehc-plan';
  readonly contacts: ContactHistory;
  /** Whose email this person gives: their own, or the other carer’s if a couple shares one. */
  readonly mailbox: Person | undefined;
}

/** An area, its deprivation decile and its postcodes. */
export interface Neighbourhood {
  readonly lsoa: string;
  readonly decile: number;
  readonly inArea: boolean;
  readonly postcodes: readonly string[];
}

export interface Address {
  readonly postcode: string;
  readonly lsoa: string;
}

/** People who live together; a family in the truth. */
export interface Household {
  readonly number: number;
  readonly decile: number;
  readonly address: Address;
  /** Address after a move; the first address if the household does not move. */
  readonly laterAddress: Address;
  /** First quarter at the later address; Infinity if they stay. */
  readonly moves: number;
  readonly carers: readonly [Person, ...Person[]];
  readonly children: readonly Person[];
  readonly loneParent: boolean;
}

/** Days of the programme that determine a household’s history. */
export interface Timeline {
  readonly quarters: number;
  readonly starts: Day;
  readonly ends: Day;
}

const YEAR = 365;
/** Children are at most six when the last quarter ends; the oldest have been assessed at school. */
const OLDEST_CHILD = 6 * YEAR;

const TWO_CARERS = 0.58;
const GRANDPARENT_CARES = 0.05;
const SHARED_EMAIL = 0.08;
const TWINS = 0.04;
const IDENTICAL_TWINS = 0.4;
/** Share of same-gender twins with similar names: a known weakness of the child key. */
const TWINS_NAMED_ALIKE = 0.15;
const MOVES = 0.012;
/** The other families live outside the area but use its services. */
const SHARE_IN_AREA = 0.93;

/** Generates households by number, independently of one another. People are numbered from `firstPerson`. */
export class Households {
  readonly #random: Random;
  readonly #inside: readonly Neighbourhood[];
  readonly #outside: readonly Neighbourhood[];
  /** Neighbourhoods by decile. */
  readonly #alike: ReadonlyMap<number, readonly Neighbourhood[]>;
  readonly #contacts: Contacts;
  readonly #timeline: Timeline;

  constructor(
    root: Uint32Array,
    contacts: Contacts,
    neighbourhoods: readonly Neighbourhood[],
    timeline: Timeline,
  ) {
    this.#contacts = contacts;
    this.#timeline = timeline;
    this.#random = new Random(root);
    const inside = neighbourhoods.filter(({ inArea }) => inArea);
    const outside = neighbourhoods.filter(({ inArea }) => !inArea);
    this.#inside = inside.length > 0 ? inside : neighbourhoods;
    this.#outside = outside.length > 0 ? outside : neighbourhoods;
    this.#alike = Map.groupBy(neighbourhoods, ({ decile }) => decile);
  }

  at(number: number, firstPerson: number): Household {
    const random = this.#random.at('household', number);
    const home = random.pick(random.chance(SHARE_IN_AREA) ? this.#inside : this.#outside);
    const background = random.weighted(backgrounds);
    const surname = random.pick(surnames);
    const childCount = random.weighted(childrenPerHousehold);
    const births = this.#birthsOf(random, childCount);
    const firstBirth = Math.min(...births);

    let next = firstPerson;
    const carers = this.#carersOf(random, background, surname, firstBirth, next);
    next += carers.length;

    const twins = childCount > 1 && random.chance(TWINS);
    const identical = random.chance(IDENTICAL_TWINS);
    const namedAlike = random.chance(TWINS_NAMED_ALIKE);
    const children: Person[] = [];
    for (let child = 0; child < childCount; child++) {
      const elder = children.at(-1);
      const isTwin = twins && child === childCount - 1 && elder !== undefined;
      const gender = isTwin && identical ? elder.gender : random.weighted(childGender);
      const firstName = childName(random, gender, children, isTwin && namedAlike ? elder : undefined);
      const born = isTwin ? elder.born : (births[child] ?? firstBirth);
      const own = this.#person(random, next + child, 'child', background, surname, gender, firstName, born);
      children.push(own);
    }

    const moves = random.chance(MOVES * this.#timeline.quarters);
    const movedIn = 1 + random.below(Math.max(this.#timeline.quarters - 1, 1));
    const address = addressIn(random, home);
    return {
      number,
      decile: home.decile,
      address,
      // Families move within their decile, which keeps the truth by decile simple.
      laterAddress: addressIn(random, random.pick(this.#alike.get(home.decile) ?? [home])),
      moves: moves ? movedIn : Infinity,
      carers,
      children,
      loneParent: carers.length === 1,
    };
  }

  #birthsOf(random: Random, count: number): readonly Day[] {
    const births: Day[] = [];
    let born = this.#timeline.ends - 1 - random.below(OLDEST_CHILD);
    for (let child = 0; child < count; child++) {
      births.push(born);
      // Siblings are at least a year apart; one that would be born too late is made older instead.
      born += YEAR + random.below(2 * YEAR);
      if (born >= this.#timeline.ends) born = Math.min(...births) - YEAR - random.below(YEAR);
    }
    return births.sort((left, right) => left - right);
  }

  #carersOf(
    random: Random,
    background: Background,
    surname: string,
    firstBirth: Day,
    next: number,
  ): readonly [Person, ...Person[]] {
    const grandparent = random.chance(GRANDPARENT_CARES);
    const two = random.chance(TWO_CARERS);
    const sameGender = random.chance(0.03);
    const sharesEmail = random.chance(SHARED_EMAIL);
    const firstGender = grandparent || random.chance(0.94) ? 'F' : 'M';
    const born =
      firstBirth -
      YEAR * (grandparent ? random.between(44, 66) : random.between(17, 42)) -
      random.below(YEAR);
    const first = this.#person(
      random,
      next,
      'adult',
      background,
      surname,
      firstGender,
      random.pick(firstGender === 'F' ? girls : boys),
      born,
      grandparent ? 'grandparent' : firstGender === 'F' ? 'mother' : 'father',
    );
    if (!two) return [first];
    const secondGender = sameGender ? firstGender : firstGender === 'F' ? 'M' : 'F';
    const secondSurname = random.chance(0.5) ? surname : random.pick(surnames);
    const second = this.#person(
      random,
      next + 1,
      'adult',
      background,
      secondSurname,
      secondGender,
      random.pick(secondGender === 'F' ? girls : boys),
      born + random.between(-6 * YEAR, 4 * YEAR),
      grandparent ? 'grandparent' : secondGender === 'F' ? 'mother' : 'father',
      sharesEmail ? first : undefined,
    );
    return [first, second];
  }

  #person(
    random: Random,
    number: number,
    role: Person['role'],
    background: Background,
    surname: string,
    gender: Person['gender'],
    firstName: string,
    born: Day,
    relationship?: Relationship,
    mailbox?: Person,
  ): Person {
    const country = random.pick(background.countries);
    return {
      number,
      role,
      firstName,
      surname,
      gender,
      born,
      relationship,
      ethnicity: background.ethnicity,
      homeLanguage:
        background.languages[number % 2 === 0 ? 0 : random.below(background.languages.length)] ?? 'english',
      // Most small children were born in the United Kingdom, wherever their parents are from.
      countryOfOrigin: role === 'child' && random.chance(0.9) ? 'GB' : country,
      disability: random.chance(0.06) ? 'yes' : 'no',
      specialEducationalNeeds: random.chance(0.93) ? 'none' : random.chance(0.8) ? 'sen-support' : 'ehc-plan',
      contacts: this.#contacts.historyOf(number),
      mailbox,
    };
  }

  /** An adult who works in a service and belongs to no family of the programme. */
  worker(number: number, role: 'practitioner' | 'volunteer'): { person: Person; home: Household } {
    const random = this.#random.at('staff', number);
    const background = random.weighted(backgrounds);
    const gender = random.chance(0.8) ? 'F' : 'M';
    const home = random.pick(this.#inside);
    const born = this.#timeline.starts - YEAR * random.between(20, 62) - random.below(YEAR);
    const name = random.pick(gender === 'F' ? girls : boys);
    const person = this.#person(random, number, role, background, random.pick(surnames), gender, name, born);
    const address = addressIn(random, home);
    return {
      person,
      home: {
        number: -1,
        decile: home.decile,
        address,
        laterAddress: address,
        moves: Infinity,
        carers: [person],
        children: [],
        loneParent: false,
      },
    };
  }
}

const addressIn = (random: Random, { lsoa, postcodes }: Neighbourhood): Address => ({
  postcode: random.pick(postcodes),
  lsoa,
});

/** A name that no sibling has; if a twin’s name is given, with the same first three letters. */
function childName(
  random: Random,
  gender: Person['gender'],
  siblings: readonly Person[],
  like?: Person,
): string {
  const names = gender === 'F' ? girls : gender === 'M' ? boys : random.chance(0.5) ? girls : boys;
  const free = (name: string) => siblings.every(({ firstName }) => firstName !== name);
  if (like !== undefined) {
    const start = like.firstName.slice(0, 3);
    const alike = names.find((name) => free(name) && name.startsWith(start));
    return alike ?? `${start}${random.pick(['ia', 'en', 'is', 'ana'])}`;
  }
  let name = random.pick(names);
  while (!free(name)) name = random.pick(names);
  return name;
}
