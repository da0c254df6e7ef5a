import { doubleMetaphone } from 'double-metaphone';
import type { Derivation } from './derivation.js';
import { deletionsOf } from './deletions.js';
import { derivedValues, oneValue } from './derived-values.js';

const joined = (text: string): string => text.replaceAll(' ', '').toLowerCase();

/** Postcodes that stand for no address: no fixed abode, not known, a country. */
const namesNoPlace = /^ZZ99 /;

const ofPlace =
  (derive: (postcode: string) => readonly string[]) =>
  (postcode: string): readonly string[] =>
    namesNoPlace.test(postcode) ? [] : derive(postcode);

export const outwardOf = ofPlace((postcode) => oneValue(joined(postcode.split(' ', 1)[0] ?? '')));

export const postcode = {
  full: {
    ...{ name: 'postcode', version: 1, domain: 'postcode:full' },
    of: ofPlace((text) => oneValue(joined(text))),
  } satisfies Derivation,
  deletions: {
    ...{ name: 'postcode-deletions', version: 1, domain: 'postcode:deletions', sizes: [8] },
    of: ofPlace((text) => deletionsOf(joined(text))),
  } satisfies Derivation,
  /** All but the last two letters: some 3,000 addresses. */
  sector: {
    ...{ name: 'postcode-sector', version: 1, domain: 'postcode:sector' },
    of: ofPlace((text) => oneValue(joined(text).slice(0, -2))),
  } satisfies Derivation,
  outward: {
    ...{ name: 'postcode-outward', version: 1, domain: 'postcode:outward', lowEntropy: true },
    of: outwardOf,
  } satisfies Derivation,
};

const number = /\d+/g;
const english = /^[a-z]+$/;

export const address = {
  full: {
    ...{ name: 'address', version: 1, domain: 'address:full' },
    of: (text) => oneValue(joined(text)),
  } satisfies Derivation,
  deletions: {
    ...{ name: 'address-deletions', version: 1, domain: 'address:deletions', sizes: [32, 64] },
    of: (text) => deletionsOf(joined(text)),
  } satisfies Derivation,
  /** The sounds of its words and its numbers, in any order. */
  metaphone: {
    ...{ name: 'address-metaphone', version: 1, domain: 'address:metaphone' },
    of: (text) => {
      const words = text.split(' ').map((word) => (english.test(word) ? doubleMetaphone(word)[0] : word));
      return oneValue(derivedValues(words.filter((word) => word !== '')).join(' '));
    },
  } satisfies Derivation,
  /** All numbers of the address: flat, house. */
  number: {
    ...{ name: 'address-number', version: 1, domain: 'address:number', lowEntropy: true },
    of: (text) => oneValue((text.match(number) ?? []).join(' ')),
  } satisfies Derivation,
};
