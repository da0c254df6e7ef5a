import { HmacSha256, nodeHashing } from '@kinledger/pseudonymisation';
import { SaltedDigests, TokenKeys, type KeyedHash, type Keys } from '@kinledger/pseudonymised-rows';

/** What an attacker without the salt tries for it: none, and a word that people might choose. */
export const guessedSalts: readonly string[] = ['', 'kinledger'];

const KEY_BYTES = 32;
const zeros = new Uint8Array(KEY_BYTES);

/** No key at all: the token would be the beginning of the digest. */
const asItIs: KeyedHash = {
  hex: (message) => nodeHashing.sha256(message),
  hexOfHex: (digits) => digits.toLowerCase(),
};

/** What an attacker without the platform’s key tries for it: none, a key of zeros, and one made of a word. */
const guessedTokenKeys: readonly TokenKeys[] = [
  new TokenKeys(1, () => [asItIs]),
  new TokenKeys(1, () => [new HmacSha256(zeros)]),
  TokenKeys.fromMasters(nodeHashing, [zeros]),
  TokenKeys.fromMasters(nodeHashing, [Buffer.from(nodeHashing.sha256('kinledger'), 'hex')]),
];

/** Keys with a salt, as an attacker guesses them or knows it, and with every guess for the token key. */
export const keysGuessed = (salts: readonly string[]): readonly Keys[] =>
  salts.flatMap((salt) => guessedTokenKeys.map((tokens) => keysOfAttacker(salt, tokens)));

/** Row keys and record ids are not attacked: any key will do for them. */
const keysOfAttacker = (salt: string, tokens: TokenKeys): Keys => ({
  hashing: nodeHashing,
  tokens,
  digests: new SaltedDigests(nodeHashing.sha256, salt),
  rowKeyHash: new HmacSha256(zeros),
  recordIdHash: new HmacSha256(zeros),
});
