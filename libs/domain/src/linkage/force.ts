import type { Marks } from './evidence.js';
import { NONE } from './typed-column.js';

/** How many distinct people the holders of a token may represent before the token loses its force. */
export interface ForceLimits {
  /** The limit on distinct birth dates, and on distinct NHS numbers. */
  readonly people: number;
  /** The limit on distinct case numbers in one dataset. */
  readonly cases: number;
  /** The limit on rows with none of the three marks: only the row itself tells such holders apart. */
  readonly unmarked: number;
}

/**
 * Decides whether a token tells people apart (architecture §6). Many people hold `none@none.com` or the centre's own
 * phone, and it shows: the holders have too many birth dates, NHS numbers or case numbers, or too many of their rows
 * have none of these. Such a token has no force: it neither links nor relates, and is counted. Force depends on the
 * live records alone, person records and facts alike, and never on earlier decisions about them, so adding and removing
 * records cross the limits at the same point.
 */
export class HolderCount {
  readonly #limits: ForceLimits;
  readonly #birthDates: number[] = [];
  readonly #nhsNumbers: number[] = [];
  /** Case numbers by dataset. A case number tells apart the rows of one dataset and says nothing about another's. */
  readonly #cases = new Map<number, number[]>();
  #ofNhsNumber: boolean;
  #unmarked = 0;
  #hasForce = true;

  /** @param ofNhsNumber whether the token is an NHS number, held as the person's own. */
  constructor(limits: ForceLimits, ofNhsNumber = false) {
    this.#limits = limits;
    this.#ofNhsNumber = ofNhsNumber;
  }

  /** Starts to count the holders of another token. */
  reset(ofNhsNumber = false): void {
    this.#ofNhsNumber = ofNhsNumber;
    this.#birthDates.length = 0;
    this.#nhsNumbers.length = 0;
    this.#cases.clear();
    this.#unmarked = 0;
    this.#hasForce = true;
  }

  /** Counts one holder by the marks of its row. Returns false once the token has lost its force. */
  add({ birthDate, nhsNumber, dataset, caseNumber }: Marks): boolean {
    return this.count(birthDate, nhsNumber, dataset, caseNumber);
  }

  /** The same, without an object: the holders of a token are counted again whenever one of them comes or goes. */
  count(birthDate: number, nhsNumber: number, dataset: number, caseNumber: number): boolean {
    const { people, cases, unmarked } = this.#limits;
    // The holders of an NHS number all have that number, so it does not tell them apart.
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

/** Adds a value to a short list of distinct values and returns the length of the list. */
function countDistinct(values: number[], value: number): number {
  return values.includes(value) ? values.length : values.push(value);
}
