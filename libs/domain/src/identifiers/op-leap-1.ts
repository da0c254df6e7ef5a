declare const digest: unique symbol;

/** Digest of an identifier under a profile: upper-case hex SHA-256, 64 digits. It is personal data: who holds the salt can enumerate it. */
export type Digest = string & { readonly [digest]: true };

const namePattern = /^[A-Za-z0-9]+$/;
const whiteSpace = /[ \t\r\n]+/g;
const digestPattern = /^[0-9A-Fa-f]{64}$/;

/**
 * The text that profile op-leap-1 hashes: values in alphabetical order of their names, without space, tab, CR and LF,
 * then the salt as it is. The rule is OpenPseudonymiser's, so that its users reach the same digests.
 *
 * Names are letters and digits only and are compared without regard to case: in that set, OpenPseudonymiser's
 * culture-aware order is this one in every culture but the Danish and the Norwegian, which sort `aa` after `z`. No name in
 * use holds `aa`.
 * @throws RangeError for another name, or two names that differ in case only.
 */
export function joinedOpLeap1(namedValues: Readonly<Record<string, string>>, salt: string): string {
  const named = Object.entries(namedValues).map(([name, value]) => {
    if (!namePattern.test(name))
      throw new RangeError('a name of profile op-leap-1 has letters and digits only');
    return { order: name.toLowerCase(), value };
  });
  named.sort((left, right) => (left.order < right.order ? -1 : 1));
  if (named.some(({ order }, index) => order === named[index + 1]?.order)) {
    throw new RangeError('two names of profile op-leap-1 differ in case only');
  }
  return named.map(({ value }) => value.replace(whiteSpace, '')).join('') + salt;
}

/**
 * SHA-256 of bytes, or of a text in UTF-8, as 64 lower-case hex digits. The surroundings provide it: Node has a fast one,
 * a browser brings a library.
 */
export type Sha256Hex = (message: string | Uint8Array) => string;

/** A digest that was made elsewhere: 64 hex digits of either case; anything else is undefined. */
export function canonicalDigest(raw: string): Digest | undefined {
  if (raw.length > 1000) return undefined;
  const text = raw.trim();
  return digestPattern.test(text) ? (text.toUpperCase() as Digest) : undefined;
}
