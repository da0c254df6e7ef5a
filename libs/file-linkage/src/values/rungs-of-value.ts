import { derivationsOf, type Derivation, type FieldRole } from '@kinledger/derivations';
import { rungsOf, type FieldKind, type Rung } from '@kinledger/kin';
import { EMPTY_HASH, hashOfBytes, hashOfText, hashWith, mixed } from './hashes.js';
import { textOf, type Texts } from './text-table.js';

/** Writes the rungs of a value, except those that take the number of a value, into the integers of its table. */
type RungWriter = (texts: Texts, value: number, into: Int32Array, at: number) => void;
/** The same, of the canonical text. */
type TextWriter = (canonical: string, into: Int32Array, at: number) => void;

/**
 * The number of a derived value: 31 bits of a hash of its text, never 0. Derived values that differ share a number once in
 * two thousand million pairs, in any file the same ones.
 */
export const numberOfDerived = (text: string): number => numberOfHash(hashOfText(text));

export const numberOfHash = (hash: number): number => mixed(hash) & 0x7fffffff || 1;

const derivation = (role: FieldRole, name: string): Derivation => {
  const found = derivationsOf[role].find((each) => each.name === name);
  if (found === undefined) throw new Error(`there is no derivation ${name}`);
  return found;
};

const write = (values: readonly string[], { from, size }: Rung, into: Int32Array, at: number): void => {
  for (let index = 0; index < Math.min(size, values.length); index++)
    into[at + from + index] = numberOfDerived(values[index] as string);
};

const NAME = rungsOf['given-name'].rungs;
const nickname = derivation('given-name', 'given-name-nickname');
const sound = derivation('surname', 'surname-metaphone');
const consonants = derivation('surname', 'surname-consonants');
const firstThree = derivation('surname', 'surname-first-three');

/** Nearly all names are words of these letters: their first letters and consonants need no lists of strings. */
const PLAIN = /^[a-z][a-z ]*$/;
const LETTER_A = 97;
const VOWELS = lettersOf('aeiouy');
const FEWEST_CONSONANTS = 3;

export const namesOfWords: TextWriter = (name, into, at) => {
  write(firstThree.of(name), NAME['first-three'], into, at);
  write(consonants.of(name), NAME.consonants, into, at);
  write(sound.of(name), NAME.sound, into, at);
  write(nickname.of(name), NAME.nickname, into, at);
};

export const names: TextWriter = (name, into, at) => {
  if (!PLAIN.test(name)) {
    namesOfWords(name, into, at);
    return;
  }
  const letters = name.replaceAll(' ', '');
  write([letters.slice(0, 3)], NAME['first-three'], into, at);
  into[at + NAME.consonants.from] = numberOfConsonants(letters);
  write(sound.of(name), NAME.sound, into, at);
  write(nickname.of(name), NAME.nickname, into, at);
};

/** The letters of a word as bits, from the lowest for a. */
function lettersOf(word: string): number {
  let letters = 0;
  for (let index = 0; index < word.length; index++) letters |= 1 << (word.charCodeAt(index) - LETTER_A);
  return letters;
}

/** The number of the distinct consonants in the order of the alphabet; 0 if they are too few. */
function numberOfConsonants(word: string): number {
  const letters = lettersOf(word) & ~VOWELS;
  let found = 0;
  let hash = EMPTY_HASH;
  for (let letter = 0; letter < 26; letter++)
    if ((letters & (1 << letter)) !== 0) {
      found += 1;
      hash = hashWith(hash, LETTER_A + letter);
    }
  return found < FEWEST_CONSONANTS ? 0 : numberOfHash(hash);
}

const DATE = rungsOf['birth-date'].rungs;
/** Years and months that are numbers; a date of some other length has no parts. */
const DAY = /^\d{8}$/;

const dates: TextWriter = (date, into, at) => {
  if (!DAY.test(date)) return;
  const year = Number(date.slice(0, 4));
  const month = Number(date.slice(4, 6));
  const day = Number(date.slice(6));
  into[at + DATE.swapped.from] = 1 + year * 10_000 + Math.min(month, day) * 100 + Math.max(month, day);
  into[at + DATE['year-month'].from] = 1 + year * 100 + month;
  into[at + DATE['month-day'].from] = 1 + month * 100 + day;
  into[at + DATE['year-day'].from] = 1 + year * 100 + day;
  into[at + DATE.year.from] = 1 + year;
  into[at + DATE.decade.from] = 1 + Math.floor(year / 10);
};

const POSTCODE = rungsOf.postcode.rungs;
const AREA = /^[a-z]+/;

const postcodes: TextWriter = (postcode, into, at) => {
  const [outward = '', inward] = postcode.split(' ', 2);
  if (inward === undefined) {
    // Of another country: parts from the left stand for larger areas.
    if (outward.length > 3) into[at + POSTCODE.sector.from] = numberOfDerived(outward.slice(0, -1));
    if (outward.length > 2) into[at + POSTCODE.outward.from] = numberOfDerived(outward.slice(0, -2));
    into[at + POSTCODE.area.from] = numberOfDerived(outward.slice(0, 1));
    return;
  }
  into[at + POSTCODE.sector.from] = numberOfDerived(outward + inward.slice(0, 1));
  into[at + POSTCODE.outward.from] = numberOfDerived(outward);
  into[at + POSTCODE.area.from] = numberOfDerived(AREA.exec(outward)?.[0] ?? outward);
};

const addressSound = derivation('address', 'address-metaphone');
const WORDS = rungsOf.address.rungs;
const addresses: TextWriter = (text, into, at) => write(addressSound.of(text), WORDS.sound, into, at);

const DIGITS = rungsOf['house-number'].rungs.digits;
const houseNumbers: TextWriter = (text, into, at) => {
  const digits = text.match(/\d+/g);
  if (digits !== null) into[at + DIGITS.from] = numberOfDerived(Array.from(digits.join('')).sort().join(''));
};

const LOCAL = rungsOf.email.rungs.local;
const AT_SIGN = 64;

/** The bytes before the first @; 0 if there is none. */
export function localLength(bytes: Uint8Array, from: number, until: number): number {
  for (let at = from; at < until; at++) if (bytes[at] === AT_SIGN) return at - from;
  return 0;
}

// Columns of email addresses and mobile numbers have many values: their rungs are derived from bytes.
const emails: RungWriter = ({ bytes, starts, lengths }, value, into, at) => {
  const start = starts[value] as number;
  const length = localLength(bytes, start, start + (lengths[value] as number));
  if (length > 0) into[at + LOCAL.from] = numberOfHash(hashOfBytes(bytes, start, start + length));
};

const LAST_SIX = rungsOf.mobile.rungs['last-six'];
const ZERO = 48;
const mobiles: RungWriter = ({ bytes, starts, lengths }, value, into, at) => {
  const end = (starts[value] as number) + (lengths[value] as number);
  let number = 0;
  for (let digit = Math.max(starts[value] as number, end - 6); digit < end; digit++)
    number = number * 10 + ((bytes[digit] as number) - ZERO);
  into[at + LAST_SIX.from] = 1 + number;
};

const nothing: RungWriter = () => undefined;
const ofText =
  (write: TextWriter): RungWriter =>
  (texts, value, into, at) =>
    write(textOf(texts, value), into, at);

export const rungWriters: Readonly<Record<FieldKind, RungWriter>> = {
  'given-name': ofText(names),
  surname: ofText(names),
  'birth-date': ofText(dates),
  gender: nothing,
  postcode: ofText(postcodes),
  'house-number': ofText(houseNumbers),
  address: ofText(addresses),
  locality: ofText(addresses),
  email: emails,
  mobile: mobiles,
  'nhs-number': nothing,
  'other-id': nothing,
  attribute: ofText(addresses),
};

/** The words of a name that alone may be the whole of it elsewhere. */
export const partsOfName = (name: string): readonly string[] =>
  derivation('surname', 'surname-parts').of(name);
