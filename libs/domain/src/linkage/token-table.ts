import { passThrough, type Archive, type Archived } from './archive.js';
import { IdTable } from './id-table.js';
import { bytesOf, Int32Column, NONE, Uint8Column, type Column } from './typed-column.js';

/** Tag of a birth-date guard in the table; any other token is tagged with the number of its channel. */
export const BIRTH_DATE_TAG = 255;

const IDENTITY_WITHOUT_FORCE = 1;
const CARER_WITHOUT_FORCE = 2;
const DIRTY = 4;

/**
 * Who holds a token, in lists of occurrences that answer different questions: persons and facts whose own it is, and
 * children's person records and facts whose carer's it is.
 */
export type HolderList = 'persons' | 'facts' | 'carersOfPersons' | 'carersOfFacts';

export const ownLists = ['persons', 'facts'] as const;
export const carerLists = ['carersOfPersons', 'carersOfFacts'] as const;

/**
 * Tokens as dense numbers, with the heads of their holders' lists and whether they have force among the records that
 * are live. Tokens that never link, such as a provider's case number, are not kept.
 */
export class TokenTable implements Archived {
  readonly #ids = new IdTable();
  readonly #heads: Record<HolderList, Int32Column> = {
    persons: new Int32Column(),
    facts: new Int32Column(),
    carersOfPersons: new Int32Column(),
    carersOfFacts: new Int32Column(),
  };
  readonly #state = new Uint8Column();
  readonly #dirty = new Int32Column();
  #withoutForce = 0;

  get count(): number {
    return this.#ids.count;
  }

  get bytes(): number {
    return bytesOf(this.#columns);
  }

  async passThrough(archive: Archive): Promise<void> {
    await passThrough(archive, this.#columns);
    this.#withoutForce = await archive.json(this.#withoutForce);
  }

  get #columns(): readonly Column[] {
    return [this.#ids, ...Object.values(this.#heads), this.#state, this.#dirty];
  }

  /** Identity tokens of live records that have lost their force, as of the last `settle`. */
  get withoutForce(): number {
    return this.#withoutForce;
  }

  intern(token: string, tag: number): number {
    const slot = this.#ids.intern(token, tag);
    if (slot === this.#state.length) {
      this.#state.push(0);
      this.#heads.persons.push(NONE);
      this.#heads.facts.push(NONE);
      this.#heads.carersOfPersons.push(NONE);
      this.#heads.carersOfFacts.push(NONE);
    }
    return slot;
  }

  channelOf(slot: number): number {
    return this.#ids.tagOf(slot);
  }

  /** First occurrence of the token in a list; the record table leads on from it. */
  firstHolder(slot: number, list: HolderList): number {
    return this.#heads[list].get(slot);
  }

  setFirstHolder(slot: number, list: HolderList, occurrence: number): void {
    this.#heads[list].set(slot, occurrence);
  }

  /** Whether the token links, among the records that were live when the last decision closed. */
  linked(slot: number): boolean {
    return !this.#state.has(slot, IDENTITY_WITHOUT_FORCE);
  }

  /** Whether the token related, as `linked`. */
  related(slot: number): boolean {
    return !this.#state.has(slot, IDENTITY_WITHOUT_FORCE | CARER_WITHOUT_FORCE);
  }

  /** A holder of the token begins or ceases to be live: its force is to be weighed again. */
  touch(slot: number): void {
    if (this.#state.has(slot, DIRTY)) return;
    this.#state.raise(slot, DIRTY);
    this.#dirty.push(slot);
  }

  /** Weighs the force of every touched token. Put off until somebody asks, so that a rebuild does it once. */
  settle(links: (slot: number) => boolean, relates: (slot: number) => boolean): void {
    for (let at = 0; at < this.#dirty.length; at++) {
      const slot = this.#dirty.get(at);
      const before = this.linked(slot);
      this.#state.set(
        slot,
        (links(slot) ? 0 : IDENTITY_WITHOUT_FORCE) | (relates(slot) ? 0 : CARER_WITHOUT_FORCE),
      );
      this.#withoutForce += Number(before) - Number(this.linked(slot));
    }
    this.#dirty.clear();
  }
}
