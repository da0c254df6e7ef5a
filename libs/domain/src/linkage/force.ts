import type { Marks } from './evidence.js';
import { NONE } from './typed-column.js';

/** How many distinct people the holders of a token may show before it loses its force. */
export interface ForceLimits {
  /** Distinct birth dates, and distinct NHS numbers. */
  readonly people: number;
  /** Distinct case numbers in one dataset. */
  readonly cases: number;
  /** Rows that carry none of the three: nothing but the row itself tells them apart. */
  readonly unmarked: number;
}

/**
 * Whether a token tells people apart (architecture §6). `none@none.com`, or the centre's own phone, is held by many
 * people, and that shows: its holders have too many birth dates, NHS numbers or case numbers, or there are too many rows
 * that say nothing of the kind. Such a token has no force: it neither links nor relates, and is counted. Force depends on
 * the live records alone, person records and facts alike, never on what was decided about them, so that adding and
 * taking away cross the limits alike.
 */
export class HolderCount {
  readonly #limits: ForceLimits;
  readonly #birthDates: number[] = [];
  readonly #nhsNumbers: number[] = [];
  /** Dataset → case numbers. A case number tells the rows of one list apart, and says nothing of another list's. */
  readonly #cases = new Map<number, number[]>();
  #ofNhsNumber: boolean;
  #unmarked = 0;
  #hasForce = true;

  /** @param ofNhsNumber whether the token that is weighed is an NHS number, as somebody's own. */
  constructor(limits: ForceLimits, ofNhsNumber = false) {
    this.#limits = limits;
    this.#ofNhsNumber = ofNhsNumber;
  }

  /** Begins to count the holders of another token. */
  reset(ofNhsNumber = false): void {
    this.#ofNhsNumber = ofNhsNumber;
    this.#birthDates.length = 0;
    this.#nhsNumbers.length = 0;
    this.#cases.clear();
    this.#unmarked = 0;
    this.#hasForce = true;
  }

  /** Counts one holder by what its row says; false as soon as the token has lost its force. */
  add({ birthDate, nhsNumber, dataset, caseNumber }: Marks): boolean {
    const { people, cases, unmarked } = this.#limits;
    // An NHS number tells its own holders nothing about each other.
    const number = this.#ofNhsNumber ? NONE : nhsNumber;
    if (birthDate !== NONE && countDistinct(this.#birthDates, birthDate) > people) this.#hasForce = false;
    if (number !== NONE && countDistinct(this.#nhsNumbers, number) > people) this.#hasForce = false;
    if (caseNumber !== NONE && countDistinct(this.#casesOf(dataset), caseNumber) > cases)
      this.#hasForce = false;
    if (birthDate === NONE && number === NONE && caseNumber === NONE && ++this.#unmarked > unmarked)
      this.#hasForce = false;
    return this.#hasForce;
  }

  get hasForce(): boolean {
    return this.#hasForce;
  }

  #casesOf(dataset: number): number[] {
    const known = this.#cases.get(dataset);
    if (known !== undefined) return known;
    const cases: number[] = [];
    this.#cases.set(dataset, cases);
    return cases;
  }
}

/** Adds a value to a short list of distinct ones and returns how many there are. */
function countDistinct(values: number[], value: number): number {
  return values.includes(value) ? values.length : values.push(value);
}
