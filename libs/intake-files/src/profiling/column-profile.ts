import type { DateOrder, Sha256Hex } from '@kinledger/domain/identifiers';
import { isNoValue } from '@kinledger/domain/identifiers';
import { datasetField, valueKey, type DatasetField } from '@kinledger/programme/definition';
import type { RuleKind } from '../validation/finding.js';
import { FingerprintSet } from '../validation/fingerprint-set.js';
import { valueFormOf, type ReadValue, type ValueForm } from '../validation/value-form.js';
import { fieldFor, kindsByForm, promisedKind, type ColumnKind, type KindByForm } from './column-kinds.js';

/** A value that recurs, and in how many cells. */
export interface CountedValue {
  readonly value: string;
  readonly cells: number;
}

/** What is odd about the cells of a column, whatever it holds. */
export type CellOddity =
  'outer-space' | 'invisible-character' | 'wrong-encoding' | 'formula' | 'line-break' | 'spelt-differently';

/** How the cells of a column read as one kind. */
export interface ReadAs {
  /** Cells whose value is kept. */
  readonly kept: number;
  /** Cells by the rule that they break; a repaired value is kept. */
  readonly broken: Readonly<Partial<Record<RuleKind, number>>>;
  readonly orders: Readonly<Record<DateOrder, number>>;
}

/** What the cells of a column are. But for a range, it holds no value that stands in fewer than five of them. */
export interface ColumnFacts {
  readonly kind: ColumnKind;
  readonly filled: number;
  readonly empty: number;
  /** Cells that say in words that there is no value, by spelling. */
  readonly noValue: readonly CountedValue[];
  /** Number of distinct values; at least so many if `more`. */
  readonly distinct: { readonly values: number; readonly more: boolean };
  readonly longest: number;
  readonly readAs: ReadAs;
  /** Values of a column of few, commonest first, and how many cells hold others. */
  readonly codes: { readonly values: readonly CountedValue[]; readonly otherCells: number } | undefined;
  /** The least and the greatest number, or month of a date. */
  readonly range: { readonly least: string; readonly greatest: string } | undefined;
  readonly oddities: Readonly<Partial<Record<CellOddity, number>>>;
}

/** Distinct values of a column are counted up to here. */
const MOST_DISTINCT = 200_000;
/** A column of more different values has no codes. */
const MOST_CODES = 40;
const LONGEST_CODE = 80;
/** A value in fewer cells is not shown: it might be somebody’s. */
const FEWEST_CELLS = 5;
/** After so many filled cells a kind that hardly any of them fits is not tried further. */
const CELLS_UNTIL_DISMISSED = 20_000;
/** A column is of a kind if so many of its values fit it. */
const NEARLY_ALL = 0.7;
/** With a title that promises the kind. */
const HALF = 0.5;
const FREE_TEXT_LENGTH = 60;

/** Reads the cells of one column, one after another, and says what they are. */
export class ColumnProfile {
  #filled = 0;
  #empty = 0;
  #longest = 0;
  #letters = 0;
  #words = 0;
  readonly #noValue = new Map<string, number>();
  readonly #distinct: FingerprintSet;
  #codes: Map<string, Map<string, number>> | undefined = new Map<string, Map<string, number>>();
  readonly #oddities: Partial<Record<CellOddity, number>> = {};
  readonly #promised: ColumnKind | undefined;
  #readings: readonly Reading[];

  /** @param column from 1. */
  constructor(
    readonly title: string,
    readonly column: number,
    sha256: Sha256Hex,
  ) {
    this.#distinct = new FingerprintSet(sha256);
    this.#promised = promisedKind(title);
    const kinds = kindsByForm.map((kind) =>
      kind === 'date' && this.#promised === 'birth-date' ? 'birth-date' : kind,
    );
    this.#readings = kinds.map((kind) => new Reading(kind));
  }

  add(cell: string | undefined): void {
    const text = cell?.trim() ?? '';
    if (cell === undefined || text === '') {
      this.#empty += 1;
      return;
    }
    this.#look(cell, text);
    if (isNoValue(text) && this.#promised !== 'gender' && this.#promised !== 'postcode') {
      const spelling = valueKey(text);
      this.#noValue.set(spelling, (this.#noValue.get(spelling) ?? 0) + 1);
      return;
    }
    for (const reading of this.#readings) reading.add(text);
    this.#filled += 1;
    this.#longest = Math.max(this.#longest, text.length);
    if (/\p{L}/u.test(text)) this.#letters += 1;
    if (text.length > FREE_TEXT_LENGTH && text.includes(' ')) this.#words += 1;
    if (this.#distinct.size < MOST_DISTINCT) this.#distinct.add(text);
    this.#countCode(text);
    if (this.#filled === CELLS_UNTIL_DISMISSED)
      this.#readings = this.#readings.filter(
        (reading) => reading.kept * 100 >= this.#filled || reading.kind === this.#promised,
      );
  }

  facts(): ColumnFacts {
    const { reading, kind } = this.#kind();
    const codes = this.#codesOf(kind);
    return {
      kind,
      filled: this.#filled,
      empty: this.#empty,
      noValue: [...this.#noValue].map(([value, cells]) => ({ value, cells })).sort(commonestFirst),
      distinct: { values: this.#distinct.size, more: this.#distinct.size >= MOST_DISTINCT },
      longest: this.#longest,
      readAs: reading?.result ?? { kept: this.#filled, broken: {}, orders: noOrders() },
      codes,
      range: reading?.range,
      oddities: { ...this.#oddities, ...this.#spelling(kind) },
    };
  }

  /** The field that a definition could begin with. */
  field(kind: ColumnKind): DatasetField {
    const field = fieldFor(kind, this.title, this.column);
    const codes = kind === 'code' ? this.#codesOf(kind) : undefined;
    if (codes === undefined || codes.values.length === 0) return field;
    return datasetField.parse({ ...field, constraints: { enum: codes.values.map(({ value }) => value) } });
  }

  #kind(): { readonly kind: ColumnKind; readonly reading?: Reading } {
    const filled = this.#filled;
    if (filled === 0) return { kind: 'empty' };
    const promised = this.#readings.find((reading) => reading.kind === this.#promised);
    const found = this.#readings.find(
      (reading) => reading.surely >= filled * NEARLY_ALL && this.#isMeant(reading.kind),
    );
    // Damaged values of the promised kind may look like numbers: days as a spreadsheet counts them.
    const isNumbers = found === undefined || found.kind === 'integer' || found.kind === 'number';
    if (promised !== undefined && promised.near >= filled * HALF && (promised.kept > 0 || isNumbers))
      return { kind: promised.kind, reading: promised };
    if (this.#promised === 'first-name' || this.#promised === 'name' || this.#promised === 'address')
      return { kind: this.#promised };
    const isEachOnce =
      filled >= FEWEST_CELLS && this.#empty + this.#noValueCells() === 0 && this.#distinct.size === filled;
    if (isEachOnce && (found === undefined || found.kind === 'integer')) return { kind: 'row-id' };
    if (found !== undefined) return { kind: found.kind, reading: found };
    if (this.#words >= filled * 0.1) return { kind: 'free-text' };
    return { kind: this.#hasCodes() ? 'code' : 'text' };
  }

  /** Digits alone are numbers, although 1 can stand for yes and for a gender; 2023-2 may be the second of that year. */
  #isMeant(kind: KindByForm): boolean {
    if (kind === 'birth-month') return this.#promised === 'birth-date';
    return (kind !== 'gender' && kind !== 'boolean') || this.#letters > 0;
  }

  #noValueCells(): number {
    return [...this.#noValue.values()].reduce((sum, cells) => sum + cells, 0);
  }

  #look(cell: string, text: string): void {
    const tell = (oddity: CellOddity) => (this.#oddities[oddity] = (this.#oddities[oddity] ?? 0) + 1);
    if (cell.length !== text.length) tell('outer-space');
    if (/[\r\n]/.test(text)) tell('line-break');
    if (/^[=+@]|^-(?!\d|$)/.test(text) && !/^\+?[\d\s()-]+$/.test(text) && !isNoValue(text)) tell('formula');
    if (plain.test(text)) return;
    if (/\u00ad|[\p{Cf}\u00a0]/u.test(text)) tell('invisible-character');
    if (/\ufffd|[ÂÃ][\u0080-\u00bf]|â€/.test(text)) tell('wrong-encoding');
  }

  #countCode(text: string): void {
    if (this.#codes === undefined) return;
    if (text.length > LONGEST_CODE) {
      this.#codes = undefined;
      return;
    }
    const key = valueKey(text);
    const spellings = this.#codes.get(key) ?? new Map<string, number>();
    spellings.set(text, (spellings.get(text) ?? 0) + 1);
    this.#codes.set(key, spellings);
    // A column of names has many values in few cells each.
    if (this.#codes.size > MOST_CODES * 5) this.#codes = undefined;
  }

  #hasCodes(): boolean {
    return (
      this.#codes !== undefined &&
      this.#codes.size <= MOST_CODES &&
      this.#codes.size * FEWEST_CELLS <= this.#filled
    );
  }

  #codesOf(kind: ColumnKind): ColumnFacts['codes'] {
    const isCoded = kind === 'code' || kind === 'gender' || kind === 'boolean' || kind === 'integer';
    if (!isCoded || !this.#hasCodes() || this.#codes === undefined) return undefined;
    const counted = [...this.#codes.values()].map((spellings) => {
      const [commonest] = [...spellings].sort(([, one], [, other]) => other - one);
      const cells = [...spellings.values()].reduce((sum, each) => sum + each, 0);
      return { value: commonest?.[0] ?? '', cells };
    });
    const values = counted.filter(({ cells }) => cells >= FEWEST_CELLS).sort(commonestFirst);
    return { values, otherCells: this.#filled - values.reduce((sum, { cells }) => sum + cells, 0) };
  }

  /** Cells of a coded column in another spelling than the commonest of the same value. */
  #spelling(kind: ColumnKind): Partial<Record<CellOddity, number>> {
    if (kind !== 'code' || this.#codes === undefined) return {};
    let cells = 0;
    for (const spellings of this.#codes.values()) {
      const counts = [...spellings.values()];
      cells += counts.reduce((sum, each) => sum + each, 0) - Math.max(...counts);
    }
    return cells === 0 ? {} : { 'spelt-differently': cells };
  }
}

const plain = /^[ -~]*$/;

const commonestFirst = (one: CountedValue, other: CountedValue): number =>
  other.cells - one.cells || (one.value < other.value ? -1 : 1);

const noOrders = (): Record<DateOrder, number> => ({ 'day-first': 0, 'month-first': 0, either: 0 });

/** Rules that say: this is no value of the kind at all. */
const strangers: ReadonlySet<RuleKind> = new Set(['invalid', 'not-digits', 'unlisted', 'clear-text']);

const sureFaults: readonly RuleKind[] = ['month-first', 'two-digit-year', 'unreal-date', 'time-of-day'];

const REMEMBERED = 2_048;

/** How a column’s cells read as one kind. */
class Reading {
  kept = 0;
  /** Cells that are of the kind, or a damaged value of it. */
  near = 0;
  readonly #broken: Partial<Record<RuleKind, number>> = {};
  readonly #orders = noOrders();
  readonly #form: ValueForm;
  readonly #remembered = new Map<string, ReadValue>();
  readonly #isOrdered: boolean;
  #least: string | undefined;
  #greatest: string | undefined;

  constructor(readonly kind: KindByForm) {
    // Values that are reserved for tests are values here: a profile says what there is.
    this.#form = valueFormOf(fieldFor(kind, kind, 1), { synthetic: true });
    this.#isOrdered = kind === 'date' || kind === 'integer' || kind === 'number';
  }

  get result(): ReadAs {
    return { kept: this.kept, broken: this.#broken, orders: this.#orders };
  }

  /** Of numbers, and of the months of dates. A date of birth has none. */
  get range(): ColumnFacts['range'] {
    if (this.#least === undefined || this.#greatest === undefined) return undefined;
    const shown = (value: string) => (this.kind === 'date' ? value.slice(0, 7) : value);
    return { least: shown(this.#least), greatest: shown(this.#greatest) };
  }

  add(text: string): void {
    const { value, rule, order } = this.#read(text);
    if (value !== null) this.kept += 1;
    if (value !== null || rule === undefined || !strangers.has(rule)) this.near += 1;
    if (order !== undefined) this.#orders[order] += 1;
    if (rule !== undefined) this.#broken[rule] = (this.#broken[rule] ?? 0) + 1;
    if (this.#isOrdered && value !== null) this.#widen(value);
  }

  /** Cells that can hardly be anything else: a date with the month first is a date. */
  get surely(): number {
    return sureFaults.reduce((cells, rule) => cells + (this.#broken[rule] ?? 0), this.kept);
  }

  #read(text: string): ReadValue {
    const known = this.#remembered.get(text);
    if (known !== undefined) return known;
    const formed = this.#form(text);
    const read = typeof formed === 'string' ? { value: formed } : formed;
    if (this.#remembered.size >= REMEMBERED) this.#remembered.clear();
    if (text.length <= LONGEST_CODE) this.#remembered.set(text, read);
    return read;
  }

  #widen(value: string): void {
    const isLess = (one: string, other: string) =>
      this.kind === 'date' ? one < other : Number(one) < Number(other);
    if (this.#least === undefined || isLess(value, this.#least)) this.#least = value;
    if (this.#greatest === undefined || isLess(this.#greatest, value)) this.#greatest = value;
  }
}
