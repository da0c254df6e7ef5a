import type { Role } from '@kinledger/contracts';
import type { ContactHistory, Contacts } from './contacts.js';
import type { Community } from './demographics.js';
import { backgrounds, childGender, childrenPerHousehold } from './demographics.js';
import type { Day } from './days.js';
import type { Names } from './names.js';
import { Random } from './random.js';
import type { Weighted } from './random.js';

export type Relationship = 'mother' | 'father' | 'grandparent' | 'other-carer';

export interface Person {
  /** Number in the programme, from 0. */
  readonly number: number;
  readonly role: Exclude<Role, 'none'>;
  readonly firstName: string;
  readonly surname: string;
  /** After a marriage, or once a child’s parents agree on another one; the first surname if it stays. */
  readonly laterSurname: string;
  /** First quarter with the later surname; Infinity if it stays. */
  readonly surnameChanges: number;
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
  /** First and last quarter in the area of the programme’s services: a family may move in from elsewhere, or away. */
  readonly arrives: number;
  readonly leaves: number;
  /** Where the second carer lives, if apart from the first. */
  readonly apart: Address | undefined;
  /** Whether a grandparent’s mobile is given for the children, and whose: grandparents of several families share one. */
  readonly grandparentPhone: number | undefined;
  /** The expected birth of a child who is not born when the quarters end. */
  readonly expecting: Day | undefined;
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

const TWO_CARERS = 0.44;
const GRANDPARENT_CARES = 0.05;
const SHARED_EMAIL = 0.08;
/** Share of families with a second carer who is a step-parent. */
const STEP_PARENT = 0.1;
/** Share of families whose second carer lives elsewhere. */
const LIVES_APART = 0.12;
const GRANDPARENT_PHONE = 0.05;
/** Families of so many consecutive numbers have the same grandparents. */
const FAMILIES_OF_GRANDPARENTS = 3;
/** Share of families without a small child that expect one. */
const EXPECTING = 0.6;
const PREGNANCY = 280;
/** Share of families with siblings whose two youngest are twins. */
const TWINS = 0.06;
const IDENTICAL_TWINS = 0.4;
/** Share of same-gender twins with similar names: a known weakness of the child key. */
const TWINS_NAMED_ALIKE = 0.15;
const MOVES = 0.012;
/** Of families that move, share of those who come into the area, and of those who leave it. */
const MOVES_IN = 0.2;
const MOVES_AWAY = 0.25;
/** The other families live outside the area but use its services. */
const SHARE_IN_AREA = 0.93;
/** Chances of another surname per person and quarter: of women, and of children. */
const WOMAN_MARRIES = 0.004;
const CHILD_RENAMED = 0.002;
const DOUBLE_SURNAME = 0.06;

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
    const inArea = random.chance(SHARE_IN_AREA);
    const home = random.pick(inArea ? this.#inside : this.#outside);
    const background = random.weighted(backgrounds);
    const language = random.pick(background.carers[0].languages);
    const childCount = random.weighted(childrenPerHousehold);
    const expects = random.chance(EXPECTING);
    const due = this.#timeline.ends + random.below(PREGNANCY);
    const births = this.#birthsOf(random, childCount);
    const firstBirth = births[0] ?? due;

    let next = firstPerson;
    const carers = this.#carersOf(random, background.carers, language, firstBirth, next);
    next += carers.length;
    const [first, second] = carers;
    const stepParent = second?.relationship === 'other-carer';
    const double = random.chance(DOUBLE_SURNAME);
    const mothers = random.chance(0.45);
    const absent = background.carers[1].names.surname(random);
    const surnameOf = (child: number): string => {
      if (second === undefined) return mothers ? first.surname : absent;
      // Children of an earlier couple keep its name; the youngest of a step-family may be of the new one.
      if (stepParent) return child === childCount - 1 && childCount > 1 ? second.surname : absent;
      if (double && first.surname !== second.surname) return `${first.surname}-${second.surname}`;
      return mothers ? first.surname : second.surname;
    };

    const twins = childCount > 1 && random.chance(TWINS);
    const identical = random.chance(IDENTICAL_TWINS);
    const namedAlike = random.chance(TWINS_NAMED_ALIKE);
    const children: Person[] = [];
    for (let child = 0; child < childCount; child++) {
      const elder = children.at(-1);
      const isTwin = twins && child === childCount - 1 && elder !== undefined;
      const gender = isTwin && identical ? elder.gender : random.weighted(childGender);
      const { names } = random.pick(background.carers);
      const firstName = childName(random, gender, names, children, isTwin && namedAlike ? elder : undefined);
      const born = isTwin ? elder.born : (births[child] ?? firstBirth);
      const community = { ...background.carers[0], ethnicity: background.children };
      children.push(
        this.#person(random, {
          ...{ number: next + child, role: 'child', community, language, gender, firstName, born },
          surname: isTwin ? elder.surname : surnameOf(child),
          // A child gets the mother’s name, if it was another’s.
          laterSurname: first.surname,
          renamed: CHILD_RENAMED,
        }),
      );
    }

    const apart = second !== undefined && !stepParent && random.chance(LIVES_APART);
    const grandparentPhone = random.chance(GRANDPARENT_PHONE);
    return {
      number,
      decile: home.decile,
      ...this.#residence(random, home),
      apart: apart ? addressIn(random, random.pick(this.#alike.get(home.decile) ?? [home])) : undefined,
      grandparentPhone: grandparentPhone ? Math.floor(number / FAMILIES_OF_GRANDPARENTS) : undefined,
      expecting: childCount === 0 && expects ? due : undefined,
      carers,
      children,
      loneParent: carers.length === 1,
    };
  }

  /** Where a household lives, and from when to when in the area. */
  #residence(
    random: Random,
    home: Neighbourhood,
  ): Pick<Household, 'address' | 'laterAddress' | 'moves' | 'arrives' | 'leaves'> {
    const { quarters } = this.#timeline;
    // Families move within their decile, which keeps the truth by decile simple.
    const alike = this.#alike.get(home.decile) ?? [home];
    const elsewhere = alike.filter(({ inArea }) => !inArea);
    const moves = random.chance(MOVES * quarters);
    const moved = 1 + random.below(Math.max(quarters - 1, 1));
    const kind = random.unit();
    const address = addressIn(random, home);
    const other = addressIn(random, random.pick(alike));
    const outside = elsewhere.length === 0 ? other : addressIn(random, random.pick(elsewhere));
    const stays = { address, laterAddress: other, moves: Infinity, arrives: 0, leaves: Infinity };
    if (!moves) return stays;
    if (kind < MOVES_IN)
      return { ...stays, address: outside, laterAddress: address, moves: moved, arrives: moved };
    if (kind < MOVES_IN + MOVES_AWAY) return { ...stays, laterAddress: outside, moves: moved, leaves: moved };
    return { ...stays, moves: moved };
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
    [own, others]: readonly [Community, Community],
    language: string,
    firstBirth: Day,
    next: number,
  ): readonly [Person, ...Person[]] {
    const grandparent = random.chance(GRANDPARENT_CARES);
    const two = random.chance(TWO_CARERS);
    const sameGender = random.chance(0.03);
    const sharesEmail = random.chance(SHARED_EMAIL);
    const stepParent = random.chance(STEP_PARENT) && !grandparent;
    const oneSurname = random.chance(0.5) && !stepParent;
    const firstGender = grandparent || random.chance(0.94) ? 'F' : 'M';
    const born =
      firstBirth -
      YEAR * (grandparent ? random.between(44, 66) : random.between(17, 42)) -
      random.below(YEAR);
    const partnersSurname = others.names.surname(random);
    const first = this.#person(random, {
      ...{ number: next, role: 'adult', community: own, language, gender: firstGender, born },
      firstName: random.weighted(firstGender === 'F' ? own.names.women : own.names.men),
      surname: own.names.surname(random),
      laterSurname: partnersSurname,
      renamed: firstGender === 'F' ? WOMAN_MARRIES : 0,
      relationship: relationshipOf(grandparent, firstGender),
    });
    if (!two) return [first];
    const gender = sameGender ? firstGender : firstGender === 'F' ? 'M' : 'F';
    const second = this.#person(random, {
      ...{ number: next + 1, role: 'adult', community: others, language, gender },
      born: born + random.between(-6 * YEAR, 4 * YEAR),
      firstName: random.weighted(gender === 'F' ? others.names.women : others.names.men),
      surname: oneSurname ? first.surname : partnersSurname,
      laterSurname: first.surname,
      renamed: 0,
      relationship: stepParent ? 'other-carer' : relationshipOf(grandparent, gender),
      mailbox: sharesEmail ? first : undefined,
    });
    return [first, second];
  }

  #person(
    random: Random,
    {
      community,
      language,
      renamed,
      ...given
    }: Pick<Person, 'number' | 'role' | 'gender' | 'firstName' | 'surname' | 'laterSurname' | 'born'> &
      Partial<Pick<Person, 'relationship' | 'mailbox'>> & {
        readonly community: Community;
        readonly language: string;
        /** Chance of the later surname per quarter. */
        readonly renamed: number;
      },
  ): Person {
    const { quarters } = this.#timeline;
    const country = random.pick(community.countries);
    const changes = random.chance(renamed * quarters);
    const quarter = 1 + random.below(Math.max(quarters - 1, 1));
    return {
      relationship: undefined,
      mailbox: undefined,
      ...given,
      surnameChanges: changes && given.laterSurname !== given.surname ? quarter : Infinity,
      ethnicity: community.ethnicity,
      homeLanguage: random.chance(0.95) ? language : 'english',
      // Most small children were born in the United Kingdom, wherever their parents are from.
      countryOfOrigin: given.role === 'child' && random.chance(0.9) ? 'GB' : country,
      disability: random.chance(0.06) ? 'yes' : 'no',
      specialEducationalNeeds: random.chance(0.93) ? 'none' : random.chance(0.8) ? 'sen-support' : 'ehc-plan',
      contacts: this.#contacts.historyOf(given.number),
    };
  }

  /** An adult who works in a service and belongs to no family of the programme. */
  worker(number: number, role: 'practitioner' | 'volunteer'): { person: Person; home: Household } {
    const random = this.#random.at('staff', number);
    const [community] = random.weighted(backgrounds).carers;
    const gender = random.chance(0.8) ? 'F' : 'M';
    const home = random.pick(this.#inside);
    const person = this.#person(random, {
      ...{ number, role, community, gender, language: community.languages[0] ?? 'english' },
      born: this.#timeline.starts - YEAR * random.between(20, 62) - random.below(YEAR),
      firstName: random.weighted(gender === 'F' ? community.names.women : community.names.men),
      surname: community.names.surname(random),
      laterSurname: '',
      renamed: 0,
    });
    const address = addressIn(random, home);
    return {
      person,
      home: {
        number: -1,
        decile: home.decile,
        address,
        laterAddress: address,
        moves: Infinity,
        arrives: 0,
        leaves: Infinity,
        apart: undefined,
        grandparentPhone: undefined,
        expecting: undefined,
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

const relationshipOf = (grandparent: boolean, gender: 'F' | 'M'): Relationship =>
  grandparent ? 'grandparent' : gender === 'F' ? 'mother' : 'father';

/** A name that no sibling has; if a twin’s name is given, with the same first three letters. */
function childName(
  random: Random,
  gender: Person['gender'],
  { girls, boys }: Names,
  siblings: readonly Person[],
  like?: Person,
): string {
  const isGirl = random.chance(0.5);
  const names: Weighted<string> = gender === 'F' || (gender === 'X' && isGirl) ? girls : boys;
  const free = (name: string) => siblings.every(({ firstName }) => firstName !== name);
  if (like !== undefined) {
    const start = like.firstName.slice(0, 3);
    const alike = names.entries.find(([name]) => free(name) && name.startsWith(start))?.[0];
    return alike ?? `${start}${random.pick(['ia', 'en', 'is', 'ana'])}`;
  }
  let name = random.weighted(names);
  while (!free(name)) name = random.weighted(names);
  return name;
}
