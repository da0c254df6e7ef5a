import type { FieldKind } from '@kinledger/kin';
import type { ColumnRole, DateOrder } from '../schema/link-schema.js';
import { canonicalOf, DateOrderJudge, type Canonical } from './canonical-value.js';
import { isCanonical } from './canonical-bytes.js';
import { sharedInts } from './shared-arrays.js';
import { TextTable, textOf, type Texts } from './text-table.js';
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
  const numbers = columns.map(({ role, order, parts }) => {
    const canonical = canonicalOf(role, order ?? orderOf(parts));
    return parts.map(({ texts }) => numbersOf(texts, role, canonical, values));
  });
  return { values: deriveValues(kind, values), numbers };
}

function numbersOf(texts: Texts, role: ColumnRole, canonical: Canonical, values: TextTable): Int32Array {
  const { size, bytes, starts, lengths } = texts;
  const numbers = sharedInts(size + 1);
  for (let text = 1; text <= size; text++) {
    const from = starts[text] as number;
    const until = from + (lengths[text] as number);
    if (isCanonical(role, bytes, from, until)) {
      numbers[text] = values.numberOf(bytes, from, until);
      continue;
    }
    const value = canonical(textOf(texts, text));
    numbers[text] = value === undefined || value === '' ? 0 : values.numberOfText(value);
  }
  return numbers;
}

/** Judged from all dates: in a file that is sorted by date, the first thousands may fit any order. */
function orderOf(parts: ColumnToNumber['parts']): DateOrder {
  const judge = new DateOrderJudge();
  for (const { texts, counts } of parts)
    if (counts !== undefined)
      for (let text = 1; text <= texts.size; text++) judge.add(textOf(texts, text), counts[text] as number);
  return judge.order();
}
