declare const digest: unique symbol;

/**
 * Digest of an identifier under a profile: upper-case hex SHA-256, 64 digits. It is personal data: whoever holds the
 * salt can enumerate the identifiers.
 */
export type Digest = string & { readonly [digest]: true };

const namePattern = /^[A-Za-z0-9]+$/;
const whiteSpace = /[ \t\r\n]+/g;
const digestPattern = /^[0-9A-Fa-f]{64}$/;

/**
 * The text that profile op-leap-1 hashes: the values in alphabetical order of their names, without space, tab, CR and
 * LF, then the salt unchanged. The rule is OpenPseudonymiser's, so its users get the same digests.
 *
 * Names contain letters and digits only and are compared without regard to case. For such names, OpenPseudonymiser's
 * culture-aware order equals this one in every culture except Danish and Norwegian, which sort `aa` after `z`. No name
 * in use contains `aa`.
 * @throws RangeError for any other name, or for two names that differ only in case.
 */
export function joinedOpLeap1(namedValues: Readonly<Record<string, string>>, salt: string): string {
  let joined = '';
  for (const name of inOrder(Object.keys(namedValues)))
    joined += (namedValues[name] as string).replace(whiteSpace, ''); // its own name
  return joined + salt;
}

/** Valid names in order, by their number and the names as given: a program uses few, for every row the same. */
const knownOrders = new Map<string, readonly string[]>();
const MAX_KNOWN_ORDERS = 100;

function inOrder(names: readonly string[]): readonly string[] {
  // Valid names contain no space, so no other names have this text.
  const given = `${names.length} ${names.join(' ')}`;
  const known = knownOrders.get(given);
  if (known !== undefined) return known;
  const named = names.map((name) => {
    if (!namePattern.test(name))
      throw new RangeError('a name of profile op-leap-1 may contain letters and digits only');
    return { name, order: name.toLowerCase() };
  });
  named.sort((left, right) => (left.order < right.order ? -1 : 1));
  if (named.some(({ order }, index) => order === named[index + 1]?.order)) {
    throw new RangeError('two names of profile op-leap-1 differ only in case');
  }
  const ordered = named.map(({ name }) => name);
  if (knownOrders.size < MAX_KNOWN_ORDERS) knownOrders.set(given, ordered);
  return ordered;
}

/**
 * SHA-256 of bytes, or of text in UTF-8, as 64 lower-case hex digits. The environment provides it: Node has a fast one,
 * a browser uses a library.
 */
export type Sha256Hex = (message: string | Uint8Array) => string;

/** A digest that was made elsewhere: 64 hex digits in either case. Returns undefined for anything else. */
export function canonicalDigest(raw: string): Digest | undefined {
  if (raw.length > 1000) return undefined;
  const text = raw.trim();
  return digestPattern.test(text) ? (text.toUpperCase() as Digest) : undefined;
}
