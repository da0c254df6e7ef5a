import { isExaminable, type Canonical } from './canonical.js';
import { latinWords } from './latin-words.js';
import { isNoFirstName } from './placeholders.js';

export type PersonNameText = Canonical<'person-name'>;

const MAX_LENGTH = 120;
/** Letters of every script, with case or without. */
const notLetters = /[^\p{Lu}\p{Ll}\p{Lt}\p{Lo}]+/gu;
/** Most names are one word of these letters, which lower case makes canonical. */
const plainWord = /^[A-Za-z]+$/;

const titles: ReadonlySet<string> = new Set(['mr', 'mrs', 'miss', 'ms', 'mx', 'dr', 'master']);

/** Words that stand where a name is not known. They are names of nobody. */
const placeholderWords: ReadonlySet<string> = new Set([
  ...['baby', 'babyboy', 'babygirl', 'bby', 'boy', 'girl', 'child', 'infant', 'newborn', 'unborn', 'foetus', 'fetus'],
  ...['twin', 'twins', 'triplet', 'triplets', 'one', 'two', 'three', 'first', 'second', 'third', 'i', 'ii', 'iii'],
  ...['a', 'b', 'c', 'of', 'to', 'be', 'the', 'male', 'female', 'son', 'daughter', 'mother', 'father', 'mum', 'dad'],
  ...['unknown', 'unk', 'not', 'known', 'named', 'yet', 'given', 'no', 'name', 'noname', 'none', 'nil', 'null', 'na'],
  ...['test', 'tester', 'testing', 'dummy', 'patient', 'client', 'surname', 'forename', 'firstname', 'lastname'],
  ...['anonymous', 'anon', 'confirmed', 'tbc', 'tba', 'withheld', 'refused', 'declined', 'xx', 'xxx', 'xxxx', 'x'],
]); // prettier-ignore
/** Words of that list that are also names, and so are one when nothing stands beside them. */
const alsoNames: ReadonlySet<string> = new Set([
  'na',
  'nil',
  'i',
  'a',
  'b',
  'c',
  'one',
  'the',
  'to',
  'be',
  'no',
  'not',
]);

/**
 * A given name or surname as words of letters in lower case, with one space between them: marks and apostrophes go,
 * hyphens part words, titles before the name go. Latin letters that Unicode does not decompose and Cyrillic ones become
 * letters from a to z, as in a child key; letters of any other script stay. "Zoë-Ann" gives `zoe ann`, "O’Brien"
 * `obrien`, "Łukasz" `lukasz`, "Дмитрий" `dmitrii`, "محمد" `محمد`.
 *
 * Undefined for text without letters and for what is written where there is no name: "Baby", "Twin 1", "unknown".
 */
export function canonicalPersonName(raw: string): PersonNameText | undefined {
  if (!isExaminable(raw) || raw.length > MAX_LENGTH || isNoFirstName(raw)) return undefined;
  const words = plainWord.test(raw) ? [raw.toLowerCase()] : latinWords(raw, notLetters);
  while (words.length > 1 && titles.has(words[0] as string)) words.shift(); // there is one
  if (words.length === 0 || isPlaceholderName(words)) return undefined;
  return words.join(' ') as PersonNameText;
}

function isPlaceholderName(words: readonly string[]): boolean {
  if (!words.every((word) => placeholderWords.has(word))) return false;
  return !words.every((word) => alsoNames.has(word));
}
