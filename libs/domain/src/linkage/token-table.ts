import type { Token } from '@kinledger/contracts';
import { passThrough, type Archive, type Archived } from './archive.js';
import { IdTable } from './id-table.js';
import { bytesOf, Int32Column, NONE, Uint8Column, type Column } from './typed-column.js';

/** The tag of a birth-date guard in the table. The tag of any other token is its channel number. */
export const BIRTH_DATE_TAG = 255;

const IDENTITY_WITHOUT_FORCE = 1;
const CARER_WITHOUT_FORCE = 2;
const DIRTY = 4;

/**
 * The lists of occurrences of a token: `persons` and `facts` hold it as their own; `carersOfPersons` and
 * `carersOfFacts` are children's person records and facts that hold it as their carer's.
 */
export type HolderList = 'persons' | 'facts' | 'carersOfPersons' | 'carersOfFacts';

export const ownLists = ['persons', 'facts'] as const;
export const carerLists = ['carersOfPersons', 'carersOfFacts'] as const;

/**
 * Numbers tokens from 0, and keeps the heads of their holder lists and whether they have force among the live records.
 * Tokens that never link, such as a provider's case number, are not kept.
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

  /** The number of tokens of live records without force as identity tokens, as of the last `settle`. */
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

  /** The token's slot, or NONE. */
  find(token: string, tag: number): number {
    return this.#ids.find(token, tag);
  }

  textOf(slot: number): Token {
    return this.#ids.idOf(slot) as Token; // interned as one
  }

  channelOf(slot: number): number {
    return this.#ids.tagOf(slot);
  }

  /** The first occurrence of the token in a list. The record table holds the following ones. */
  firstHolder(slot: number, list: HolderList): number {
    return this.#heads[list].get(slot);
  }

  setFirstHolder(slot: number, list: HolderList, occurrence: number): void {
    this.#heads[list].set(slot, occurrence);
  }

  /** Whether the token had force as an identity token when the last decision closed. */
  linked(slot: number): boolean {
    return !this.#state.has(slot, IDENTITY_WITHOUT_FORCE);
  }

  /** Whether the token could relate when the last decision closed. */
  related(slot: number): boolean {
    return !this.#state.has(slot, IDENTITY_WITHOUT_FORCE | CARER_WITHOUT_FORCE);
  }

  /** Marks the token for recalculation: one of its holders became live or ceased to be. */
  touch(slot: number): void {
    if (this.#state.has(slot, DIRTY)) return;
    this.#state.raise(slot, DIRTY);
    this.#dirty.push(slot);
  }

  /** Recalculates the force of every touched token. It waits until it is called, so that a rebuild does it once. */
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
