import type { BirthDateText } from './birth-date.js';
import type { ChildFirstName3 } from './child-first-name.js';
import type { EmailText } from './email.js';
import type { GenderText } from './gender.js';
import type { MobileText } from './mobile.js';
import type { NhsNumberText } from './nhs-number.js';
import type { CaseNumberText } from './case-number.js';
import { joinedOpLeap1, type Digest, type Sha256Hex } from './op-leap-1.js';

/** The parts of a child key: the primary carer's email and three values of the child. All four are needed. */
export interface ChildKeyParts {
  readonly carerEmail: EmailText;
  readonly birthDate: BirthDateText;
  readonly firstName3: ChildFirstName3;
  readonly gender: GenderText;
}

/** The type of the canonical value for each kind of digest. */
export interface CanonicalByKind {
  'nhs-number': NhsNumberText;
  email: EmailText;
  mobile: MobileText;
  'birth-date': BirthDateText;
  gender: GenderText;
  'case-number': CaseNumberText;
  'child-key': ChildKeyParts;
}

/**
 * What can be digested. Also the value domain of the token made from the digest; for a case number, with its provider.
 */
export type DigestKind = keyof CanonicalByKind;

/** The names under which partners enter each value in profile op-leap-1. */
const nameOf = {
  'nhs-number': 'NHSNumber',
  email: 'Email',
  mobile: 'Mobile',
  'birth-date': 'DOB',
  gender: 'Gender',
  'case-number': 'CaseNumber',
} as const satisfies Record<Exclude<DigestKind, 'child-key'>, string>;

/** Digests of profile op-leap-1. */
export interface OpLeap1 {
  /** The digest of a canonical value. */
  readonly digestOf: <Kind extends DigestKind>(
    kind: Kind,
    canonical: CanonicalByKind[Kind],
    salt: string,
  ) => Digest;
  /** Upper-case hex SHA-256 of {@link joinedOpLeap1}. The values must be in canonical form. */
  readonly digestOpLeap1: (namedValues: Readonly<Record<string, string>>, salt: string) => Digest;
}

/** Creates the profile with the hash function of the environment. */
export function opLeap1With(sha256: Sha256Hex): OpLeap1 {
  const digestOpLeap1: OpLeap1['digestOpLeap1'] = (namedValues, salt) =>
    sha256(joinedOpLeap1(namedValues, salt)).toUpperCase() as Digest;
  return {
    digestOpLeap1,
    digestOf: (kind: DigestKind, canonical: string | ChildKeyParts, salt) =>
      digestOpLeap1(typeof canonical === 'string' ? named(kind, canonical) : childKey(canonical), salt),
  };
}

function named(kind: DigestKind, canonical: string): Record<string, string> {
  if (kind === 'child-key') throw new TypeError('a child key is digested from its four parts');
  return { [nameOf[kind]]: spellingOpLeap1(kind, canonical) };
}

/** How the profile spells a canonical value: a day as dd.mm.yyyy, anything else unchanged. */
export const spellingOpLeap1 = (kind: DigestKind | 'digest', canonical: string): string =>
  kind === 'birth-date' ? canonical.split('-').reverse().join('.') : canonical;

const childKey = (parts: ChildKeyParts): Record<string, string> => ({
  CarerEmail: parts.carerEmail,
  ChildDOB: spellingOpLeap1('birth-date', parts.birthDate),
  ChildFirstName3: parts.firstName3,
  ChildGender: parts.gender,
});
