import { isExaminable, type Canonical } from './canonical.js';

export type ChildFirstName3 = Canonical<'child-first-name-3'>;

/** Everything that is no letter; modifier letters go too, because an apostrophe is typed as one of them. */
const notLetters = /[^\p{Lu}\p{Ll}\p{Lt}\p{Lo}]+/gu;

/**
 * The first three letters of a child's first name, diacritics folded, upper case; two or one where there are no more.
 * "Zoë" gives ZOE, "Li" gives LI, "D'Arcy" gives DAR.
 */
export function canonicalChildFirstName3(raw: string): ChildFirstName3 | undefined {
  if (!isExaminable(raw)) return undefined;
  // Upper case may bring new marks (ΐ) and new letters (ß → SS): it stands between two foldings.
  const letters = fold(fold(raw).toUpperCase());
  const first = Array.from(letters.slice(0, 6)).slice(0, 3).join('');
  return first === '' ? undefined : (first as ChildFirstName3);
}

const fold = (text: string): string => text.normalize('NFKD').replace(notLetters, '');
