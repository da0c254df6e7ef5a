import type { BirthDateText } from './birth-date.js';
import type { ChildFirstName3 } from './child-first-name.js';
import type { EmailText } from './email.js';
import type { GenderText } from './gender.js';
import type { MobileText } from './mobile.js';
import type { NhsNumberText } from './nhs-number.js';
import type { CaseNumberText } from './case-number.js';
import { joinedOpLeap1, type Digest, type Sha256Hex } from './op-leap-1.js';

/** What makes a child's key: the primary carer's email and three values of the child. All four, or there is none. */
export interface ChildKeyParts {
  readonly carerEmail: EmailText;
  readonly birthDate: BirthDateText;
  readonly firstName3: ChildFirstName3;
  readonly gender: GenderText;
}

/** Canonical values by what they can be digested as. */
export interface CanonicalByKind {
  'nhs-number': NhsNumberText;
  email: EmailText;
  mobile: MobileText;
  'birth-date': BirthDateText;
  gender: GenderText;
  'case-number': CaseNumberText;
  'child-key': ChildKeyParts;
}

/** What can be digested; also the value domain of the token made from it (a case number's adds its provider). */
export type DigestKind = keyof CanonicalByKind;

/** The names under which partners enter a value in profile op-leap-1. */
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
  /** Digest of a canonical value. */
  readonly digestOf: <Kind extends DigestKind>(
    kind: Kind,
    canonical: CanonicalByKind[Kind],
    salt: string,
  ) => Digest;
  /** Upper-case hex SHA-256 of {@link joinedOpLeap1}. Values are expected in canonical form. */
  readonly digestOpLeap1: (namedValues: Readonly<Record<string, string>>, salt: string) => Digest;
}

/** The profile, with the hash function of the surroundings. */
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

/** How the profile spells a canonical value: a day as dd.mm.yyyy, anything else as it is. */
export const spellingOpLeap1 = (kind: DigestKind | 'digest', canonical: string): string =>
  kind === 'birth-date' ? canonical.split('-').reverse().join('.') : canonical;

const childKey = (parts: ChildKeyParts): Record<string, string> => ({
  CarerEmail: parts.carerEmail,
  ChildDOB: spellingOpLeap1('birth-date', parts.birthDate),
  ChildFirstName3: parts.firstName3,
  ChildGender: parts.gender,
});
