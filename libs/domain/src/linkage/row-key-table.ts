import type { RowKey } from '@kinledger/contracts';
import { passThrough, type Archive, type Archived } from './archive.js';
import { IdTable } from './id-table.js';
import { bytesOf, Int32Column, NONE, type Column } from './typed-column.js';

/**
 * Row keys, the live record of each, and its carriages. A carriage says that a submission has a row with this key, and
 * which record holds the row's content; NONE if the row refuses consent. The carriages of one submission are
 * contiguous, in the order of its events.
 */
export class RowKeyTable implements Archived {
  readonly #ids = new IdTable();
  readonly #live = new Int32Column();
  readonly #lastCarriage = new Int32Column();
  readonly #carriageKey = new Int32Column();
  readonly #carriageRecord = new Int32Column();
  readonly #carriageSubmission = new Int32Column();
  readonly #earlierCarriage = new Int32Column();

  get count(): number {
    return this.#ids.count;
  }

  get carriages(): number {
    return this.#carriageKey.length;
  }

  get bytes(): number {
    return bytesOf(this.#columns);
  }

  passThrough(archive: Archive): Promise<void> {
    return passThrough(archive, this.#columns);
  }

  get #columns(): readonly Column[] {
    return [
      this.#ids,
      this.#live,
      this.#lastCarriage,
      this.#carriageKey,
      this.#carriageRecord,
      this.#carriageSubmission,
      this.#earlierCarriage,
    ];
  }

  intern(rowKey: RowKey): number {
    const key = this.#ids.intern(rowKey);
    if (key === this.#live.length) {
      this.#live.push(NONE);
      this.#lastCarriage.push(NONE);
    }
    return key;
  }

  /** The row key's number, or NONE. */
  find(rowKey: RowKey): number {
    return this.#ids.find(rowKey);
  }

  /** The live record of a row key, or NONE. */
  liveRecordOf(rowKey: RowKey): number {
    const key = this.#ids.find(rowKey);
    return key === NONE ? NONE : this.#live.get(key);
  }

  idOf(key: number): RowKey {
    return this.#ids.idOf(key) as RowKey; // interned as one
  }

  compare(one: number, other: number): number {
    return this.#ids.compare(one, other);
  }

  liveRecord(key: number): number {
    return this.#live.get(key);
  }

  setLiveRecord(key: number, record: number): void {
    this.#live.set(key, record);
  }

  carry(key: number, record: number, submission: number): void {
    this.#carriageKey.push(key);
    this.#carriageRecord.push(record);
    this.#carriageSubmission.push(submission);
    this.#lastCarriage.set(key, this.#earlierCarriage.push(this.#lastCarriage.get(key)));
  }

  lastCarriage(key: number): number {
    return this.#lastCarriage.get(key);
  }

  earlierCarriage(carriage: number): number {
    return this.#earlierCarriage.get(carriage);
  }

  keyAt(carriage: number): number {
    return this.#carriageKey.get(carriage);
  }

  /** The record of a carriage; NONE if the row refuses consent. */
  recordAt(carriage: number): number {
    return this.#carriageRecord.get(carriage);
  }

  submissionAt(carriage: number): number {
    return this.#carriageSubmission.get(carriage);
  }
}
