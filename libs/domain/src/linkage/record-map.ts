import type { RecordTable } from './record-table.js';
import { NONE } from './typed-column.js';

/**
 * Maps records to numbers during one decision. Staged records are contiguous at the end of the table, and a large file
 * touches hardly any others: staged records use an array, older ones a Map.
 */
export class RecordMap {
  readonly #firstStaged: number;
  readonly #staged: Int32Array;
  readonly #older = new Map<number, number>();

  constructor(records: RecordTable) {
    this.#firstStaged = records.endOfLedger;
    this.#staged = new Int32Array(records.count - this.#firstStaged).fill(NONE);
  }

  /** The number of the record, or NONE. */
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
