import type { RecordTable } from './record-table.js';
import { NONE } from './typed-column.js';

/**
 * Numbers by record, for the length of one decision. Records that were just staged stand together at the end of the
 * table, and nearly all that a large file touches are of that kind: they get an array, older ones a Map.
 */
export class RecordMap {
  readonly #firstStaged: number;
  readonly #staged: Int32Array;
  readonly #older = new Map<number, number>();

  constructor(records: RecordTable) {
    this.#firstStaged = records.endOfLedger;
    this.#staged = new Int32Array(records.count - this.#firstStaged).fill(NONE);
  }

  /** The record's number, or NONE. */
  get(record: number): number {
    const at = record - this.#firstStaged;
    return at >= 0 ? (this.#staged[at] as number) : (this.#older.get(record) ?? NONE); // a record of the table
  }

  set(record: number, value: number): void {
    const at = record - this.#firstStaged;
    if (at >= 0) this.#staged[at] = value;
    else this.#older.set(record, value);
  }
}
