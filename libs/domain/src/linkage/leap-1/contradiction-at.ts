import { contradictionBetween, differ, type Contradiction } from '../contradiction.js';
import { areTwoCases, type Profile } from '../evidence.js';
import { CHILD_KEY_LEVEL, EMAIL_LEVEL } from './authority.js';

/**
 * Why a token at this level must not join two groups, or null. Apart from contradictions that hold under any token,
 * some tokens are too weak for more (domain §2, §4). A child key does not distinguish twins of the same gender whose
 * first names begin alike, but a service that lists them under two case numbers does. Couples often share an email, so
 * it does not join two groups whose genders differ unless their birth dates agree. For groups that a review has joined,
 * only `contradictionBetween` counts.
 */
export function contradictionAt(one: Profile, other: Profile, level: number): Contradiction | null {
  const always = contradictionBetween(one, other);
  if (always !== null || one.reviewed || other.reviewed) return always;
  if (level === CHILD_KEY_LEVEL && areTwoCases(one.cases, other.cases)) return 'case-numbers-differ';
  const confirmed = one.birthDates.length > 0 && other.birthDates.length > 0; // they would differ above
  if (level === EMAIL_LEVEL && !confirmed && differ(one.genders, other.genders, false))
    return 'genders-differ';
  return null;
}
