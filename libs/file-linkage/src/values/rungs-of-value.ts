import { derivationsOf, type Derivation, type FieldRole } from '@kinledger/derivations';
import { rungsOf, type FieldKind, type Rung } from '@kinledger/kin';

/** Writes the rungs of a value, except those that take the number of a value, into the integers of its table. */
export type RungWriter = (canonical: string, into: Int32Array, at: number) => void;

/**
 * The number of a derived value: 31 bits of a hash of its text, never 0. Derived values that differ share a number once in
 * two thousand million pairs, in any file the same ones.
 */
export function numberOfDerived(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) & 0x7fffffff || 1;
}

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

const names: RungWriter = (name, into, at) => {
  write(firstThree.of(name), NAME['first-three'], into, at);
  write(consonants.of(name), NAME.consonants, into, at);
  write(sound.of(name), NAME.sound, into, at);
  write(nickname.of(name), NAME.nickname, into, at);
};

const DATE = rungsOf['birth-date'].rungs;
/** Years and months that are numbers; a date of some other length has no parts. */
const DAY = /^\d{8}$/;

const dates: RungWriter = (date, into, at) => {
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

const postcodes: RungWriter = (postcode, into, at) => {
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
const addresses: RungWriter = (text, into, at) => write(addressSound.of(text), WORDS.sound, into, at);

const DIGITS = rungsOf['house-number'].rungs.digits;
const houseNumbers: RungWriter = (text, into, at) => {
  const digits = text.match(/\d+/g);
  if (digits !== null) into[at + DIGITS.from] = numberOfDerived(Array.from(digits.join('')).sort().join(''));
};

const LOCAL = rungsOf.email.rungs.local;
const emails: RungWriter = (email, into, at) => {
  const end = email.indexOf('@');
  if (end > 0) into[at + LOCAL.from] = numberOfDerived(email.slice(0, end));
};

const LAST_SIX = rungsOf.mobile.rungs['last-six'];
const mobiles: RungWriter = (mobile, into, at) => {
  into[at + LAST_SIX.from] = 1 + Number(mobile.slice(-6).replaceAll(/\D/g, '0'));
};

const nothing: RungWriter = () => undefined;

export const rungWriters: Readonly<Record<FieldKind, RungWriter>> = {
  'given-name': names,
  surname: names,
  'birth-date': dates,
  gender: nothing,
  postcode: postcodes,
  'house-number': houseNumbers,
  address: addresses,
  locality: addresses,
  email: emails,
  mobile: mobiles,
  'nhs-number': nothing,
  'other-id': nothing,
  attribute: addresses,
};

/** The words of a name that alone may be the whole of it elsewhere. */
export const partsOfName = (name: string): readonly string[] =>
  derivation('surname', 'surname-parts').of(name);
