import { birthDate } from './birth-date.js';
import { email, mobile } from './contacts.js';
import { deletionsOf } from './deletions.js';
import type { Derivation, FieldRole } from './derivation.js';
import { oneValue } from './derived-values.js';
import { givenName, surname } from './person-names.js';
import { address, postcode } from './places.js';

const gender: Derivation = { name: 'gender', version: 1, domain: 'gender', plain: true, of: oneValue };

const nhsNumber = {
  full: {
    ...{ name: 'nhs-number', version: 1, domain: 'nhs-number', plain: true },
    of: oneValue,
  } satisfies Derivation,
  deletions: {
    ...{ name: 'nhs-number-deletions', version: 1, domain: 'nhs-number:deletions', sizes: [11] },
    of: deletionsOf,
  } satisfies Derivation,
};

const otherId = {
  full: { ...{ name: 'other-id', version: 1, domain: 'other-id:full' }, of: oneValue } satisfies Derivation,
  deletions: {
    ...{ name: 'other-id-deletions', version: 1, domain: 'other-id:deletions', sizes: [16, 32, 64] },
    of: deletionsOf,
  } satisfies Derivation,
};

/**
 * The ladder of each role, strongest rung first. The level of two records is the strongest rung on which they agree; a
 * value that is missing on either side is no evidence.
 *
 * Decade of birth, postcode area and email domain are not among them: they have few values and add little.
 */
export const derivationsOf: Readonly<Record<FieldRole, readonly Derivation[]>> = {
  'given-name': [
    ...[givenName.full, givenName.nickname, givenName.deletions, givenName.parts],
    ...[givenName.metaphone, givenName.consonants, givenName.firstThree],
  ],
  // What the minimum dataset has of a name is the last rung of the whole name, so that the two compare.
  'given-name-part': [givenName.firstThree],
  surname: [
    ...[surname.full, surname.deletions, surname.parts],
    ...[surname.metaphone, surname.consonants, surname.firstThree],
  ],
  'birth-date': [
    ...[birthDate.full, birthDate.swapped, birthDate.deletions],
    ...[birthDate.yearMonth, birthDate.monthDay, birthDate.yearDay, birthDate.year],
  ],
  gender: [gender],
  postcode: [postcode.full, postcode.deletions, postcode.sector, postcode.outward],
  address: [address.full, address.deletions, address.metaphone, address.number],
  email: [email.full, email.deletions, email.local, email.localDeletions],
  mobile: [mobile.full, mobile.deletions, mobile.lastSix],
  'nhs-number': [nhsNumber.full, nhsNumber.deletions],
  'other-id': [otherId.full, otherId.deletions],
};
