import { decode, type TextTable } from '../values/text-table.js';

/** Programs that take a column for numbers write 1984 as 1984.0. */
const wholeNumber = /^(\d+)(?:\.0*)?$/;
const numberIn = (text: string): string => wholeNumber.exec(text)?.[1] ?? text;

/** One text of the year, month and day of a date, which may be numbers or a month’s name; empty if one is missing. */
export function dateOfParts(year: string, month: string, day: string): string {
  const [y, m, d] = [numberIn(year), numberIn(month), numberIn(day)];
  if (y === '' || m === '' || d === '') return '';
  if (!wholeNumber.test(m)) return `${d} ${m} ${y}`;
  return y.length === 4 ? `${y}-${m}-${d}` : `${d}/${m}/${y}`;
}

/** Three columns, of which one date is made. */
export class DateParts {
  readonly columns: readonly number[];
  readonly #field: number;
  readonly #texts: TextTable;
  readonly #parts = ['', '', ''];

  /** @param columns those of year, month and day; @param field the date; @param texts those of the date. */
  constructor(columns: readonly number[], field: number, texts: TextTable) {
    this.columns = columns;
    this.#field = field;
    this.#texts = texts;
  }

  /** A cell of one of the columns. */
  cell(bytes: Uint8Array, column: number, from: number, until: number): void {
    this.#parts[this.columns.indexOf(column)] = decode(bytes, from, until);
  }

  /** Writes the date of the row whose cells were given, among its values, which begin at `row`. */
  write(values: Int32Array, row: number): void {
    const [year = '', month = '', day = ''] = this.#parts;
    const date = dateOfParts(year, month, day);
    values[row + this.#field] = date === '' ? 0 : this.#texts.numberOfText(date);
  }
}
