import { candidateKeys, type CandidateKey } from './candidate-keys.js';
import { birthDate } from './birth-date.js';
import { email } from './contacts.js';
import type { Derivation, FieldRole } from './derivation.js';
import { derivationsOf } from './ladders.js';
import { givenName, surname } from './person-names.js';
import { address } from './places.js';

/** A rung of a field that leaves as tokens of its own. */
export interface LeavingRung {
  readonly field: FieldRole;
  readonly derivation: Derivation;
}

/**
 * Rungs without tokens: others of profile op-kin-1 say as much. Of a mistyped birth date two parts agree, the sounds of
 * names are those of deletions and consonants, and an edit before the @ at another domain is rare.
 */
const withoutTokens: ReadonlySet<Derivation> = new Set([
  ...[givenName.metaphone, surname.metaphone, address.metaphone, address.number],
  ...[birthDate.deletions, email.localDeletions],
]);

/** Profile op-kin-1: the rungs and keys of which a row has derived tokens, where its agreement permits them. */
export const opKin1: { readonly rungs: readonly LeavingRung[]; readonly keys: readonly CandidateKey[] } = {
  rungs: (Object.keys(derivationsOf) as FieldRole[]).flatMap((field) =>
    derivationsOf[field]
      .filter((derivation) => derivation.plain !== true && !withoutTokens.has(derivation))
      .map((derivation) => ({ field, derivation })),
  ),
  keys: candidateKeys.filter(({ plain }) => plain !== true),
};

/** Names of everything that the profile derives, sorted. */
export const opKin1Names: readonly string[] = [
  ...new Set([
    ...opKin1.rungs.map(({ derivation }) => derivation.name),
    ...opKin1.keys.map(({ name }) => name),
  ]),
].sort();

/** Of which fields an agreement lets values be derived, and what it does not permit of them. */
export interface PermittedDerivations {
  readonly fields: readonly FieldRole[];
  readonly except?: readonly string[];
}

/** Names of what the profile derives from permitted fields alone, sorted. A key needs all its fields. */
export function permittedNames({ fields, except = [] }: PermittedDerivations): readonly string[] {
  const names = new Set([
    ...opKin1.rungs.filter(({ field }) => fields.includes(field)).map(({ derivation }) => derivation.name),
    ...opKin1.keys
      .filter((key) => key.fields.every((field) => fields.includes(field)))
      .map(({ name }) => name),
  ]);
  return [...names].filter((name) => !except.includes(name)).sort();
}

/**
 * What derived values of a child's row are called that rest on its carer's email, mobile or NHS number. An erasure of the
 * carer knows them by this, and by `email`, `mobile` or `nhs-number` in the name.
 */
const CARER = 'carer-';
export const carerName = (name: string): string => CARER + name;

/** The name without what {@link carerName} puts before it, and whether it was there. */
export const asNamed = (derivation: string): { readonly name: string; readonly isCarers: boolean } =>
  derivation.startsWith(CARER)
    ? { name: derivation.slice(CARER.length), isCarers: true }
    : { name: derivation, isCarers: false };
