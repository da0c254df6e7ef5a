/** What a field holds. The canonical form of each role is in {@link canonicalForms}. */
export const fieldRoles = [
  'given-name',
  'given-name-part',
  'surname',
  'birth-date',
  'gender',
  'postcode',
  'address',
  'email',
  'mobile',
  'nhs-number',
  'other-id',
] as const;
export type FieldRole = (typeof fieldRoles)[number];

/**
 * The canonical form that derivations expect of each role. `libs/domain/src/identifiers` makes all of them; no canonical
 * form contains a line break.
 */
export const canonicalForms: Readonly<Record<FieldRole, string>> = {
  'given-name': 'words of lower-case letters, with one space between them (canonicalPersonName)',
  'given-name-part': 'the first three letters in upper case (canonicalChildFirstName3)',
  surname: 'words of lower-case letters, with one space between them (canonicalPersonName)',
  'birth-date': 'yyyy-mm-dd (canonicalBirthDate)',
  gender: 'F, M or X (canonicalGender)',
  postcode: 'upper case, one space before the last three characters (canonicalPostcode)',
  address: 'words of lower-case letters and digits, with one space between them (canonicalAddress)',
  email: 'lower case with one @ (canonicalEmail)',
  mobile: 'eleven digits from 07 (canonicalMobile)',
  'nhs-number': 'ten digits (canonicalNhsNumber)',
  'other-id': 'any text without white space',
};

/** One rung of a role's ladder: what two values that differ a little may still have in common. */
export interface Derivation {
  /** Its name, such as `given-name-deletions`. Agreements permit derivations by name. */
  readonly name: string;
  /** Version of the rule. A rule whose values change gets a new version and a new domain. */
  readonly version: number;
  /**
   * Derived values are compared within a domain only. Given name and surname share theirs, so that a swap shows. It is
   * also the label with which derived values are digested, and the value domain of their tokens.
   */
  readonly domain: string;
  /** The value itself, for which the platform has a token anyway: it derives no second one. */
  readonly plain?: true;
  /** Has so few values that their frequencies tell them. Permit it only if no composite key does. */
  readonly lowEntropy?: true;
  /**
   * Numbers of tokens to which a set is padded when it is hashed: the first that is large enough. A set's size then
   * tells the length of its value roughly, or not at all.
   */
  readonly sizes?: readonly number[];
  /**
   * The derived values of a canonical value: sorted, distinct, at most {@link MAX_DERIVED_VALUES}. Two values agree on
   * the rung if their derived values intersect. Empty if the value has none.
   */
  readonly of: (canonical: string) => readonly string[];
}

/** As many as the contract lets one derivation of a row have tokens. */
export const MAX_DERIVED_VALUES = 64;
