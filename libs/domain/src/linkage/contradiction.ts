import { NONE } from './typed-column.js';

/** A record as the rules see it. Tokens are interned numbers: only equality is ever asked of them. */
export interface Evidence {
  readonly child: boolean;
  /** The full birth-date guard, or NONE. Gender is a guard too, but never contradicts: records err about it. */
  readonly birthDate: number;
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
  readonly child: boolean;
  readonly adult: boolean;
  /** True once a person's review has joined it: what the reviewer saw to differ no longer counts against a third. */
  readonly reviewed: boolean;
}

export type Contradiction = 'nhs-numbers-differ' | 'birth-dates-differ' | 'child-and-adult';

const nothing: readonly number[] = [];

export const profileOf = (record: Evidence): Profile => ({
  nhsNumbers: record.nhsNumbers,
  birthDates: record.birthDate === NONE ? nothing : [record.birthDate],
  child: record.child,
  adult: !record.child,
  reviewed: false,
});

export const joined = (one: Profile, other: Profile, reviewed = false): Profile => ({
  nhsNumbers: union(one.nhsNumbers, other.nhsNumbers),
  birthDates: union(one.birthDates, other.birthDates),
  child: one.child || other.child,
  adult: one.adult || other.adult,
  reviewed: reviewed || one.reviewed || other.reviewed,
});

/**
 * Why two groups cannot be one person (architecture §6; domain §4): two different NHS numbers, two different birth
 * dates, or a child and an adult. Practitioners and volunteers are adults.
 */
export function contradictionBetween(one: Profile, other: Profile): Contradiction | null {
  const reviewed = one.reviewed || other.reviewed;
  if (differ(one.nhsNumbers, other.nhsNumbers, reviewed)) return 'nhs-numbers-differ';
  if (differ(one.birthDates, other.birthDates, reviewed)) return 'birth-dates-differ';
  if (reviewed) {
    const apart = (one.child && !one.adult && !other.child) || (other.child && !other.adult && !one.child);
    return apart ? 'child-and-adult' : null;
  }
  return (one.child && other.adult) || (one.adult && other.child) ? 'child-and-adult' : null;
}

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
