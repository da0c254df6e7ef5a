import type { CellsTaken } from '../schema/link-schema.js';
import { hashOfBytes, mixed } from '../values/hashes.js';
import { grownInts, sharedBytes, sharedFloats, sharedInts } from '../values/shared-arrays.js';
import { TextTable, textOf, type Texts } from '../values/text-table.js';
import { CellTexts } from './cell-texts.js';
import { BrokenCsv, readCells } from './csv-cells.js';
import { DateParts } from './date-parts.js';
import { FullNames } from './full-names.js';

/** What is read of each row. */
export interface ReadPlan {
  readonly delimiter: number;
  /** How many columns the header has. */
  readonly columns: number;
  /** By field: its columns, and what is taken of their cells. */
  readonly fields: readonly { readonly columns: readonly number[]; readonly taken: CellsTaken }[];
  /** By field: whether few cells of its column share a value. */
  readonly distinct: readonly boolean[];
  readonly idColumn: number;
  readonly roleColumn: number;
}

/** A part of a file: it begins with a row and ends with one. */
export interface RangeToRead {
  readonly bytes: Uint8Array;
  readonly from: number;
  readonly until: number;
  readonly plan: ReadPlan;
}

/** Rows of a part of a file, in numbers, in arrays that all threads see. */
export interface RangeRead {
  readonly rows: number;
  /** How many lines the rows take. */
  readonly lines: number;
  /** By row and field: the number of the cell’s text among the texts of the field; 0 for none. */
  readonly values: Int32Array;
  /** By field: the texts of its cells, as they stand in the file, each once unless few are repeated. */
  readonly texts: readonly Texts[];
  /** Where the record id of each row stands in the file. */
  readonly idStarts: Float64Array;
  readonly idLengths: Int32Array;
  /** Two hashes of the record id, by which records are ordered. */
  readonly idHashes: Int32Array;
  /** By row: 0 unknown, 1 child, 2 adult. */
  readonly roles: Uint8Array;
}

/** Where a range is broken: the line is counted from 1 within the range. */
export interface RangeBroken {
  readonly broken: { readonly line: number; readonly what: string };
}

/** Reads the rows of a range. What is broken is returned, not thrown: an error would lose its class between threads. */
export function readRange({ bytes, from, until, plan }: RangeToRead): RangeRead | RangeBroken {
  const distinct = plan.distinct.map((of) => of && CellTexts.fit(bytes));
  const reader = new RangeReader({ ...plan, distinct }, Math.max(16, Math.ceil((until - from) / 60)));
  try {
    const lines = readCells(bytes, from, until, plan.delimiter, reader) - 1;
    return reader.read(bytes, lines);
  } catch (error) {
    if (error instanceof BrokenCsv) return { broken: { line: error.line, what: error.what } };
    throw error;
  }
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
  readonly #texts: readonly TextTable[];
  /** By field: the same where few cells share a value. */
  readonly #cells: readonly (CellTexts | undefined)[];
  readonly #fields: number;
  /** Where full names are, and the parts of a birth date; undefined if the file has none. */
  readonly #names: FullNames | undefined;
  readonly #dates: DateParts | undefined;
  readonly #roleTexts = new TextTable();
  /** By number of a text of the role column: the role. */
  readonly #roleOfText: number[] = [0];
  #rows = 0;
  #values: Int32Array;
  #idStarts: Float64Array;
  #idLengths: Int32Array;
  #roles: Uint8Array;
  #capacity: number;

  constructor(plan: ReadPlan, expected: number) {
    this.#plan = plan;
    this.#fields = plan.fields.length;
    this.#texts = plan.fields.map(() => new TextTable());
    this.#cells = plan.distinct.map((of) => (of ? new CellTexts(expected) : undefined));
    this.wanted = new Uint8Array(plan.columns + 1);
    this.#fieldOfColumn = new Int16Array(plan.columns + 1).fill(-1);
    plan.fields.forEach(({ columns, taken }, field) => {
      for (const column of columns) {
        this.wanted[column] = 1;
        if (taken === 'whole') this.#fieldOfColumn[column] = field;
      }
    });
    const taking = (taken: CellsTaken) => plan.fields.findIndex((field) => field.taken === taken);
    const [given, family, date] = [taking('given-names'), taking('family-name'), taking('date')];
    const column = plan.fields[given]?.columns[0];
    if (column !== undefined)
      this.#names = new FullNames(
        column,
        { given, family },
        { given: this.#texts[given] as TextTable, family: this.#texts[family] as TextTable },
      );
    const columns = plan.fields[date]?.columns;
    if (columns !== undefined) this.#dates = new DateParts(columns, date, this.#texts[date] as TextTable);
    if (plan.idColumn >= 0) this.wanted[plan.idColumn] = 1;
    if (plan.roleColumn >= 0) this.wanted[plan.roleColumn] = 1;
    this.#capacity = expected;
    this.#values = sharedInts(expected * this.#fields);
    this.#idStarts = sharedFloats(expected);
    this.#idLengths = sharedInts(expected);
    this.#roles = sharedBytes(expected);
  }

  cell(bytes: Uint8Array, column: number, from: number, until: number): void {
    const field = this.#fieldOfColumn[column] as number;
    if (field >= 0) {
      const cells = this.#cells[field];
      let number = 0;
      if (from < until)
        number =
          cells === undefined
            ? (this.#texts[field] as TextTable).numberOf(bytes, from, until)
            : cells.add(from, until);
      this.#values[this.#rows * this.#fields + field] = number;
    }
    if (column === this.#names?.column)
      this.#names.write(bytes, from, until, this.#values, this.#rows * this.#fields);
    if (this.#dates?.columns.includes(column) === true) this.#dates.cell(bytes, column, from, until);
    if (column === this.#plan.idColumn) {
      this.#idStarts[this.#rows] = from;
      this.#idLengths[this.#rows] = until - from;
    }
    if (column === this.#plan.roleColumn && from < until)
      this.#roles[this.#rows] = this.#roleOf(this.#roleTexts.numberOf(bytes, from, until));
  }

  row(cells: number, line: number): void {
    if (cells !== this.#plan.columns)
      throw new BrokenCsv(line, `the row has ${cells} cells, and the header ${this.#plan.columns}`);
    this.#dates?.write(this.#values, this.#rows * this.#fields);
    this.#rows += 1;
    if (this.#rows === this.#capacity) this.#grow();
  }

  read(bytes: Uint8Array, lines: number): RangeRead {
    const rows = this.#rows;
    const idHashes = sharedInts(rows * 2);
    for (let row = 0; row < rows; row++) {
      const start = this.#idStarts[row] as number;
      const end = start + (this.#idLengths[row] as number);
      let second = 0x1b873593;
      for (let at = start; at < end; at++) {
        second = Math.imul(second ^ (bytes[at] as number), 0x85ebca6b) ^ (second >>> 13);
      }
      idHashes[row * 2] = mixed(hashOfBytes(bytes, start, end));
      idHashes[row * 2 + 1] = mixed(second);
    }
    return {
      ...{ rows, lines, idHashes },
      values: this.#values.subarray(0, rows * this.#fields),
      texts: this.#texts.map((table, field) => this.#cells[field]?.texts(bytes) ?? table.texts()),
      idStarts: this.#idStarts.subarray(0, rows),
      idLengths: this.#idLengths.subarray(0, rows),
      roles: this.#roles.subarray(0, rows),
    };
  }

  #roleOf(number: number): number {
    const known = this.#roleOfText[number];
    if (known !== undefined) return known;
    const role = roles.get(textOf(this.#roleTexts, number).trim().toLowerCase()) ?? 0;
    this.#roleOfText[number] = role;
    return role;
  }

  #grow(): void {
    this.#capacity *= 2;
    this.#values = grownInts(this.#values, this.#capacity * this.#fields);
    this.#idLengths = grownInts(this.#idLengths, this.#capacity);
    const [starts, before] = [sharedFloats(this.#capacity), this.#idStarts];
    starts.set(before);
    this.#idStarts = starts;
    const [ofRows, known] = [sharedBytes(this.#capacity), this.#roles];
    ofRows.set(known);
    this.#roles = ofRows;
  }
}
