import { isExaminable, type Canonical } from './canonical.js';
import { latinWords } from './latin-words.js';
import { isNoValue } from './placeholders.js';

export type AddressText = Canonical<'address'>;

const notLetterOrDigit = /[^\p{L}\p{Nd}]+/gu;

/** The words that are most often abbreviated in addresses of the United Kingdom. */
const abbreviations: ReadonlyMap<string, string> = new Map([
  ...([['st', 'street'], ['str', 'street'], ['rd', 'road'], ['ave', 'avenue'], ['av', 'avenue'], ['ln', 'lane']] as const),
  ...([['cl', 'close'], ['ct', 'court'], ['crt', 'court'], ['dr', 'drive'], ['gdns', 'gardens'], ['gdn', 'garden']] as const),
  ...([['pl', 'place'], ['sq', 'square'], ['ter', 'terrace'], ['terr', 'terrace'], ['cres', 'crescent']] as const),
  ...([['hse', 'house'], ['bldg', 'building'], ['bldgs', 'buildings'], ['apt', 'flat'], ['apartment', 'flat']] as const),
  ...([['fl', 'flat'], ['flt', 'flat'], ['est', 'estate'], ['pk', 'park'], ['grn', 'green'], ['gr', 'grove']] as const),
]); // prettier-ignore

/**
 * Lines of an address as words of letters and digits in lower case, with one space between them. Marks and apostrophes
 * go, common abbreviations are written out ("Rd" becomes `road`), an initial "St" is a saint and stays. "Flat 3b, 12
 * King’s Ave." gives `flat 3b 12 kings avenue`. Undefined for text without letters and digits.
 */
export function canonicalAddress(raw: string): AddressText | undefined {
  if (!isExaminable(raw) || isNoValue(raw)) return undefined;
  const words = latinWords(raw, notLetterOrDigit);
  if (words.length === 0) return undefined;
  return words.map((word, at) => writtenOut(word, words[at - 1])).join(' ') as AddressText;
}

/** "12 St John’s St": a word after a number or at the beginning is no kind of street. */
function writtenOut(word: string, before: string | undefined): string {
  if (word === 'st' && (before === undefined || /^\d/.test(before))) return word;
  return abbreviations.get(word) ?? word;
}
