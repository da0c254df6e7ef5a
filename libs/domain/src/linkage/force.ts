import { NONE } from './typed-column.js';

/**
 * Whether a token tells people apart (architecture §6). `none@none.com`, or the centre's own phone, is held by many
 * people, and that shows: its holders have more than K distinct birth dates, or there are simply too many of them.
 * Such a token has no force: it neither links nor relates, and is counted. Force depends on the live records alone,
 * never on what was decided about them, so that adding and taking away cross K alike.
 */
export class HolderCount {
  readonly #maxBirthDates: number;
  readonly #maxHolders: number;
  readonly #birthDates: number[] = [];
  #holders = 0;

  constructor(maxBirthDates: number, maxHolders = Number.POSITIVE_INFINITY) {
    this.#maxBirthDates = maxBirthDates;
    this.#maxHolders = maxHolders;
  }

  reset(): void {
    this.#birthDates.length = 0;
    this.#holders = 0;
  }

  /** Counts one holder and its birth-date guard, if it has one. False as soon as the token has lost its force. */
  add(birthDate: number): boolean {
    this.#holders++;
    if (birthDate !== NONE && !this.#birthDates.includes(birthDate)) this.#birthDates.push(birthDate);
    return this.hasForce;
  }

  get hasForce(): boolean {
    return this.#birthDates.length <= this.#maxBirthDates && this.#holders <= this.#maxHolders;
  }
}
