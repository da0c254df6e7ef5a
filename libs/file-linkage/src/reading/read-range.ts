import { canonicalOf, type Canonical } from '../values/canonical-value.js';
import { mixed, TextTable, type TextTableParts } from '../values/text-table.js';
import type { ColumnRole, DateOrder } from '../schema/link-schema.js';
import { BrokenCsv, readCells } from './csv-cells.js';

/** What is read of each row. */
export interface ReadPlan {
  readonly delimiter: number;
  readonly columns: number;
  /** The line on which the rows begin; the file’s first line is 1. */
  readonly firstLine: number;
  readonly fields: readonly {
    readonly column: number;
    readonly role: ColumnRole;
    readonly order: DateOrder;
    /** Fields of one vocabulary number their values together. */
    readonly vocabulary: number;
  }[];
  readonly vocabularies: number;
  readonly idColumn: number;
  readonly roleColumn: number;
}

/** Rows of a part of a file, in numbers. */
export interface RangeRead {
  readonly rows: number;
  /** By row and field: the number of the value in the vocabulary; 0 for none. */
  readonly values: Int32Array;
  readonly vocabularies: readonly TextTableParts[];
  /** Where the record id of each row stands in the file. */
  readonly idStarts: Float64Array;
  readonly idLengths: Int32Array;
  /** Two hashes of the record id, by which records are ordered. */
  readonly idHashes: Int32Array;
  /** By row: 0 unknown, 1 child, 2 adult. */
  readonly roles: Uint8Array;
}

/** Reads rows from bytes; rows begin at `from` and end at `until`. */
export function readRange(bytes: Uint8Array, from: number, until: number, plan: ReadPlan): RangeRead {
  const reader = new RangeReader(plan, Math.max(16, Math.ceil((until - from) / 60)));
  readCells(bytes, from, until, plan.delimiter, reader, plan.firstLine);
  return reader.read(bytes);
}

const roles: ReadonlyMap<string, number> = new Map([
  ['child', 1],
  ['c', 1],
  ['adult', 2],
  ['a', 2],
]);

class RangeReader {
  readonly wanted: Uint8Array;
  readonly #plan: ReadPlan;
  readonly #fieldOfColumn: Int16Array;
  readonly #vocabularies: readonly TextTable[];
  readonly #columns: readonly ColumnReader[];
  readonly #fields: number;
  readonly #roleColumn: ColumnReader | undefined;
  #rows = 0;
  #values: Int32Array;
  #idStarts: Float64Array;
  #idLengths: Int32Array;
  #roles: Uint8Array;
  #capacity: number;

  constructor(plan: ReadPlan, expected: number) {
    this.#plan = plan;
    this.#fields = plan.fields.length;
    this.#vocabularies = Array.from({ length: plan.vocabularies }, () => new TextTable());
    this.#columns = plan.fields.map(
      ({ role, order, vocabulary }) =>
        new ColumnReader(canonicalOf(role, order), this.#vocabularies[vocabulary] as TextTable),
    );
    this.wanted = new Uint8Array(plan.columns + 1);
    this.#fieldOfColumn = new Int16Array(plan.columns + 1).fill(-1);
    plan.fields.forEach(({ column }, field) => {
      this.wanted[column] = 1;
      this.#fieldOfColumn[column] = field;
    });
    if (plan.idColumn >= 0) this.wanted[plan.idColumn] = 1;
    if (plan.roleColumn >= 0) {
      this.wanted[plan.roleColumn] = 1;
      this.#roleColumn = new ColumnReader((raw) => raw.trim().toLowerCase(), new TextTable());
    }
    this.#capacity = expected;
    this.#values = new Int32Array(expected * this.#fields);
    this.#idStarts = new Float64Array(expected);
    this.#idLengths = new Int32Array(expected);
    this.#roles = new Uint8Array(expected);
  }

  cell(bytes: Uint8Array, column: number, from: number, until: number): void {
    const field = this.#fieldOfColumn[column] as number;
    if (field >= 0)
      this.#values[this.#rows * this.#fields + field] =
        from === until ? 0 : (this.#columns[field] as ColumnReader).valueOf(bytes, from, until);
    if (column === this.#plan.idColumn) {
      this.#idStarts[this.#rows] = from;
      this.#idLengths[this.#rows] = until - from;
    }
    if (column === this.#plan.roleColumn && this.#roleColumn !== undefined && from < until) {
      const text = this.#roleColumn.textOf(bytes, from, until);
      this.#roles[this.#rows] = roles.get(text) ?? 0;
    }
  }

  row(cells: number, line: number): void {
    if (cells !== this.#plan.columns)
      throw new BrokenCsv(line, `the row has ${cells} cells, and the header ${this.#plan.columns}`);
    this.#rows += 1;
    if (this.#rows === this.#capacity) this.#grow();
  }

  read(bytes: Uint8Array): RangeRead {
    const rows = this.#rows;
    const idHashes = new Int32Array(rows * 2);
    for (let row = 0; row < rows; row++) {
      const start = this.#idStarts[row] as number;
      let [first, second] = [0x811c9dc5, 0x1b873593];
      for (let at = start; at < start + (this.#idLengths[row] as number); at++) {
        const byte = bytes[at] as number;
        first = Math.imul(first ^ byte, 0x01000193);
        second = Math.imul(second ^ byte, 0x85ebca6b) ^ (second >>> 13);
      }
      idHashes[row * 2] = mixed(first);
      idHashes[row * 2 + 1] = mixed(second);
    }
    return {
      rows,
      values: this.#values.subarray(0, rows * this.#fields),
      vocabularies: this.#vocabularies.map((table) => table.parts()),
      idStarts: this.#idStarts.subarray(0, rows),
      idLengths: this.#idLengths.subarray(0, rows),
      idHashes,
      roles: this.#roles.subarray(0, rows),
    };
  }

  #grow(): void {
    this.#capacity *= 2;
    const enlarge = <A extends Int32Array | Float64Array | Uint8Array>(larger: A, array: A): A => {
      larger.set(array);
      return larger;
    };
    this.#values = enlarge(new Int32Array(this.#capacity * this.#fields), this.#values);
    this.#idStarts = enlarge(new Float64Array(this.#capacity), this.#idStarts);
    this.#idLengths = enlarge(new Int32Array(this.#capacity), this.#idLengths);
    this.#roles = enlarge(new Uint8Array(this.#capacity), this.#roles);
  }
}

/** Numbers the cells of a column: each spelling becomes canonical once. */
class ColumnReader {
  readonly #canonical: Canonical;
  readonly #raw = new TextTable();
  readonly #vocabulary: TextTable;
  #numbers = new Int32Array(1024);
  #known = 0;

  constructor(canonical: Canonical, vocabulary: TextTable) {
    this.#canonical = canonical;
    this.#vocabulary = vocabulary;
  }

  valueOf(bytes: Uint8Array, from: number, until: number): number {
    const raw = this.#raw.numberOf(bytes, from, until);
    if (raw <= this.#known) return this.#numbers[raw] as number;
    this.#known = raw;
    if (raw === this.#numbers.length) {
      const larger = new Int32Array(raw * 2);
      larger.set(this.#numbers);
      this.#numbers = larger;
    }
    const text = this.#canonical(this.#raw.text(raw));
    const value = text === undefined || text === '' ? 0 : this.#vocabulary.numberOfText(text);
    this.#numbers[raw] = value;
    return value;
  }

  textOf(bytes: Uint8Array, from: number, until: number): string {
    return this.#vocabulary.text(this.valueOf(bytes, from, until));
  }
}
