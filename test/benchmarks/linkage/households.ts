/**
 * Writes files of invented households, as two services would record their members, with the truth beside them: couples who
 * share an email, children under their carer's email, siblings, twins, sons with their father's name, lodgers, moves,
 * marriages; typing errors, nicknames, swapped names and dates, missing values. The same seed gives the same files.
 * node test/benchmarks/linkage/households.ts FOLDER RECORDS [SEED] [--stress]
 */
import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { givenName, postcode, street, surname } from './invented-names.ts';
import { Random } from './random.ts';

export interface HouseholdOptions {
  /** About so many records in both files together. */
  readonly records: number;
  readonly seed: number;
  /** Makes what misleads a linker common: twins, juniors, couples with one email, lodgers, households in one house. */
  readonly stress?: boolean;
}

interface Person {
  readonly number: number;
  readonly role: 'child' | 'adult';
  readonly given: string;
  readonly surname: string;
  readonly birth: readonly [year: number, month: number, day: number];
  readonly gender: 'F' | 'M';
  readonly address: string;
  readonly postcode: string;
  readonly email: string;
  readonly mobile: string;
  readonly nhs: string;
}

const header = 'id,role,given_name,surname,birth_date,gender,address,postcode,email,mobile,nhs_number';
const LINES = 10_000;

/** Writes `left.csv`, `right.csv` and `truth.csv` (id, person) into a folder. @returns the number of records. */
export function writeHouseholds(folder: string, { records, seed, stress = false }: HouseholdOptions): number {
  mkdirSync(folder, { recursive: true });
  const random = new Random(seed);
  const files = (['left', 'right', 'truth'] as const).map(
    (name) => new LineFile(join(folder, `${name}.csv`)),
  );
  const [left, right, truth] = files as [LineFile, LineFile, LineFile];
  left.line(header);
  right.line(header);
  truth.line('id,person');
  let written = 0;
  let people = 0;
  const streets = Math.max(50, Math.ceil(records / 60));
  while (written < records) {
    const household = householdOf(random, people, streets, stress);
    people += household.length;
    for (const person of household) {
      if (random.chance(0.62)) {
        written += 1;
        left.line(rowOf(random, `L${written}`, person, streets, 0.35));
        truth.line(`L${written},${person.number}`);
      }
      const times = random.chance(0.55) ? (random.chance(0.12) ? 2 : 1) : 0;
      for (let time = 0; time < times; time++) {
        written += 1;
        right.line(rowOf(random, `R${written}`, person, streets, 1));
        truth.line(`R${written},${person.number}`);
      }
    }
  }
  for (const file of files) file.close();
  return written;
}

/** The people of one household, or of several that share a house. */
function householdOf(random: Random, first: number, streets: number, stress: boolean): readonly Person[] {
  const place = random.below(streets);
  const address = `${1 + random.below(140)} ${street(place)}`;
  const code = postcode(place * 7 + random.below(3));
  const people: Person[] = [];
  const family = (at: string): void => {
    const name = surname(random);
    const couple = random.chance(0.7);
    const adults: Person[] = [];
    for (let adult = 0; adult < (couple ? 2 : 1); adult++) {
      const gender = (adult === 0) === random.chance(0.9) ? 'F' : 'M';
      const given = givenName(random, gender);
      const own = random.chance(0.75) ? name : surname(random);
      const shared = adults[0];
      adults.push({
        ...{ number: first + people.length + adults.length, role: 'adult', given, surname: own, gender },
        ...{
          birth: [1965 + random.below(40), 1 + random.below(12), 1 + random.below(28)],
          address: at,
          postcode: code,
        },
        email:
          shared !== undefined && random.chance(stress ? 0.5 : 0.1)
            ? shared.email
            : emailOf(random, given, own),
        mobile: shared !== undefined && random.chance(0.08) ? shared.mobile : mobileOf(random),
        nhs: nhsOf(random),
      });
    }
    people.push(...adults);
    const [mother, father] = adults;
    const children = random.pick([0, 0, 1, 1, 2, 2, 3]);
    let twinOf: Person | undefined;
    // Parents give no name twice.
    const given = new Set<string>();
    for (let child = 0; child < children; child++) {
      const gender = random.chance(0.5) ? 'F' : 'M';
      const twin = twinOf !== undefined && random.chance(stress ? 0.4 : 0.03);
      // A daughter or son who is called as a parent.
      const parent = gender === 'F' ? mother : father;
      const junior = parent !== undefined && random.chance(stress ? 0.15 : 0.01);
      const made: Person = {
        ...{ number: first + people.length, role: 'child', gender },
        given: junior && !given.has(parent.given) ? parent.given : newName(random, gender, given),
        surname: junior ? parent.surname : name,
        birth:
          twin && twinOf !== undefined
            ? twinOf.birth
            : [2016 + random.below(8), 1 + random.below(12), 1 + random.below(28)],
        ...{ address: at, postcode: code },
        email: mother?.email ?? '',
        mobile: mother?.mobile ?? '',
        nhs: nhsOf(random),
      };
      given.add(made.given);
      twinOf = made;
      people.push(made);
    }
  };
  family(address);
  if (random.chance(stress ? 0.3 : 0.04))
    family(random.chance(0.5) ? address : `Flat ${1 + random.below(9)} ${address}`);
  while (random.chance(stress ? 0.2 : 0.03)) {
    const gender = random.chance(0.5) ? 'F' : 'M';
    const [given, name] = [givenName(random, gender), surname(random)];
    people.push({
      ...{
        number: first + people.length,
        role: 'adult',
        given,
        surname: name,
        gender,
        address,
        postcode: code,
      },
      birth: [1965 + random.below(40), 1 + random.below(12), 1 + random.below(28)],
      ...{ email: emailOf(random, given, name), mobile: mobileOf(random), nhs: nhsOf(random) },
    });
  }
  return people;
}

function newName(random: Random, gender: 'F' | 'M', known: ReadonlySet<string>): string {
  for (;;) {
    const name = givenName(random, gender);
    if (!known.has(name)) return name;
  }
}

const domains = ['gmail.com', 'hotmail.co.uk', 'outlook.com', 'yahoo.co.uk', 'icloud.com', 'btinternet.com'];

function emailOf(random: Random, given: string, name: string): string {
  const local = random.pick([
    `${given}.${name}`,
    `${given}${name}${random.below(1000)}`,
    `${given.slice(0, 1)}${name}${random.below(100)}`,
    `${given}${random.below(100_000)}`,
  ]);
  return `${local.toLowerCase()}@${random.pick(domains)}`;
}

const mobileOf = (random: Random): string => `07${String(random.below(1e9)).padStart(9, '0')}`;

/** Ten digits that pass the modulus 11 check. */
function nhsOf(random: Random): string {
  for (;;) {
    const digits = Array.from({ length: 9 }, (_, at) => (at === 0 ? 4 + random.below(3) : random.below(10)));
    const sum = digits.reduce((all, digit, at) => all + digit * (10 - at), 0);
    const check = (11 - (sum % 11)) % 11;
    if (check < 10) return `${digits.join('')}${check}`;
  }
}

/** A person as a service writes them down. @param faults how prone to faults the service is. */
function rowOf(random: Random, id: string, person: Person, streets: number, faults: number): string {
  const may = (share: number) => random.chance(share * faults);
  const moved = may(0.12);
  const place = moved ? random.below(streets) : 0;
  let [given, name] = [person.given, person.surname];
  if (may(0.03)) given = random.pick(nicknames.get(given.toLowerCase()) ?? [given]);
  if (person.role === 'adult' && person.gender === 'F' && may(0.04)) name = surname(random);
  if (may(0.02)) name = `${name}-${surname(random)}`;
  given = mistyped(random, given, may(0.06));
  name = mistyped(random, name, may(0.06));
  if (may(0.015)) [given, name] = [name, given];
  if (may(0.01) && person.role === 'child') given = 'Baby';
  const [year, month, day] = person.birth;
  const birth = dateOf(random, year, month, day, may(0.05));
  const blank = (share: number, text: string) => (random.chance(share) ? '' : text);
  return [
    id,
    person.role,
    blank(0.01, given),
    blank(0.01, name),
    blank(0.02, birth),
    blank(0.03, may(0.01) ? (person.gender === 'F' ? 'M' : 'F') : person.gender),
    blank(
      0.05,
      mistyped(random, moved ? `${1 + random.below(140)} ${street(place)}` : person.address, may(0.08)),
    ),
    blank(0.03, mistyped(random, moved ? postcode(place * 7) : person.postcode, may(0.03))),
    blank(
      0.25,
      mistyped(random, may(0.15) ? emailOf(random, person.given, person.surname) : person.email, may(0.04)),
    ),
    blank(0.3, mistyped(random, may(0.15) ? mobileOf(random) : person.mobile, may(0.03))),
    blank(0.5, mistyped(random, person.nhs, may(0.01))),
  ]
    .map((text) => (text.includes(',') ? `"${text}"` : text))
    .join(',');
}

const nicknames: ReadonlyMap<string, readonly string[]> = new Map([
  ['elizabeth', ['Liz', 'Beth']],
  ['william', ['Will', 'Bill']],
  ['robert', ['Rob', 'Bob']],
  ['katarzyna', ['Kasia']],
  ['muhammad', ['Mohammed', 'Mo']],
  ['mohammed', ['Muhammad', 'Mohamed']],
  ['alexander', ['Alex', 'Sasha']],
  ['thomas', ['Tom']],
  ['james', ['Jim', 'Jamie']],
  ['joseph', ['Joe']],
  ['samuel', ['Sam']],
  ['benjamin', ['Ben']],
  ['jessica', ['Jess']],
  ['isabella', ['Bella', 'Izzy']],
  ['margaret', ['Maggie', 'Peggy']],
  ['susan', ['Sue']],
  ['jacob', ['Jake']],
  ['edward', ['Ted', 'Eddie']],
  ['charlotte', ['Lottie', 'Charlie']],
  ['michael', ['Mike', 'Mick']],
  ['christopher', ['Chris']],
  ['patricia', ['Pat', 'Trish']],
  ['agnieszka', ['Aga']],
  ['daniel', ['Dan', 'Danny']],
]);

function mistyped(random: Random, text: string, really: boolean): string {
  if (!really || text.length < 3) return text;
  const at = 1 + random.below(text.length - 2);
  const letter = /\d/.test(text.charAt(at))
    ? String(random.below(10))
    : 'abcdefghijklmnopqrstuvwxyz'.charAt(random.below(26));
  switch (random.below(4)) {
    case 0:
      return text.slice(0, at) + text.slice(at + 1);
    case 1:
      return text.slice(0, at) + letter + text.slice(at);
    case 2:
      return text.slice(0, at) + letter + text.slice(at + 1);
    default:
      return text.slice(0, at) + text.charAt(at + 1) + text.charAt(at) + text.slice(at + 2);
  }
}

function dateOf(random: Random, year: number, month: number, day: number, wrong: boolean): string {
  let [y, m, d] = [year, month, day];
  if (wrong)
    switch (random.below(4)) {
      case 0:
        if (d <= 12) [m, d] = [d, m];
        break;
      case 1:
        d = 1 + random.below(28);
        break;
      case 2:
        m = 1 + random.below(12);
        break;
      default:
        y += random.pick([-10, -1, 1, 10]);
    }
  return `${y}-${String(m).padStart(2, '0')}-${String(d).padStart(2, '0')}`;
}

class LineFile {
  readonly #file: number;
  #lines: string[] = [];

  constructor(path: string) {
    this.#file = openSync(path, 'w');
  }

  line(text: string): void {
    this.#lines.push(text);
    if (this.#lines.length === LINES) this.#flush();
  }

  close(): void {
    this.#flush();
    closeSync(this.#file);
  }

  #flush(): void {
    if (this.#lines.length > 0) writeSync(this.#file, `${this.#lines.join('\n')}\n`);
    this.#lines = [];
  }
}

if (import.meta.main) {
  const [folder, records, seed = '1'] = process.argv.slice(2);
  if (folder === undefined || records === undefined)
    throw new Error(
      'say where to write, and how many records: households.ts FOLDER RECORDS [SEED] [--stress]',
    );
  const written = writeHouseholds(folder, {
    ...{ records: Number(records), seed: Number(seed) || 1 },
    stress: process.argv.includes('--stress'),
  });
  console.log(`${written} records in ${folder}`);
}
