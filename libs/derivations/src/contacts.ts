import type { Derivation } from './derivation.js';
import { deletionsOf } from './deletions.js';
import { derivedValues, oneValue } from './derived-values.js';

/** A local part may have 64 characters, and so more deletions than a row may have tokens; then it has itself only. */
const localOf = (email: string): string => email.slice(0, Math.max(email.indexOf('@'), 0));

const END = 4;
const LAST_DIGITS = 6;

/** The first four characters before the @. Empty for fewer. */
export const emailHeadOf = (email: string): readonly string[] => endOf(localOf(email), 0, END);
/** The last four characters before the @. Empty for fewer. */
export const emailTailOf = (email: string): readonly string[] => endOf(localOf(email), -END);

function endOf(local: string, from: number, to?: number): readonly string[] {
  const characters = Array.from(local);
  return characters.length < END ? [] : [characters.slice(from, to).join('')];
}

export const email = {
  full: { ...{ name: 'email', version: 1, domain: 'email', plain: true }, of: oneValue } satisfies Derivation,
  /**
   * One edit before the @, at the same domain. One edit after it leaves the local part, which is the next rung, as it
   * is: so there is no need to delete there, and a set has half the size.
   */
  deletions: {
    ...{ name: 'email-deletions', version: 1, domain: 'email:deletions', sizes: [16, 32, 64] },
    of: (text) => {
      const local = localOf(text);
      return derivedValues(deletionsOf(local).map((shorter) => `${shorter}${text.slice(local.length)}`));
    },
  } satisfies Derivation,
  local: {
    ...{ name: 'email-local', version: 1, domain: 'email:local' },
    of: (text) => oneValue(localOf(text)),
  } satisfies Derivation,
  localDeletions: {
    ...{ name: 'email-local-deletions', version: 1, domain: 'email:local-deletions', sizes: [16, 32, 64] },
    of: (text) => deletionsOf(localOf(text)),
  } satisfies Derivation,
};

export const mobile = {
  full: {
    ...{ name: 'mobile', version: 1, domain: 'mobile', plain: true },
    of: oneValue,
  } satisfies Derivation,
  deletions: {
    ...{ name: 'mobile-deletions', version: 1, domain: 'mobile:deletions', sizes: [12] },
    of: deletionsOf,
  } satisfies Derivation,
  lastSix: {
    ...{ name: 'mobile-last-six', version: 1, domain: 'mobile:last-six' },
    of: (digits) => oneValue(digits.slice(-LAST_DIGITS)),
  } satisfies Derivation,
};
