import type { PostcodeLookup } from '@kinledger/programme';
import type { Keys } from '@kinledger/pseudonymised-rows';
import { enumerations, lookUpValue } from './candidates.js';
import { guessedSalts, keysGuessed } from './guessed-keys.js';
import type { Population } from './population.js';
import { everythingIn, matchRanks, matchTokens, type Recovered } from './recovery.js';
import type { TokenCounts, TokensByField } from './stored-tokens.js';

/** What attackers recover of one field. */
export interface AttackedField {
  readonly field: string;
  /** Distinct tokens, and occurrences in rows. */
  readonly stored: Recovered;
  /** Without salt and key, by how common values are. */
  readonly byRank: Recovered;
  /** By trying values: without salt and key, with the salt, and with both. */
  readonly withNothing: Recovered;
  readonly withSalt: Recovered;
  readonly withBoth: Recovered;
}

export interface Attack {
  readonly rows: number;
  readonly fields: readonly AttackedField[];
  /** Values that were tried of each field that can be enumerated, and how many there may be. */
  readonly tried: readonly { readonly field: string; readonly values: number; readonly space: number }[];
  /** Tokens a second that this machine made with both keys, on one processor. */
  readonly tokensPerSecond: number;
}

export interface AttackOptions {
  readonly stored: TokensByField;
  /** The keys of the installation, by which a guess is judged. */
  readonly keys: Keys;
  /** The salt that the second attacker has. */
  readonly salt: string;
  readonly population: Population;
  /** A published table instead of the population, for rank matching. */
  readonly reference: ReadonlyMap<string, TokenCounts> | undefined;
  readonly postcodes: PostcodeLookup;
  /** Most values tried of a field. */
  readonly budget: number;
}

/**
 * Attacks stored tokens as somebody would who has copied the platform’s database. The population’s values are tried too, as
 * a dictionary, of every field.
 */
export function attack(options: AttackOptions): Attack {
  const { stored, keys, salt, population, reference } = options;
  const began = performance.now();
  const own = tryValues(options, keys, 'every derivation');
  const seconds = (performance.now() - began) / 1_000;
  const guesses = (salts: readonly string[]) => keysGuessed(salts).map((guess) => tryGuess(options, guess));
  const [withNothing, withSalt] = [guesses(guessedSalts), guesses([salt])];
  const ranks = population.tokensUnder(keys);
  return {
    rows: stored.rows,
    fields: stored.fields.map((field) => {
      const counts = stored.of(field);
      return {
        field,
        stored: everythingIn(counts),
        byRank: matchRanks(counts, reference?.get(field) ?? ranks.of(field)),
        withNothing: matchTokens(counts, foundBy(withNothing, field)),
        withSalt: matchTokens(counts, foundBy(withSalt, field)),
        withBoth: matchTokens(counts, foundBy([own], field)),
      };
    }),
    tried: own.tried,
    tokensPerSecond: own.made / seconds,
  };
}

/** What came of trying all candidate values under some keys. */
interface Trial {
  /** Stored tokens that a candidate has, by field: no more than are stored. */
  readonly found: ReadonlyMap<string, ReadonlySet<string>>;
  /** How many tokens were made. */
  readonly made: number;
  readonly tried: Attack['tried'];
}

/**
 * Tries keys that may be wrong. Values alone show it, in a small part of the time: a guess under which none of their tokens is
 * stored, nor any of the population’s with what is derived of them, is given up.
 */
function tryGuess(options: AttackOptions, guess: Keys): Trial {
  const alone = tryValues(options, guess, 'values alone');
  return alone.found.size === 0 ? alone : tryValues(options, guess, 'every derivation');
}

/**
 * Makes the tokens of every candidate value under these keys, or also those of each derivation of which any are stored, and
 * keeps those that are stored.
 */
function tryValues(
  { stored, population, postcodes, budget }: AttackOptions,
  keys: Keys,
  extent: 'every derivation' | 'values alone',
): Trial {
  const found = new Map<string, Set<string>>();
  let made = 0;
  const look = (field: string, token: string) => {
    made += 1;
    if (!stored.of(field).has(token)) return;
    const known = found.get(field);
    if (known === undefined) found.set(field, new Set([token]));
    else known.add(token);
  };
  const sought = new Set(extent === 'every derivation' ? stored.fields : []);
  const known = population.tokensUnder(keys);
  for (const field of known.fields) for (const token of known.of(field).keys()) look(field, token);
  const tried = enumerations(postcodes).map(({ field, space, values }) => {
    let count = 0;
    for (const value of values(budget)) {
      count += 1;
      lookUpValue(field, value, keys, (name) => sought.has(name), look);
    }
    return { field, values: count, space };
  });
  return { found, made, tried };
}

function* foundBy(trials: readonly Trial[], field: string): Generator<string> {
  for (const { found } of trials) yield* found.get(field) ?? [];
}
