import { isExaminable, type Canonical } from './canonical.js';
import { latinLetters } from './latin-letters.js';

export type ChildFirstName3 = Canonical<'child-first-name-3'>;

/** Everything that is no letter; modifier letters go too, because an apostrophe is typed as one of them. */
const notLetters = /[^\p{Lu}\p{Ll}\p{Lt}\p{Lo}]+/gu;
const beyondAscii = /[^A-Z]/g;
/** Enough for three letters, whatever signs stand between that have no sound of their own. */
const LETTERS_READ = 12;

/**
 * The first three letters of a child's first name, diacritics folded, upper case; two or one where there are no more.
 * "Zoë" gives ZOE, "Li" gives LI, "D'Arcy" gives DAR. Letters that Unicode does not take apart are folded too: "Łukasz"
 * gives LUK, "Æthel" AET, and the Cyrillic "Дмитрий" DMI (see {@link latinLetters}).
 */
export function canonicalChildFirstName3(raw: string): ChildFirstName3 | undefined {
  if (!isExaminable(raw)) return undefined;
  // Upper case may bring new marks (ΐ) and new letters (ß → SS): it stands between two foldings.
  const letters = fold(fold(raw).toUpperCase());
  const latin = letters
    .slice(0, LETTERS_READ)
    .replace(beyondAscii, (letter) => latinLetters.get(letter) ?? letter);
  const first = Array.from(latin.slice(0, 6)).slice(0, 3).join('');
  return first === '' ? undefined : (first as ChildFirstName3);
}

const fold = (text: string): string => text.normalize('NFKD').replace(notLetters, '');

/**
 * Whether a first name is written as initials only: "Z", "Z.", "J. K.". A key made of one is hardly ever the key that
 * another service makes of the same child.
 */
export const isInitials = (raw: string): boolean =>
  raw.length <= 20 &&
  /^\P{L}*\p{L}\p{M}*(?:[.\s]+\p{L}\p{M}*)*[.\s]*$/u.test(raw) &&
  !/^\p{Lo}/u.test(raw.trim());
