import type { FieldKind } from '@kinledger/kin';
import type { ColumnRole, DateOrder } from '../schema/link-schema.js';
import { canonicalOf, DateOrderJudge, type Canonical } from './canonical-value.js';
import { isCanonical } from './canonical-bytes.js';
import { sharedInts } from './shared-arrays.js';
import { decode, TextTable, textOf, type Texts } from './text-table.js';
import { deriveValues, type DerivedValues } from './value-table.js';

/** The cells of one column in one file. */
export interface ColumnToNumber {
  readonly role: ColumnRole;
  /** Of a birth date; found from the values if absent. */
  readonly order: DateOrder | undefined;
  /** By part of the file: the distinct texts, and how many cells of a column of dates have each. */
  readonly parts: readonly { readonly texts: Texts; readonly counts: Int32Array | undefined }[];
}

/** The columns whose values are numbered together. */
export interface VocabularyToMake {
  readonly kind: FieldKind;
  readonly columns: readonly ColumnToNumber[];
}

/** The distinct canonical values of some columns, and what is derived of them. */
export interface Vocabulary {
  readonly values: DerivedValues;
  /** By column, part of the file, and number of a text: the number of its value, 0 for none. */
  readonly numbers: readonly (readonly Int32Array[])[];
}

/** Numbers canonical values: each distinct text of the cells becomes canonical once. */
export function makeVocabulary({ kind, columns }: VocabularyToMake): Vocabulary {
  const values = new TextTable(
    columns.reduce((most, { parts }) => Math.max(most, ...parts.map(({ texts }) => texts.size)), 512),
  );
  const known = new Map<string, CanonicalNumbers>();
  const numbers = columns.map(({ role, order, parts }) => {
    const ofDates = order ?? orderOf(parts);
    const key = `${role} ${ofDates}`;
    const canonical = known.get(key) ?? new CanonicalNumbers(role, canonicalOf(role, ofDates), values);
    known.set(key, canonical);
    return parts.map(({ texts }) => numbersOf(texts, canonical));
  });
  return { values: deriveValues(kind, values), numbers };
}

function numbersOf({ size, bytes, starts, lengths }: Texts, canonical: CanonicalNumbers): Int32Array {
  const numbers = sharedInts(size + 1);
  for (let text = 1; text <= size; text++) {
    const from = starts[text] as number;
    numbers[text] = canonical.numberOf(bytes, from, from + (lengths[text] as number));
  }
  return numbers;
}

/** The numbers of the canonical values of cells. What stands in several parts of files becomes canonical once. */
class CanonicalNumbers {
  readonly #role: ColumnRole;
  readonly #canonical: Canonical;
  readonly #values: TextTable;
  readonly #cells = new TextTable();
  /** By number of a cell’s text: that of its value, 0 for none. */
  readonly #numbers: number[] = [0];

  constructor(role: ColumnRole, canonical: Canonical, values: TextTable) {
    this.#role = role;
    this.#canonical = canonical;
    this.#values = values;
  }

  numberOf(bytes: Uint8Array, from: number, until: number): number {
    if (isCanonical(this.#role, bytes, from, until)) return this.#values.numberOf(bytes, from, until);
    const cell = this.#cells.numberOf(bytes, from, until);
    const known = this.#numbers[cell];
    if (known !== undefined) return known;
    const value = this.#canonical(decode(bytes, from, until));
    const number = value === undefined || value === '' ? 0 : this.#values.numberOfText(value);
    this.#numbers[cell] = number;
    return number;
  }
}

/** Judged from all dates: in a file that is sorted by date, the first thousands may fit any order. */
function orderOf(parts: ColumnToNumber['parts']): DateOrder {
  const judge = new DateOrderJudge();
  for (const { texts, counts } of parts)
    if (counts !== undefined)
      for (let text = 1; text <= texts.size; text++) judge.add(textOf(texts, text), counts[text] as number);
  return judge.order();
}
