import { levelNamed, RARITIES } from '../comparison/field-kind.js';
import type { PatternLayout } from '../comparison/pattern-layout.js';
import { MILLIBITS } from '../model/score-table.js';

/** Of a pair of one individual. `auto-link`: no person has to look. `refer`: a person decides. */
export type Band = 'auto-link' | 'refer';

/** Why a pair is not linked without a person. */
export type BandReason =
  | 'score-too-low'
  | 'rival-too-near'
  | 'birth-date-does-not-agree'
  | 'given-name-does-not-agree'
  | 'genders-differ'
  | 'identifiers-differ';

export interface BandRules {
  /** The least score of an automatic link, in millibits. */
  readonly floor: number;
  /** How far the score has to be above that of either record with anybody outside the cluster, in millibits. */
  readonly margin: number;
}

/** Precision at least 0.999 on invented households of 40,000 records; see docs/linkage-quality.md. */
export const defaultBandRules: BandRules = { floor: 7 * MILLIBITS, margin: 3 * MILLIBITS };

const date = (name: string) => levelNamed('birth-date', name);
const goodDates: ReadonlySet<number> = new Set([
  date('full'),
  date('day and month swapped'),
  date('year and month, one edit'),
  date('year and month'),
]);
const given = (name: string) => levelNamed('given-name', name);
const goodGivenNames: ReadonlySet<number> = new Set([
  ...Array.from({ length: RARITIES }, (_, rarity) => rarity + 1),
  ...[given('nickname'), given('one edit'), given('swapped with surname')],
]);

export interface PairInCluster {
  readonly low: number;
  readonly high: number;
  readonly score: number;
  /** The best score of either record with anybody outside their cluster; absent if there is nobody. */
  readonly rival?: number | undefined;
}

/** Decides pairs of one layout. */
export class Bands {
  readonly #layout: PatternLayout;
  readonly #rules: BandRules;
  readonly #date: number;
  readonly #given: number;
  readonly #gender: number;
  readonly #identifiers: readonly number[];

  constructor(layout: PatternLayout, rules: BandRules = defaultBandRules) {
    this.#layout = layout;
    this.#rules = rules;
    const fieldOf = (kind: string) => layout.fields.findIndex((field) => field.kind === kind);
    this.#date = fieldOf('birth-date');
    this.#given = fieldOf('given-name');
    this.#gender = fieldOf('gender');
    this.#identifiers = layout.fields.flatMap(({ kind }, index) => (kind === 'nhs-number' ? [index] : []));
  }

  /** The first reason why a pair is not linked without a person; none if it is. */
  reasonAgainst({ low, high, score, rival }: PairInCluster): BandReason | undefined {
    if (this.#identifiers.some((field) => this.#level(field, low, high) === differentIdentifier))
      return 'identifiers-differ';
    if (this.#gender >= 0 && this.#level(this.#gender, low, high) === differentGender)
      return 'genders-differ';
    if (this.#date < 0 || !goodDates.has(this.#level(this.#date, low, high)))
      return 'birth-date-does-not-agree';
    if (this.#given >= 0 && !goodGivenNames.has(this.#level(this.#given, low, high)))
      return 'given-name-does-not-agree';
    if (score < this.#rules.floor) return 'score-too-low';
    if (rival !== undefined && score - rival < this.#rules.margin) return 'rival-too-near';
    return undefined;
  }

  #level(field: number, low: number, high: number): number {
    return this.#layout.level(field, low, high);
  }
}

const differentIdentifier = levelNamed('nhs-number', 'different');
const differentGender = levelNamed('gender', 'different');
