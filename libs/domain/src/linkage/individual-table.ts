import type { IndividualId } from '@kinledger/contracts';
import { passThrough, type Archive, type Archived } from './archive.js';
import { IdTable } from './id-table.js';
import type { RecordTable } from './record-table.js';
import { bytesOf, Int32Column, NONE, type Column } from './typed-column.js';

/**
 * The two lists of an individual's records. They are separate because an individual can have many facts, and most
 * questions need only its person records.
 */
export type MemberList = 'persons' | 'facts';

/**
 * Individuals in order of registration. Ids are never reused: an absorbed individual forwards to the one that absorbed
 * it, and one without live records waits until records of it are revived.
 */
export class IndividualTable implements Archived {
  readonly #records: RecordTable;
  readonly #ids = new IdTable();
  readonly #first = { persons: new Int32Column(), facts: new Int32Column() };
  readonly #forward = new Int32Column();

  constructor(records: RecordTable) {
    this.#records = records;
  }

  get count(): number {
    return this.#ids.count;
  }

  get bytes(): number {
    return bytesOf(this.#columns);
  }

  passThrough(archive: Archive): Promise<void> {
    return passThrough(archive, this.#columns);
  }

  get #columns(): readonly Column[] {
    return [this.#ids, this.#first.persons, this.#first.facts, this.#forward];
  }

  register(id: IndividualId): number {
    const individual = this.#ids.intern(id);
    if (individual === this.#forward.length) {
      this.#forward.push(NONE);
      this.#first.persons.push(NONE);
      this.#first.facts.push(NONE);
    }
    return individual;
  }

  find(id: IndividualId): number {
    return this.#ids.find(id);
  }

  idOf(individual: number): IndividualId {
    return this.#ids.idOf(individual) as IndividualId; // interned as one
  }

  /** The individual that an id stands for now: itself, or the one that absorbed it. */
  resolve(individual: number): number {
    let at = individual;
    for (let next = this.#forward.get(at); next !== NONE; next = this.#forward.get(at)) at = next;
    return at;
  }

  isEmpty(individual: number): boolean {
    return this.#first.persons.get(individual) === NONE && this.#first.facts.get(individual) === NONE;
  }

  firstMember(individual: number, list: MemberList): number {
    return this.#first[list].get(individual);
  }

  nextMember(record: number): number {
    return this.#records.nextMember.get(record);
  }

  join(record: number, individual: number): void {
    const first = this.#first[this.#listOf(record)];
    const next = first.get(individual);
    this.#records.nextMember.set(record, next);
    this.#records.previousMember.set(record, NONE);
    this.#records.previousMember.set(next, record);
    first.set(individual, record);
    this.#records.setOutcome(record, 'placed', individual);
  }

  /** Removes a record from its individual's list. The record keeps the number of that individual. */
  leave(record: number): void {
    const next = this.#records.nextMember.get(record);
    const previous = this.#records.previousMember.get(record);
    this.#records.previousMember.set(next, previous);
    if (previous !== NONE) this.#records.nextMember.set(previous, next);
    else this.#first[this.#listOf(record)].set(this.#records.individualOf(record), next);
  }

  absorb(individual: number, absorbed: number): void {
    for (const list of ['persons', 'facts'] as const) {
      for (
        let record = this.firstMember(absorbed, list);
        record !== NONE;
        record = this.firstMember(absorbed, list)
      ) {
        this.leave(record);
        this.join(record, individual);
      }
    }
    this.#forward.set(absorbed, individual);
  }

  #listOf(record: number): MemberList {
    return this.#records.isPerson(record) ? 'persons' : 'facts';
  }
}
