import { doubleMetaphone } from 'double-metaphone';
import type { Derivation } from './derivation.js';
import { deletionsOf } from './deletions.js';
import { derivedValues, oneValue } from './derived-values.js';
import { nicknameGroupsOf } from './nickname-groups.js';

/** Words that stand in many surnames of otherwise nothing in common. */
const particles: ReadonlySet<string> = new Set([
  ...['abu', 'bin', 'bint', 'dal', 'das', 'del', 'della', 'den', 'der', 'dos', 'ibn', 'las', 'los', 'mac'],
  ...['saint', 'the', 'umm', 'van', 'von', 'junior', 'senior'],
]);
const SHORTEST_PART = 3;
const MAX_PARTS = 6;
/** Two names that have fewer consonants agree too easily. */
const FEWEST_CONSONANTS = 3;
/** Double Metaphone knows the letters of English. */
const english = /^[a-z]+$/;

const joined = (name: string): string => name.replaceAll(' ', '');

/** The words of a name that alone may be the whole of it elsewhere: `smith jones` is called `smith` there. */
function partsOf(name: string): readonly string[] {
  if (!name.includes(' ')) return isPart(name) ? [name] : [];
  return derivedValues(name.split(' ').filter(isPart).slice(0, MAX_PARTS));
}

const isPart = (word: string): boolean => word.length >= SHORTEST_PART && !particles.has(word);

/** The distinct consonants, in the order of the alphabet; letters without case count as consonants. */
function consonantsOf(name: string): readonly string[] {
  const found = derivedValues(joined(name).replace(/[aeiouy]/g, ''));
  return found.length < FEWEST_CONSONANTS ? [] : [found.join('')];
}

function soundOf(name: string): readonly string[] {
  const letters = joined(name);
  if (!english.test(letters)) return [];
  const [first, second] = doubleMetaphone(letters);
  if (first === '' || first === second) return oneValue(second);
  if (second === '') return [first];
  return first < second ? [first, second] : [second, first];
}

const firstThree = (letters: string): readonly string[] =>
  oneValue(Array.from(joined(letters)).slice(0, 3).join('').toLowerCase());

/** Rungs that given name and surname share, in the names of one of them. */
const nameDerivations = (field: 'given-name' | 'surname') => ({
  full: {
    ...{ name: field, version: 1, domain: 'name:full' },
    of: (name) => oneValue(joined(name)),
  } satisfies Derivation,
  deletions: {
    ...{ name: `${field}-deletions`, version: 1, domain: 'name:deletions', sizes: [16, 32, 64] },
    of: (name) => deletionsOf(joined(name)),
  } satisfies Derivation,
  parts: {
    ...{ name: `${field}-parts`, version: 1, domain: 'name:parts' },
    of: partsOf,
  } satisfies Derivation,
  metaphone: {
    ...{ name: `${field}-metaphone`, version: 1, domain: 'name:metaphone' },
    of: soundOf,
  } satisfies Derivation,
  consonants: {
    ...{ name: `${field}-consonants`, version: 1, domain: 'name:consonants' },
    of: consonantsOf,
  } satisfies Derivation,
  firstThree: {
    ...{ name: `${field}-first-three`, version: 1, domain: 'name:first-three', lowEntropy: true },
    of: firstThree,
  } satisfies Derivation,
});

export const givenName = {
  ...nameDerivations('given-name'),
  /** Names of one group are used for one another: `robert`, `bob`. A name of no group is a group of its own. */
  nickname: {
    ...{ name: 'given-name-nickname', version: 1, domain: 'name:nickname' },
    of: (name) => nicknameGroupsOf(joined(name), name.split(' ', 1)[0] ?? ''),
  } satisfies Derivation,
};

export const surname = nameDerivations('surname');
