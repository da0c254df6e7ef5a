import type { ComparedField, ValueTable } from './compared-field.js';
import { differentLevel, hasRarities, levelNamed, RARITIES, rungsOf, type Rung } from './field-kind.js';
import { PatternLayout } from './pattern-layout.js';
import { kindsWithSignatures, mayBeOneEdit } from './signature.js';

const given = (name: string) => levelNamed('given-name', name);
const GIVEN = {
  nickname: given('nickname'),
  oneEdit: given('one edit'),
  swapped: given('swapped with surname'),
  swappedOnOneSide: given('swapped on one side'),
  part: given('part'),
  sound: given('same sound'),
  consonants: given('same consonants'),
  firstThree: given('first three letters'),
  different: differentLevel('given-name'),
};
const surname = (name: string) => levelNamed('surname', name);
const SURNAME = {
  oneEdit: surname('one edit'),
  part: surname('part'),
  sound: surname('same sound'),
  consonants: surname('same consonants'),
  firstThree: surname('first three letters'),
  different: differentLevel('surname'),
};

/** Why a comparison function per kind: each is small and sees flat arrays only, so that millions of pairs a second pass. */
type LevelOf = (a: number, b: number, field: Field) => number;

interface Field {
  readonly slot: number;
  readonly rungs: Int32Array;
  readonly width: number;
  readonly values: ValueTable;
  readonly distinctWholes: boolean;
  readonly rarity: Uint8Array;
  /** The level of a value and itself, where that does not depend on the value; else 0. */
  readonly levelOfSame: number;
  /** Where a record has the signature of its value; −1 if nowhere. */
  readonly signatureSlot: number;
  readonly different: number;
  readonly levelOf: LevelOf;
  readonly word: 0 | 1;
  readonly shift: number;
}

/**
 * Compares two records field by field. A record is a run of integers: the numbers of its values, each in the slot of its
 * field, 0 where the value is missing.
 */
export class Comparison {
  readonly layout: PatternLayout;
  readonly fields: readonly ComparedField[];
  /** The pattern of the pair that was compared last. */
  low = 0;
  high = 0;
  readonly #fields: readonly Field[];
  readonly #given: Field | undefined;
  readonly #surname: Field | undefined;

  constructor(fields: readonly ComparedField[]) {
    this.fields = fields;
    this.layout = new PatternLayout(fields);
    const prepared = fields.map((field, index): Field => {
      const place = this.layout.places[index];
      if (place === undefined) throw new Error(`no place for ${field.name}`);
      const { values, slot, kind } = field;
      return {
        slot,
        values,
        rungs: values.rungs,
        width: values.width,
        distinctWholes: values.distinctWholes === true,
        levelOfSame: hasRarities(kind) ? 0 : 1,
        signatureSlot: kindsWithSignatures.has(kind) ? (field.signatureSlot ?? -1) : -1,
        different: differentLevel(kind),
        rarity: field.rarity ?? new Uint8Array(0),
        levelOf: levelFunctions[kind],
        word: place.word,
        shift: place.shift,
      };
    });
    const only = (kind: 'given-name' | 'surname') => {
      const found = fields.flatMap((field, index) => (field.kind === kind ? [index] : []));
      if (found.length > 1) throw new Error(`a comparison has one ${kind}`);
      return found[0] === undefined ? undefined : prepared[found[0]];
    };
    this.#given = only('given-name');
    this.#surname = only('surname');
    if (
      this.#given !== undefined &&
      this.#surname !== undefined &&
      this.#given.values !== this.#surname.values
    )
      throw new Error('given name and surname share one table of values');
    this.#fields = prepared.filter((field) => field !== this.#given && field !== this.#surname);
  }

  /**
   * Compares the records that begin at `a` and `b`, and leaves their pattern in `low` and `high`.
   * The order of the two does not matter.
   */
  compare(records: Int32Array, a: number, b: number): void {
    this.low = 0;
    this.high = 0;
    this.#compareNames(records, a, b);
    const fields = this.#fields;
    for (let index = 0; index < fields.length; index++) {
      const field = fields[index] as Field;
      const first = records[a + field.slot] as number;
      const second = records[b + field.slot] as number;
      if (first === 0 || second === 0) continue;
      let level = 0;
      if (first === second) level = field.levelOfSame;
      else if (field.signatureSlot >= 0) {
        const one = records[a + field.signatureSlot] as number;
        const other = records[b + field.signatureSlot] as number;
        if (!mayBeOneEdit(one, other)) level = field.different;
      }
      if (level === 0) level = field.levelOf(first, second, field);
      level <<= field.shift;
      if (field.word === 0) this.low |= level;
      else this.high |= level;
    }
  }

  /** A swap of the two names is counted once, on the given name; the surname is then missing. */
  #compareNames(records: Int32Array, a: number, b: number): void {
    const given = this.#given;
    const surname = this.#surname;
    const g1 = given === undefined ? 0 : (records[a + given.slot] as number);
    const g2 = given === undefined ? 0 : (records[b + given.slot] as number);
    const s1 = surname === undefined ? 0 : (records[a + surname.slot] as number);
    const s2 = surname === undefined ? 0 : (records[b + surname.slot] as number);
    let givenLevel = 0;
    let surnameLevel = 0;
    if (given !== undefined && g1 !== 0 && g2 !== 0) {
      givenLevel = namesAgree(g1, g2, given);
      if (givenLevel === 0) givenLevel = givenNameLevel(g1, g2, s1, s2, given);
    } else if (given !== undefined && surname !== undefined && (g1 !== 0 || g2 !== 0)) {
      // One given name is missing: it may stand in the other field.
      const one = g1 !== 0 ? g1 : g2;
      const other = g1 !== 0 ? s2 : s1;
      const beside = g1 !== 0 ? s1 : s2;
      if (
        other !== 0 &&
        whole(one, given) === whole(other, given) &&
        (beside === 0 || whole(beside, given) !== whole(other, given))
      )
        givenLevel = GIVEN.swappedOnOneSide;
    }
    if (givenLevel === GIVEN.swapped || givenLevel === GIVEN.swappedOnOneSide) surnameLevel = 0;
    else if (surname !== undefined && s1 !== 0 && s2 !== 0) {
      surnameLevel = namesAgree(s1, s2, surname);
      if (surnameLevel === 0) surnameLevel = surnameLevelOf(s1, s2, surname);
    }
    if (given !== undefined) this.#put(given, givenLevel);
    if (surname !== undefined) this.#put(surname, surnameLevel);
  }

  #put(field: Field, level: number): void {
    if (field.word === 0) this.low |= level << field.shift;
    else this.high |= level << field.shift;
  }
}

const NAME = rungsOf['given-name'].rungs;
const DATE = rungsOf['birth-date'].rungs;
const POSTCODE = rungsOf.postcode.rungs;
const DIGITS = rungsOf['house-number'].rungs.digits;
const WORDS = rungsOf.address.rungs;
const LOCAL = rungsOf.email.rungs.local;
const LAST_SIX = rungsOf.mobile.rungs['last-six'];

const whole = (value: number, { rungs, width }: Field): number => rungs[value * width] as number;

function sameWhole(a: number, b: number, { rungs, width, distinctWholes }: Field): boolean {
  return a === b || (!distinctWholes && rungs[a * width] === rungs[b * width]);
}

/** Whether both have the derivation and it is the same. */
function agree(a: number, b: number, { from }: Rung, { rungs, width }: Field): boolean {
  const first = rungs[a * width + from] as number;
  return first !== 0 && first === rungs[b * width + from];
}

/** The same for a derivation that may give several values. */
function intersect(a: number, b: number, { from, size }: Rung, { rungs, width }: Field): boolean {
  for (let x = a * width + from; x < a * width + from + size; x++) {
    const first = rungs[x] as number;
    if (first === 0) return false;
    for (let y = b * width + from; y < b * width + from + size; y++) if (rungs[y] === first) return true;
  }
  return false;
}

/** Full agreement by rarity, 1 to 5, or 0. Of two spellings of one name the commoner counts. */
function namesAgree(a: number, b: number, field: Field): number {
  if (!sameWhole(a, b, field)) return 0;
  return Math.max(field.rarity[a] ?? RARITIES, field.rarity[b] ?? RARITIES, 1);
}

function givenNameLevel(g1: number, g2: number, s1: number, s2: number, field: Field): number {
  if (intersect(g1, g2, NAME.nickname, field)) return GIVEN.nickname;
  const crossed = s2 !== 0 && whole(g1, field) === whole(s2, field);
  const crossedBack = s1 !== 0 && whole(g2, field) === whole(s1, field);
  if (crossed && crossedBack) return GIVEN.swapped;
  if (field.values.oneEdit.within(g1, g2)) return GIVEN.oneEdit;
  if (crossed !== crossedBack) return GIVEN.swappedOnOneSide;
  if (intersect(g1, g2, NAME.part, field)) return GIVEN.part;
  if (intersect(g1, g2, NAME.sound, field)) return GIVEN.sound;
  if (agree(g1, g2, NAME.consonants, field)) return GIVEN.consonants;
  return agree(g1, g2, NAME['first-three'], field) ? GIVEN.firstThree : GIVEN.different;
}

function surnameLevelOf(a: number, b: number, field: Field): number {
  if (field.values.oneEdit.within(a, b)) return SURNAME.oneEdit;
  if (intersect(a, b, NAME.part, field)) return SURNAME.part;
  if (intersect(a, b, NAME.sound, field)) return SURNAME.sound;
  if (agree(a, b, NAME.consonants, field)) return SURNAME.consonants;
  return agree(a, b, NAME['first-three'], field) ? SURNAME.firstThree : SURNAME.different;
}

function dateLevel(a: number, b: number, field: Field): number {
  if (sameWhole(a, b, field)) return 1;
  if (agree(a, b, DATE.swapped, field)) return 2;
  const edited = field.values.oneEdit.within(a, b);
  if (agree(a, b, DATE['year-month'], field)) return edited ? 3 : 4;
  if (agree(a, b, DATE['month-day'], field)) return edited ? 5 : 8;
  if (edited) return 6;
  if (agree(a, b, DATE['year-day'], field)) return 7;
  if (agree(a, b, DATE.year, field)) return 9;
  return agree(a, b, DATE.decade, field) ? 10 : 11;
}

function postcodeLevel(a: number, b: number, field: Field): number {
  if (sameWhole(a, b, field)) return 1;
  if (field.values.oneEdit.within(a, b)) return 2;
  if (agree(a, b, POSTCODE.sector, field)) return 3;
  if (agree(a, b, POSTCODE.outward, field)) return 4;
  return agree(a, b, POSTCODE.area, field) ? 5 : 6;
}

function houseNumberLevel(a: number, b: number, field: Field): number {
  if (sameWhole(a, b, field)) return 1;
  if (agree(a, b, DIGITS, field)) return 2;
  return field.values.oneEdit.within(a, b) ? 3 : 4;
}

function addressLevel(a: number, b: number, field: Field): number {
  if (sameWhole(a, b, field)) return 1;
  if (field.values.oneEdit.within(a, b)) return 2;
  return agree(a, b, WORDS.sound, field) ? 3 : 4;
}

function wordsLevel(a: number, b: number, field: Field): number {
  const same = namesAgree(a, b, field);
  if (same !== 0) return same;
  if (field.values.oneEdit.within(a, b)) return RARITIES + 1;
  return agree(a, b, WORDS.sound, field) ? RARITIES + 2 : RARITIES + 3;
}

function emailLevel(a: number, b: number, field: Field): number {
  if (sameWhole(a, b, field)) return 1;
  if (field.values.oneEdit.within(a, b)) return 2;
  if (agree(a, b, LOCAL, field)) return 3;
  return field.values.oneEdit.localWithin(a, b) ? 4 : 5;
}

function mobileLevel(a: number, b: number, field: Field): number {
  if (sameWhole(a, b, field)) return 1;
  if (field.values.oneEdit.within(a, b)) return 2;
  return agree(a, b, LAST_SIX, field) ? 3 : 4;
}

const identifierLevel: LevelOf = (a, b, field) => {
  if (sameWhole(a, b, field)) return 1;
  return field.values.oneEdit.within(a, b) ? 2 : 3;
};

const codeLevel: LevelOf = (a, b, field) => (sameWhole(a, b, field) ? 1 : 2);

/** Names are compared together, so their functions here are only those of a name without the other. */
const levelFunctions = {
  'given-name': (a, b, field) => namesAgree(a, b, field) || givenNameLevel(a, b, 0, 0, field),
  surname: (a, b, field) => namesAgree(a, b, field) || surnameLevelOf(a, b, field),
  'birth-date': dateLevel,
  gender: codeLevel,
  postcode: postcodeLevel,
  'house-number': houseNumberLevel,
  address: addressLevel,
  locality: wordsLevel,
  email: emailLevel,
  mobile: mobileLevel,
  'nhs-number': identifierLevel,
  'other-id': identifierLevel,
  attribute: wordsLevel,
} as const satisfies Record<string, LevelOf>;
