import { Random } from './random.js';

/** NHS numbers of the range 999, which is kept for tests and never issued, end the range of people. */
export const MAX_PEOPLE = 900_000;

const domains = ['example.org', 'example.net', 'example.com'] as const;

/** The numbers 07700 900000 to 900999 are kept for drama (Ofcom); the last hundred stand for centres’ own phones. */
const DRAMA_NUMBERS = 900;
const FIRST_CENTRE_NUMBER = 900;

/** When, and to what, a person’s contacts change over time. */
export interface ContactHistory {
  /** First quarter with the second email address; Infinity if there is one only. */
  readonly emailChanges: number;
  /** First quarter with the second mobile. */
  readonly mobileChanges: number;
  /** The person whose first mobile this person has taken over, before the first quarter. */
  readonly recycledFrom: number | undefined;
}

/** Chances per person and quarter. */
const EMAIL_CHANGES = 0.008;
const MOBILE_CHANGES = 0.015;
/** Of those who are new to a number, few notice that it was somebody else’s. */
const MOBILE_RECYCLED = 0.006;

/** Contacts of any person by number, without the people before. */
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

  /** An address that no other person has, unless a file is wrong. */
  emailOf(person: number, firstName: string, surname: string, changed: boolean): string {
    const domain = domains[(person + (changed ? 1 : 0)) % domains.length] ?? domains[0];
    const first = addressPart(firstName);
    return changed
      ? `${first}${person}.new@${domain}`
      : `${first}.${addressPart(surname)}${person}@${domain}`;
  }

  /**
   * A mobile in national form. Once the numbers for drama are used up, from 0769, which the United Kingdom’s
   * numbering plan has under radiopaging: a mobile by its form, and no subscriber’s.
   */
  mobileOf(person: number, changed: boolean): string {
    const index = person * 2 + (changed ? 1 : 0);
    return index < DRAMA_NUMBERS ? `07700900${digits(index, 3)}` : `0769${digits(index, 7)}`;
  }

  /** The phone of a service’s office, which stands on many rows. */
  centreMobileOf(service: number): string {
    return `07700900${FIRST_CENTRE_NUMBER + (service % 100)}`;
  }

  /** Ten digits that pass the check of modulus 11, in an order that says nothing of the person’s. */
  nhsNumberOf(person: number): string {
    // 700,001 is prime and larger than no more than the list: each person has a number of their own.
    const stem = this.#nhsNumbers[(person * 700_001) % this.#nhsNumbers.length] ?? 0;
    return String(stem);
  }
}

/** All valid numbers 999 nnn nnnn: 9 digits and the check digit; where that would be ten, there is no number. */
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
    // Ten equal digits pass the check and are nobody's.
    if (check < 10 && !(serial === 999_999 && check === 9)) numbers.push(9_990_000_000 + serial * 10 + check);
  }
  return numbers;
}

const parts = new Map<string, string>();

/** Letters of a name as they stand in an address: without marks, spaces and punctuation. */
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
