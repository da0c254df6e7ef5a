import { Random } from './random.js';

/** Limited by the NHS numbers of the range 999, which is reserved for tests and never issued. */
export const MAX_PEOPLE = 900_000;

const domains = ['example.org', 'example.net', 'example.com'] as const;

/** Ofcom reserves 07700 900000 to 900999 for drama; the last hundred are centres’ own phones. */
const DRAMA_NUMBERS = 900;
const FIRST_CENTRE_NUMBER = 900;
/** Beyond the two mobiles of every person. */
const GRANDPARENTS_FROM = 2 * MAX_PEOPLE;

/** When a person’s contacts change. */
export interface ContactHistory {
  /** First quarter with the second email address; Infinity if there is only one. */
  readonly emailChanges: number;
  /** First quarter with the second mobile; Infinity if there is only one. */
  readonly mobileChanges: number;
  /** The person whose first mobile this person has taken over, before the first quarter. */
  readonly recycledFrom: number | undefined;
}

/** Chances per person and quarter. */
const EMAIL_CHANGES = 0.008;
const MOBILE_CHANGES = 0.015;
/** Share of people with a recycled mobile number. */
const MOBILE_RECYCLED = 0.006;

/** The contacts of any person by number, computed independently of other people. */
export class Contacts {
  readonly #random: Random;
  readonly #nhsNumbers = testNhsNumbers();
  readonly #quarters: number;

  constructor(root: Uint32Array, quarters: number) {
    this.#quarters = quarters;
    this.#random = new Random(root);
  }

  historyOf(person: number): ContactHistory {
    const random = this.#random.at('contact', person);
    const changeOf = (rate: number) => {
      const changes = random.chance(rate * this.#quarters);
      const quarter = 1 + random.below(Math.max(this.#quarters - 1, 1));
      return changes ? quarter : Infinity;
    };
    const emailChanges = changeOf(EMAIL_CHANGES);
    const mobileChanges = changeOf(MOBILE_CHANGES);
    const recycled = random.chance(MOBILE_RECYCLED);
    const earlier = person - 1 - random.below(200);
    return { emailChanges, mobileChanges, recycledFrom: recycled && earlier >= 0 ? earlier : undefined };
  }

  /** An email address that no other person has. */
  emailOf(person: number, firstName: string, surname: string, changed: boolean): string {
    const domain = domains[(person + (changed ? 1 : 0)) % domains.length] ?? domains[0];
    const first = addressPart(firstName);
    return changed
      ? `${first}${person}.new@${domain}`
      : `${first}.${addressPart(surname)}${person}@${domain}`;
  }

  /**
   * A mobile in national form. When the drama numbers are used up, it is from 0769, which the United Kingdom’s
   * numbering plan assigns to radiopaging: valid as a mobile, but not a subscriber’s.
   */
  mobileOf(person: number, changed: boolean): string {
    const index = person * 2 + (changed ? 1 : 0);
    return index < DRAMA_NUMBERS ? `07700900${digits(index, 3)}` : `0769${digits(index, 7)}`;
  }

  /** The mobile of grandparents who are in no file. */
  grandparentMobileOf(family: number): string {
    return `0769${digits(GRANDPARENTS_FROM + family, 7)}`;
  }

  /** The phone of a service’s office, which is on many rows. */
  centreMobileOf(service: number): string {
    return `07700900${FIRST_CENTRE_NUMBER + (service % 100)}`;
  }

  /** Ten digits that pass the modulus 11 check; their order is unrelated to the person’s number. */
  nhsNumberOf(person: number): string {
    // 700,001 is a prime that does not divide the list’s length, so each person has a different number.
    const stem = this.#nhsNumbers[(person * 700_001) % this.#nhsNumbers.length] ?? 0;
    return String(stem);
  }
}

/**
 * All valid numbers 999 nnn nnnn: 9 digits and the check digit. If the check digit would be ten, there is no number.
 */
function testNhsNumbers(): readonly number[] {
  const numbers: number[] = [];
  for (let serial = 0; serial < 1_000_000; serial++) {
    let sum = 9 * (10 + 9 + 8);
    let rest = serial;
    for (let weight = 2; weight <= 7; weight++) {
      sum += (rest % 10) * weight;
      rest = Math.floor(rest / 10);
    }
    const check = (11 - (sum % 11)) % 11;
    // Ten equal digits pass the check but are a placeholder.
    if (check < 10 && !(serial === 999_999 && check === 9)) numbers.push(9_990_000_000 + serial * 10 + check);
  }
  return numbers;
}

const parts = new Map<string, string>();

/** Letters of a name for an email address: without diacritics, spaces and punctuation. */
function addressPart(name: string): string {
  const known = parts.get(name);
  if (known !== undefined) return known;
  const part = name
    .normalize('NFKD')
    .toLowerCase()
    .replace(/ı/g, 'i')
    .replace(/[^a-z]/g, '');
  parts.set(name, part);
  return part;
}

const digits = (value: number, width: number) => String(value).padStart(width, '0');
