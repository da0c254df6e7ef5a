import { contradictionBetween, differ, type Contradiction } from '../contradiction.js';
import { areTwoCases, type Profile } from '../evidence.js';
import { CHILD_KEY_LEVEL, EMAIL_LEVEL } from './authority.js';

/**
 * Why a token of a level does not make two groups one person. Beside what contradicts under any token, some tokens are
 * too weak for more (domain §2, §4). A child key does not tell twins of one gender apart whose names begin alike, but the
 * service that lists them under two case numbers does. An email is often a couple's: where the genders differ and no
 * birth date confirms, it does not make them one.
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
