import type { TokenOccurrence } from '@kinledger/contracts';
import { BIRTH_DATE_DOMAIN, CHILD_KEY_LEVEL, EMAIL_LEVEL, GENDER_DOMAIN } from './strategy.js';
import { NONE } from './typed-column.js';

/** A record as the rules see it. Tokens are interned numbers: only equality is ever asked of them. */
export interface Evidence {
  readonly child: boolean;
  /** The full birth-date guard, or NONE. */
  readonly birthDate: number;
  /** The gender guard as {@link valueOf} gives it, or NONE; of person records alone. */
  readonly gender: number;
  /** The provider's own case number as {@link valueOf} gives it, or NONE. */
  readonly caseNumber: number;
  /** The dataset that numbers its cases so, or NONE for a fact: a case number tells the rows of one list apart. */
  readonly dataset: number;
  /** Every NHS number on the row, with or without force: a contradiction lies in the values. */
  readonly nhsNumbers: readonly number[];
  /** Usable identity tokens that have force, in row order, and the authority level of each. */
  readonly tokens: readonly number[];
  readonly levels: readonly number[];
}

/** What a group of records says about whom it is. */
export interface Profile {
  readonly nhsNumbers: readonly number[];
  readonly birthDates: readonly number[];
  readonly genders: readonly number[];
  /** Cases of person records: {@link caseOf} dataset and number. */
  readonly cases: readonly number[];
  readonly child: boolean;
  readonly adult: boolean;
  /** True once a person's review has joined it: what the reviewer saw to differ no longer counts against a third. */
  readonly reviewed: boolean;
}

export type Contradiction =
  'nhs-numbers-differ' | 'birth-dates-differ' | 'child-and-adult' | 'case-numbers-differ' | 'genders-differ';

const nothing: readonly number[] = [];

export const profileOf = (record: Evidence): Profile => ({
  nhsNumbers: record.nhsNumbers,
  birthDates: record.birthDate === NONE ? nothing : [record.birthDate],
  genders: record.gender === NONE ? nothing : [record.gender],
  cases:
    record.dataset === NONE || record.caseNumber === NONE
      ? nothing
      : [caseOf(record.dataset, record.caseNumber)],
  child: record.child,
  adult: !record.child,
  reviewed: false,
});

export const joined = (one: Profile, other: Profile, reviewed = false): Profile => ({
  nhsNumbers: union(one.nhsNumbers, other.nhsNumbers),
  birthDates: union(one.birthDates, other.birthDates),
  genders: union(one.genders, other.genders),
  cases: union(one.cases, other.cases),
  child: one.child || other.child,
  adult: one.adult || other.adult,
  reviewed: reviewed || one.reviewed || other.reviewed,
});

/**
 * Why two groups cannot be one person (architecture §6; domain §4): two different NHS numbers, two different birth
 * dates, or a child and an adult. Practitioners and volunteers are adults.
 *
 * What would join them may be too weak for more (domain §2, §4). A child key does not tell twins of one gender apart
 * whose names begin alike, but the service that lists them under two case numbers does. An email is often a couple's:
 * where the genders differ and no birth date confirms, it does not make them one.
 * @param level of the token that would join them; without it, only what contradicts under any token is asked.
 */
export function contradictionBetween(one: Profile, other: Profile, level = NONE): Contradiction | null {
  const reviewed = one.reviewed || other.reviewed;
  if (differ(one.nhsNumbers, other.nhsNumbers, reviewed)) return 'nhs-numbers-differ';
  if (differ(one.birthDates, other.birthDates, reviewed)) return 'birth-dates-differ';
  if (reviewed) {
    const apart = (one.child && !one.adult && !other.child) || (other.child && !other.adult && !one.child);
    return apart ? 'child-and-adult' : null;
  }
  if ((one.child && other.adult) || (one.adult && other.child)) return 'child-and-adult';
  if (level === CHILD_KEY_LEVEL && areTwoCases(one.cases, other.cases)) return 'case-numbers-differ';
  const confirmed = one.birthDates.length > 0 && other.birthDates.length > 0; // they would differ above
  if (level === EMAIL_LEVEL && !confirmed && differ(one.genders, other.genders, false))
    return 'genders-differ';
  return null;
}

/** Whether a person of this profile is the case that a fact names, in the same provider's numbering. */
export const isTheCaseOf = (fact: Evidence, { cases }: Profile): boolean =>
  fact.caseNumber !== NONE && cases.some((held) => numberOf(held) === fact.caseNumber);

/**
 * 31 bits of a token that is only ever compared within a small set, such as the rows that share a child key: enough to
 * tell them apart, and a quarter of the room. NONE without a token.
 */
export const valueOf = (occurrence: TokenOccurrence | undefined): number =>
  occurrence === undefined ? NONE : Number.parseInt(occurrence.token.slice(0, 8), 16) >>> 1;

/** What a row's tokens say beside its identity: guards, and the provider's own case number. */
export const guardsOf = (tokens: readonly TokenOccurrence[]) => ({
  birthDate: tokens.find(({ domain, use }) => use === 'guard' && domain === BIRTH_DATE_DOMAIN),
  gender: tokens.find(({ domain, use }) => use === 'guard' && domain === GENDER_DOMAIN),
  caseNumber: tokens.find(({ use }) => use === 'local'),
});

const CASES_PER_DATASET = 2 ** 31;
const caseOf = (dataset: number, caseNumber: number): number => dataset * CASES_PER_DATASET + caseNumber;
const datasetOf = (held: number): number => Math.floor(held / CASES_PER_DATASET);
const numberOf = (held: number): number => held % CASES_PER_DATASET;

/** True where one dataset lists them under different case numbers. */
const areTwoCases = (one: readonly number[], other: readonly number[]): boolean =>
  one.some((mine) => other.some((theirs) => mine !== theirs && datasetOf(mine) === datasetOf(theirs)));

/** Strictly: some value here is not some value there. After a review: no value here is there. */
function differ(one: readonly number[], other: readonly number[], reviewed: boolean): boolean {
  if (one.length === 0 || other.length === 0) return false;
  if (one.length === 1 && other.length === 1) return one[0] !== other[0];
  if (reviewed) return !one.some((value) => other.includes(value));
  return union(one, other).length > 1;
}

function union(one: readonly number[], other: readonly number[]): readonly number[] {
  if (other.length === 0 || one === other) return one;
  if (one.length === 0) return other;
  if (one.length === 1 && other.length === 1 && one[0] === other[0]) return one;
  return [...new Set([...one, ...other])];
}
