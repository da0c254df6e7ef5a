import { birthDate, monthDayOf, yearOf } from './birth-date.js';
import { email, emailHeadOf, emailTailOf, mobile } from './contacts.js';
import { deletionsOf } from './deletions.js';
import { MAX_DERIVED_VALUES, type Derivation, type FieldRole } from './derivation.js';
import { derivedValues, oneValue } from './derived-values.js';
import { givenName, surname } from './person-names.js';
import { address, outwardOf, postcode } from './places.js';

/** Canonical values of one record, by role. */
export type FieldValues = Readonly<Partial<Record<FieldRole, string>>>;

/** Records with a key in common are compared. A key is made of several fields, so that few records have it. */
export interface CandidateKey {
  readonly name: string;
  readonly version: number;
  readonly domain: string;
  /** The fields that it is made of. A given name stands in for `given-name-part`. */
  readonly fields: readonly FieldRole[];
  /** The value itself, for which the platform has a token anyway: it derives no second one. */
  readonly plain?: true;
  /** Keys of a record: sorted, distinct, at most {@link MAX_DERIVED_VALUES}; none if a field is missing. */
  readonly of: (values: FieldValues) => readonly string[];
}

/** What a key takes of a field. */
interface Part {
  readonly field: FieldRole;
  readonly of: (canonical: string) => readonly string[];
}

const part = (field: FieldRole, { of }: Pick<Derivation, 'of'>): Part => ({ field, of });

const parts = {
  birthDate: part('birth-date', birthDate.full),
  birthDeletions: part('birth-date', birthDate.deletions),
  monthDay: part('birth-date', { of: monthDayOf }),
  year: part('birth-date', { of: yearOf }),
  gender: part('gender', { of: oneValue }),
  postcode: part('postcode', postcode.full),
  outward: part('postcode', { of: outwardOf }),
  address: part('address', address.full),
  number: part('address', address.number),
  nickname: part('given-name', givenName.nickname),
  givenName: part('given-name', givenName.full),
  givenDeletions: part('given-name', givenName.deletions),
  givenSound: part('given-name', givenName.metaphone),
  firstThree: part('given-name-part', givenName.firstThree),
  surname: part('surname', surname.full),
  surnameDeletions: part('surname', surname.deletions),
  surnameSound: part('surname', surname.metaphone),
  surnameFirstThree: part('surname', surname.firstThree),
  emailHead: part('email', { of: emailHeadOf }),
  emailTail: part('email', { of: emailTailOf }),
  emailLocal: part('email', email.local),
  emailDeletions: part('email', email.deletions),
};

/** Stands between the parts of a key: no canonical form contains a line break. */
const BETWEEN = '\n';

const key = (name: string, ...combined: readonly Part[]): CandidateKey => ({
  name,
  version: 1,
  domain: `key:${name}`,
  fields: combined.map(({ field }) => field),
  of: (values) => {
    let found: readonly string[] = [''];
    for (const [at, { field, of }] of combined.entries()) {
      const canonical = valueOf(values, field);
      if (canonical === undefined) return [];
      const derived = of(canonical);
      found = found.flatMap((before) => derived.map((each) => (at === 0 ? each : before + BETWEEN + each)));
    }
    return derivedValues(found).slice(0, MAX_DERIVED_VALUES);
  },
});

const valueOf = (values: FieldValues, field: FieldRole): string | undefined =>
  values[field] ?? (field === 'given-name-part' ? values['given-name'] : undefined);

const plainKey = (field: 'nhs-number' | 'email' | 'mobile'): CandidateKey => ({
  ...{ name: field, version: 1, domain: field, fields: [field], plain: true },
  of: (values) => oneValue(values[field] ?? ''),
});

/** Keys that few enough records share in a large file, and in a programme. Fields of the minimum dataset come first. */
export const candidateKeys: readonly CandidateKey[] = [
  plainKey('nhs-number'),
  plainKey('email'),
  plainKey('mobile'),
  key('birth-date-postcode', parts.birthDate, parts.postcode),
  key('birth-date-first-three-gender', parts.birthDate, parts.firstThree, parts.gender),
  key('birth-date-email-head', parts.birthDate, parts.emailHead),
  key('birth-date-email-tail', parts.birthDate, parts.emailTail),
  key('birth-date-given-name', parts.birthDate, parts.nickname),
  key('birth-date-surname', parts.birthDate, parts.surname),
  key('postcode-given-name', parts.postcode, parts.nickname),
  key('postcode-surname', parts.postcode, parts.surname),
  key('given-name-surname-year', parts.nickname, parts.surname, parts.year),
  key('given-name-surname-month-day', parts.nickname, parts.surname, parts.monthDay),
  key('address-postcode', parts.address, parts.postcode),
  key('address-given-name', parts.address, parts.nickname),
];

/**
 * Keys that find more, and that many records share: for files of some ten thousand records, under a budget of pairs.
 * They are not made of tokens.
 */
export const coarseCandidateKeys: readonly CandidateKey[] = [
  key('birth-date', parts.birthDate),
  key('surname-sound-given-name-sound', parts.surnameSound, parts.givenSound),
  key('surname-deletion-given-name', parts.surnameDeletions, parts.nickname),
  key('given-name-deletion-surname', parts.givenDeletions, parts.surname),
  key('surname-deletion-year', parts.surnameDeletions, parts.year),
  key('given-name-deletion-year', parts.givenDeletions, parts.year),
  key('surname-deletion-postcode', parts.surnameDeletions, parts.postcode),
  key('given-name-deletion-postcode', parts.givenDeletions, parts.postcode),
  key('birth-date-deletion-surname-first-three', parts.birthDeletions, parts.surnameFirstThree),
  key('birth-date-deletion-given-name-first-three', parts.birthDeletions, parts.firstThree),
  key('birth-date-deletion-outward', parts.birthDeletions, parts.outward),
  key('postcode', parts.postcode),
  key('email-local', parts.emailLocal),
  key('email-deletion', parts.emailDeletions),
  ...(['mobile', 'nhs-number', 'other-id'] as const).map((field) =>
    key(`${field}-deletion`, part(field, field === 'mobile' ? mobile.deletions : { of: deletionsOf })),
  ),
  key('address-number-postcode', parts.number, parts.postcode),
];
