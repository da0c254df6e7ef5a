import type { Profile } from './evidence.js';

export type Contradiction =
  'nhs-numbers-differ' | 'birth-dates-differ' | 'child-and-adult' | 'case-numbers-differ' | 'genders-differ';

/**
 * Why two groups cannot be one person under any token (architecture §6; domain §4): two different NHS numbers, two
 * different birth dates, or a child and an adult. Practitioners and volunteers are adults. For a group that a review
 * has joined, values contradict only if the two groups have none in common.
 */
export function contradictionBetween(one: Profile, other: Profile): Contradiction | null {
  const reviewed = one.reviewed || other.reviewed;
  if (differ(one.nhsNumbers, other.nhsNumbers, reviewed)) return 'nhs-numbers-differ';
  if (differ(one.birthDates, other.birthDates, reviewed)) return 'birth-dates-differ';
  const apart = reviewed
    ? (one.child && !one.adult && !other.child) || (other.child && !other.adult && !one.child)
    : (one.child && other.adult) || (one.adult && other.child);
  return apart ? 'child-and-adult' : null;
}

/**
 * Whether two lists of distinct values contradict each other: strictly, if together they hold two distinct values; after a
 * review, if they have no value in common. An empty list contradicts nothing.
 */
export function differ(one: readonly number[], other: readonly number[], reviewed: boolean): boolean {
  if (one.length === 0 || other.length === 0) return false;
  if (reviewed) return !one.some((value) => other.includes(value));
  return one.length > 1 || other.length > 1 || one[0] !== other[0];
}
