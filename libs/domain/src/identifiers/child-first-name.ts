import { isExaminable, type Canonical } from './canonical.js';
import { latinLetters } from './latin-letters.js';

export type ChildFirstName3 = Canonical<'child-first-name-3'>;

/** Everything that is not a letter. Modifier letters go too, because some keyboards type an apostrophe as one. */
const notLetters = /[^\p{Lu}\p{Ll}\p{Lt}\p{Lo}]+/gu;
const beyondAscii = /[^A-Z]/g;
/** Enough for three letters even if silent signs, which fold to nothing, stand between them. */
const LETTERS_READ = 12;

/**
 * The first three letters of a child's first name, or fewer if there are fewer, in upper case with diacritics folded.
 * "Zoë" gives ZOE, "Li" gives LI, "D'Arcy" gives DAR. Letters that Unicode does not decompose are folded too: "Łukasz"
 * gives LUK, "Æthel" AET, and the Cyrillic "Дмитрий" DMI (see {@link latinLetters}).
 */
export function canonicalChildFirstName3(raw: string): ChildFirstName3 | undefined {
  if (!isExaminable(raw)) return undefined;
  // Conversion to upper case can add marks (ΐ) and letters (ß → SS), so fold before and after it.
  const letters = fold(fold(raw).toUpperCase());
  const latin = letters
    .slice(0, LETTERS_READ)
    .replace(beyondAscii, (letter) => latinLetters.get(letter) ?? letter);
  const first = Array.from(latin.slice(0, 6)).slice(0, 3).join('');
  return first === '' ? undefined : (first as ChildFirstName3);
}

const fold = (text: string): string => text.normalize('NFKD').replace(notLetters, '');

/**
 * Whether a first name consists of initials only: "Z", "Z.", "J. K.". A child key made from initials hardly ever
 * matches the key that another service makes for the same child.
 */
export const isInitials = (raw: string): boolean =>
  raw.length <= 20 &&
  /^\P{L}*\p{L}\p{M}*(?:[.\s]+\p{L}\p{M}*)*[.\s]*$/u.test(raw) &&
  !/^\p{Lo}/u.test(raw.trim());
