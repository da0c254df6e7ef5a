import {
  Comparison,
  intersect,
  RARITIES,
  rungsOf,
  stratumNumber,
  type OneEdit,
  type PatternLayout,
  type ValueTable,
} from '@kinledger/kin';
import type { Evidence } from '../evidence.js';
import { NONE } from '../typed-column.js';
import { channels } from './channels.js';
import { comparedFields, fieldNumber } from './compared-fields.js';
import { rareFields, rarityOfDomain } from './name-rarity.js';

const GIVEN_NAME = fieldNumber('given-name');
const GIVEN_NAME_PART = fieldNumber('given-name-part');
const SURNAME = fieldNumber('surname');
const BIRTH_DATE = fieldNumber('birth-date');
const GENDER = fieldNumber('gender');
const FIRST_THREE = rungsOf['given-name'].rungs['first-three'].from;
const WHOLE = 0;

/** The plain tokens that are the whole values of fields. */
const wholes = (['email', 'mobile', 'nhs-number'] as const).map((name) => ({
  field: fieldNumber(name),
  channel: channels.numberOf(name),
}));

interface Destination {
  readonly field: number;
  /** The rung's place and size; `edits` are kept beside the rungs. */
  readonly rung: 'edits' | { readonly from: number; readonly size: number };
}

/** By channel: where its tokens go. */
const destinations: ReadonlyMap<number, Destination> = new Map(
  comparedFields.flatMap(({ reads }, field) =>
    reads.map(({ derivation, rung }) => [channels.numberOf(derivation), { field, rung }] as const),
  ),
);

/** By channel: how common a value of which field is. */
const remarks: ReadonlyMap<number, { readonly field: number; readonly rarity: number }> = new Map(
  [...rarityOfDomain].map(([domain, { field, rarity }]) => [
    channels.numberOf(domain),
    { field: fieldNumber(field), rarity },
  ]),
);
const hasRarity: ReadonlySet<string> = new Set(rareFields.map(({ field }) => field));

/** A record's values as the engine of comparison takes them. */
interface PreparedRecord {
  /** By field: its rungs; all 0 if the value is missing. */
  readonly rungs: readonly Int32Array[];
  /** By field: the whole value and its one-character deletions, sorted. */
  readonly edits: readonly number[][];
  /** By field: how common the value is, 1 to 5; 5 where nothing is known of it. */
  readonly rarities: Uint8Array;
}

/** Of one field, the values of the two records at hand. Given name and surname share one. */
class PairOfValues implements ValueTable {
  readonly rungs: Int32Array;
  readonly width: number;
  readonly oneEdit: OneEdit;
  readonly #edits: (readonly number[])[];

  constructor(width: number, values: number) {
    this.width = width;
    this.rungs = new Int32Array((values + 1) * width);
    this.#edits = Array.from({ length: values + 1 }, () => []);
    this.oneEdit = {
      within: (first, second) => intersect(this.#edits[first] ?? [], this.#edits[second] ?? []),
      localWithin: () => false,
    };
  }

  set(value: number, rungs: Int32Array, edits: readonly number[]): void {
    this.rungs.set(rungs, value * this.width);
    this.#edits[value] = edits;
  }
}

/**
 * Compares the evidence of two records. Tokens are numbers of a table that starts at 0; the engine of comparison takes 0 as
 * missing, so each is one higher there.
 */
export class PairComparison {
  readonly #tables: readonly PairOfValues[];
  readonly #comparison: Comparison;
  /** By field, and then by value. */
  readonly #rarities: readonly Uint8Array[];
  readonly #slots = new Int32Array(comparedFields.length * 2);
  readonly #prepared = new WeakMap<Evidence, PreparedRecord>();
  #first: Evidence | null = null;
  #second: Evidence | null = null;

  constructor() {
    const tables: PairOfValues[] = [];
    comparedFields.forEach(({ kind }, field) => {
      const names = field === SURNAME ? tables[GIVEN_NAME] : undefined;
      tables.push(names ?? new PairOfValues(rungsOf[kind].width, field === GIVEN_NAME ? VALUES : 2));
    });
    this.#tables = tables;
    this.#rarities = comparedFields.map(() => new Uint8Array(VALUES + 1).fill(RARITIES));
    this.#comparison = new Comparison(
      comparedFields.map(({ name, kind }, slot) => ({
        ...{ name, kind, slot },
        values: tables[slot] as PairOfValues, // one for each field
        ...(hasRarity.has(name) ? { rarity: this.#rarities[slot] as Uint8Array } : {}), // one for each field
      })),
    );
  }

  get layout(): PatternLayout {
    return this.#comparison.layout;
  }

  /** The pattern of the pair that was compared last. */
  get low(): number {
    return this.#comparison.low;
  }

  get high(): number {
    return this.#comparison.high;
  }

  compare(one: Evidence, other: Evidence): void {
    if (one !== this.#first) this.#load(one, 0);
    if (other !== this.#second) this.#load(other, 1);
    this.#first = one;
    this.#second = other;
    this.#chooseName();
    this.#comparison.compare(this.#slots, 0, comparedFields.length);
  }

  /** By field: how common the whole value of a record is, 1 to 5. */
  raritiesOf(evidence: Evidence): Uint8Array {
    return this.#preparedOf(evidence).rarities;
  }

  /** By field: the number of a record's whole value, or 0. Equal numbers are equal values. */
  wholesOf(evidence: Evidence): number[] {
    return this.#preparedOf(evidence).rungs.map((held) => held[WHOLE] as number); // every kind has one
  }

  #load(evidence: Evidence, side: 0 | 1): void {
    const { rungs, edits, rarities } = this.#preparedOf(evidence);
    for (let field = 0; field < comparedFields.length; field++) {
      const value = valueNumber(field, side);
      const held = rungs[field] as Int32Array; // one for each field
      (this.#tables[field] as PairOfValues).set(value, held, edits[field] as number[]); // one for each field
      (this.#rarities[field] as Uint8Array)[value] = rarities[field] as number; // one for each field
      this.#slots[side * comparedFields.length + field] = held[WHOLE] === 0 ? 0 : value;
    }
  }

  /** Two whole names are compared; the letters that a name begins with only if one of the names is not whole. */
  #chooseName(): void {
    const slots = this.#slots;
    const width = comparedFields.length;
    const names = this.#tables[GIVEN_NAME] as PairOfValues;
    const parts = this.#tables[GIVEN_NAME_PART] as PairOfValues;
    const areWhole = [0, 1].every((side) => names.rungs[(side + 1) * names.width + WHOLE] !== 0);
    for (const side of [0, 1] as const) {
      const value = valueNumber(GIVEN_NAME, side);
      const hasPart = parts.rungs[value * parts.width + WHOLE] !== 0;
      slots[side * width + GIVEN_NAME] = areWhole ? value : 0;
      slots[side * width + GIVEN_NAME_PART] = !areWhole && hasPart ? value : 0;
    }
  }

  #preparedOf(evidence: Evidence): PreparedRecord {
    const known = this.#prepared.get(evidence);
    if (known !== undefined) return known;
    const prepared = prepare(evidence);
    this.#prepared.set(evidence, prepared);
    return prepared;
  }
}

/** Values of the table that has most: given names and surnames of both records. */
const VALUES = 4;

/** The number of a stratum: pairs of children, of adults, or of one of each. */
export const stratumOf = (one: Evidence, other: Evidence): number =>
  stratumNumber(one.child !== other.child ? 'unknown' : one.child ? 'child' : 'adult');

/** Surnames follow given names in their common table. */
const valueNumber = (field: number, side: 0 | 1): number => side + (field === SURNAME ? 3 : 1);

function prepare(evidence: Evidence): PreparedRecord {
  const rungs = comparedFields.map(({ kind }) => new Int32Array(rungsOf[kind].width));
  const edits: number[][] = comparedFields.map(() => []);
  const rarities = new Uint8Array(comparedFields.length);
  const put = (field: number, from: number, value: number) => {
    (rungs[field] as Int32Array)[from] = value + 1; // one for each field
  };
  evidence.compared.forEach((token, at) => {
    const channel = evidence.comparedChannels[at] as number; // parallel
    const remark = remarks.get(channel);
    if (remark !== undefined)
      rarities[remark.field] = Math.max(rarities[remark.field] as number, remark.rarity); // a field
    const destination = destinations.get(channel);
    if (destination === undefined) return;
    const { field, rung } = destination;
    if (rung === 'edits') edits[field]?.push(token);
    else {
      const held = rungs[field] as Int32Array; // one for each field
      for (let place = rung.from; place < rung.from + rung.size; place++)
        if (held[place] === 0) {
          held[place] = token + 1;
          break;
        }
    }
  });
  for (const { field, channel } of wholes) {
    const at = evidence.channels.indexOf(channel);
    if (at !== NONE) put(field, WHOLE, evidence.tokens[at] as number); // parallel
  }
  if (evidence.birthDate !== NONE) put(BIRTH_DATE, WHOLE, evidence.birthDate);
  if (evidence.gender !== NONE) put(GENDER, WHOLE, evidence.gender);
  const firstThree = rungs[GIVEN_NAME]?.[FIRST_THREE] ?? 0;
  if (firstThree !== 0) put(GIVEN_NAME_PART, WHOLE, firstThree - 1);
  for (const list of edits) list.sort((one, other) => one - other);
  return { rungs, edits, rarities: rarities.map((rarity) => rarity || RARITIES) };
}
