import { latinLetters } from './latin-letters.js';

/** Marks, dots of initials, and what keyboards type for an apostrophe stand within a word. */
const withinWord = /[\p{M}\p{Lm}\p{Cf}'’‘`´.]+/gu;
const beyondAscii = /[^A-Z0-9 ]/gu;

/**
 * The words of a text in lower case, in Latin letters as far as {@link latinLetters} has them; letters of other scripts
 * stay.
 * @param between what parts words; a global pattern.
 */
export function latinWords(raw: string, between: RegExp): string[] {
  const fold = (text: string) => text.normalize('NFKD').replace(withinWord, '').replace(between, ' ');
  // Conversion to upper case can add marks (ΐ) and letters (ß → SS), so fold before and after it.
  const latin = fold(fold(raw).toUpperCase()).replace(
    beyondAscii,
    (letter) => latinLetters.get(letter) ?? letter,
  );
  return latin
    .toLowerCase()
    .split(' ')
    .filter((word) => word !== '');
}
