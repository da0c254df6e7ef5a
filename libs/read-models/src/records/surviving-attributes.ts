import type { Attributes } from '@kinledger/contracts';
import { Int32Column, NONE } from '@kinledger/domain';
import { shown, type Survivor } from './survivors.js';
import { Words } from './words.js';

/**
 * Keeps the surviving attributes of every individual while its records arrive in any order, in 16 bytes per attribute.
 * Gives the same result as `survivorOf` for the ordered records.
 */
export class SurvivingAttributes {
  readonly #names = new Words();
  readonly #values = new Words();
  readonly #heads = new Int32Column();
  readonly #next = new Int32Column();
  readonly #name = new Int32Column();
  readonly #value = new Int32Column();
  readonly #record = new Int32Column();

  /** @param outranks whether this record outranks another record of the individual. */
  add(
    individual: number,
    record: number,
    attributes: Attributes,
    outranks: (other: number) => boolean,
  ): void {
    this.#heads.extendTo(individual + 1, NONE);
    for (const [word, said] of Object.entries(attributes)) {
      const name = this.#names.numberOf(word);
      const known = this.#entryOf(individual, name);
      if (known === NONE) {
        this.#next.push(this.#heads.get(individual));
        this.#name.push(name);
        this.#value.push(this.#values.numberOf(said));
        this.#heads.set(individual, this.#record.push(record));
      } else if (outranks(this.#record.get(known))) {
        this.#value.set(known, this.#values.numberOf(said));
        this.#record.set(known, record);
      }
    }
  }

  of(individual: number): Survivor {
    const attributes: Record<string, string> = {};
    const provenance: Record<string, number> = {};
    for (let entry = this.#head(individual); entry !== NONE; entry = this.#next.get(entry)) {
      const name = this.#names.wordOf(this.#name.get(entry));
      attributes[name] = this.#values.wordOf(this.#value.get(entry));
      provenance[name] = this.#record.get(entry);
    }
    return shown(attributes, provenance);
  }

  #entryOf(individual: number, name: number): number {
    let entry = this.#heads.get(individual);
    while (entry !== NONE && this.#name.get(entry) !== name) entry = this.#next.get(entry);
    return entry;
  }

  #head(individual: number): number {
    return individual < this.#heads.length ? this.#heads.get(individual) : NONE;
  }
}
