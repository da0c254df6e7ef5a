import leven from 'leven';

/** How much two texts resemble each other. */
export interface Similarity {
  /** From 0 to 1, with two decimals; 1 for texts that differ only in case, spaces and punctuation. */
  readonly score: number;
  /** What they have in common, as words for a person. */
  readonly reason: string;
}

/** A smaller score is no resemblance worth mentioning. */
export const LEAST_SCORE = 0.6;
/** Of two candidates that score closer than this, a person chooses. */
export const CLEAR_MARGIN = 0.1;

/** Longer texts are cut before they are compared, because the time grows with the square of the length. */
const COMPARED_LENGTH = 100;
/** Words with a smaller share of equal letters are different words. */
const LEAST_OF_WORD = 0.75;
/** An abbreviation such as "mob" for "mobile" counts almost as the whole word. */
const ABBREVIATION = 0.9;
const INITIALS = 0.85;
/** "Type" may be "Participant type": worth mentioning, and no more. */
const CONTAINED = 0.65;
/** Shorter words, such as "of" and "id", are in too many texts. */
const TELLING_LENGTH = 4;

/** A text as it is compared, so that it is taken apart once however often it is compared. */
export interface ComparedText {
  readonly text: string;
  readonly words: readonly string[];
  readonly letters: string;
}

export function toCompare(text: string): ComparedText {
  const words = wordsOf(text);
  return { text, words, letters: words.join('') };
}

/** Compares two texts that are compared once. */
export const similarityOf = (theirs: string, ours: string): Similarity =>
  similarityBetween(toCompare(theirs), toCompare(ours));

/**
 * Compares a text of a provider's file with a text of the schema, by letters (Levenshtein's distance), by words, and by
 * initials; the best of the three counts. A score below {@link LEAST_SCORE} may be lower than the texts deserve.
 */
export function similarityBetween(theirs: ComparedText, ours: ComparedText): Similarity {
  if (theirs.words.length === 0 || ours.words.length === 0) return nothing;
  const compared = [letterSimilarity(theirs, ours), wordSimilarity(theirs, ours)];
  if (areInitials(theirs.words, ours.words)) {
    compared.push({ score: INITIALS, reason: `has the initials of "${ours.text}"` });
  }
  const best = compared.reduce((one, other) => (other.score > one.score ? other : one));
  return { ...best, score: Math.round(best.score * 100) / 100 };
}

const nothing: Similarity = { score: 0, reason: '' };

/** The words of a text in lower case, without diacritics; "dateOfBirth" has three. */
function wordsOf(text: string): readonly string[] {
  const spaced = text
    .slice(0, COMPARED_LENGTH)
    .replace(/['’]/g, '')
    .replace(/(\p{Ll})(\p{Lu})/gu, '$1 $2');
  return (
    spaced
      .normalize('NFKD')
      .replace(/\p{M}+/gu, '')
      .toLowerCase()
      .match(/[\p{L}\p{N}]+/gu) ?? []
  );
}

function letterSimilarity(
  { letters: left }: ComparedText,
  { letters: right, text }: ComparedText,
): Similarity {
  const longer = Math.max(left.length, right.length);
  const most = Math.floor((1 - LEAST_SCORE) * longer);
  if (longer - Math.min(left.length, right.length) > most) return nothing;
  const differing = leven(left, right, { maxDistance: most + 1 });
  if (differing > most) return nothing;
  const reason =
    differing === 0
      ? `is "${text}" but for spaces and punctuation`
      : `differs from "${text}" in ${differing === 1 ? 'one letter' : `${differing} letters`}`;
  return { score: 1 - differing / longer, reason };
}

/** Twice the letters of words in common, as a share of all letters (Dice's coefficient). */
function wordSimilarity({ words: left }: ComparedText, { words: right, text }: ComparedText): Similarity {
  const free = new Set(right);
  const shared: string[] = [];
  let common = 0;
  for (const word of left) {
    let best: { readonly other: string; readonly likeness: number } | undefined;
    for (const other of free) {
      const likeness = likenessOfWords(word, other);
      if (likeness > (best?.likeness ?? 0)) best = { other, likeness };
    }
    if (best === undefined) continue;
    free.delete(best.other);
    shared.push(word);
    common += best.likeness * (word.length + best.other.length);
  }
  if (shared.length === 0) return nothing;
  const words = shared.map((word) => `"${word}"`);
  const reason = `shares the word${shared.length === 1 ? '' : 's'} ${listOf(words)} with "${text}"`;
  const isContained =
    shared.length === Math.min(left.length, right.length) &&
    shared.some((word) => word.length >= TELLING_LENGTH);
  return {
    score: Math.max(common / (lettersOf(left) + lettersOf(right)), isContained ? CONTAINED : 0),
    reason,
  };
}

function likenessOfWords(left: string, right: string): number {
  if (left === right) return 1;
  const [short, long] = left.length < right.length ? [left, right] : [right, left];
  if (short.length >= 3 && long.startsWith(short)) return ABBREVIATION;
  const most = Math.floor((1 - LEAST_OF_WORD) * long.length);
  if (long.length - short.length > most) return 0;
  const differing = leven(left, right, { maxDistance: most + 1 });
  return differing > most ? 0 : 1 - differing / long.length;
}

/** Whether one word is the initials of at least three others, as "DOB" is of "date of birth". */
const areInitials = (left: readonly string[], right: readonly string[]): boolean =>
  left.length === 1 && right.length >= 3 && left[0] === right.map((word) => word[0]).join('');

const lettersOf = (words: readonly string[]): number => words.reduce((sum, word) => sum + word.length, 0);

const listOf = (words: readonly string[]): string =>
  words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1) ?? ''}`;
