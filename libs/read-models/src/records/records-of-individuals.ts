import { Int32Column, NONE } from '@kinledger/domain';

/** Belongs to nobody; individuals are numbered from 1. */
export const NOBODY = 0;

/**
 * Assigns records to individuals while both change: a linked list of records for each individual, in 12 bytes per
 * record.
 */
export class RecordsOfIndividuals {
  // By record, from 0.
  readonly #individual = new Int32Column();
  readonly #next = new Int32Column();
  readonly #previous = new Int32Column();
  /** By individual, from 1. */
  readonly #first = new Int32Column();

  /** Adds the next record, which belongs to nobody yet. */
  push(): void {
    this.#individual.push(NOBODY);
    this.#next.push(NONE);
    this.#previous.push(NONE);
  }

  individualOf(record: number): number {
    return this.#individual.get(record);
  }

  /** Moves a record from its individual to another. */
  move(record: number, individual: number): void {
    const before = this.#individual.get(record);
    if (before !== NOBODY) {
      const [next, previous] = [this.#next.get(record), this.#previous.get(record)];
      if (previous === NONE) this.#first.set(before, next);
      else this.#next.set(previous, next);
      this.#previous.set(next, previous);
    }
    this.#individual.set(record, individual);
    if (individual === NOBODY) return;
    this.#first.extendTo(individual + 1, NONE);
    const first = this.#first.get(individual);
    this.#next.set(record, first);
    this.#previous.set(record, NONE);
    this.#previous.set(first, record);
    this.#first.set(individual, record);
  }

  /** Moves every record of an individual to another. */
  moveAll(from: number, to: number): void {
    this.#first.extendTo(from + 1, NONE);
    for (let record = this.#first.get(from); record !== NONE; record = this.#first.get(from)) {
      this.move(record, to);
    }
  }
}
