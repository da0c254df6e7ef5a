import { opKin1, type FieldValues } from '@kinledger/derivations';
import {
  canonicalAddress,
  canonicalBirthDate,
  canonicalCaseNumber,
  canonicalChildFirstName3,
  canonicalEmail,
  canonicalGender,
  canonicalMobile,
  canonicalNhsNumber,
  canonicalPersonName,
  canonicalPostcode,
  digestOf,
  type Digest,
} from '@kinledger/domain';
import { nodeHashing } from '@kinledger/pseudonymisation';
import { DerivedDigests } from '@kinledger/pseudonymised-rows';
import { digestForms, needlesOf, type Needle } from './needles.js';

/** A family whose identifiers occur nowhere else, as a provider's case system spells them. */
export const carer = {
  name: 'Zephyrine Quillfeather-Oduya',
  givenName: 'Zephyrine',
  surname: 'Quillfeather-Oduya',
  address: '12 Nightjarwood Passage',
  caseNumber: 'QF-CANARY-77341',
  email: 'Zephyrine.Quillfeather@canary-post.example',
  phone: '07700 900984',
  nhsNumber: '999 731 8463',
  birthDate: '17/09/1987',
  postcode: 'ZZ1 1AA',
} as const;

export const child = {
  name: 'Xanthippe-Wrenlock',
  caseNumber: 'QF-CANARY-77342',
  nhsNumber: '999-731-8641',
  birthDate: '23/07/2021',
  // Outside the programme's area.
  postcode: 'ZQ9 7XQ',
} as const;

/** Coded values of the two people, which the platform zone may hold and telemetry may not. */
export const attributes = ['white-gypsy-traveller', 'british-sign-language', '1987-09'] as const;

/** Goes into a column that no schema has. */
const note = 'Spoke with Nan Barleycorn-Vance about the flat';

/** Needles for every direct identifier of the two people, with unkeyed and salted digests. */
export function needlesOfPeople(salt: string): readonly Needle[] {
  const spellings: readonly (readonly [string, readonly string[]])[] = [
    ['name', [carer.name]],
    ['child’s name', [child.name]],
    ['surname', [carer.surname, 'quillfeather oduya', 'quillfeatheroduya']],
    ['address', [carer.address, 'nightjarwood passage', '12nightjarwoodpassage']],
    ['note', [note, 'Barleycorn-Vance']],
    ['case number', [carer.caseNumber, child.caseNumber]],
    ['email', [carer.email]],
    ['phone', [carer.phone, '+44 7700 900984']],
    ['NHS number', [carer.nhsNumber, child.nhsNumber, '999 731 8641']],
    ['birth date', [child.birthDate, '2021-07-23', carer.birthDate, '1987-09-17']],
    ['postcode', [carer.postcode, child.postcode]],
    ['derived value', derivedValues()],
  ];
  return [
    ...spellings.flatMap(([name, texts]) => needlesOf(name, texts)),
    ...Object.entries(saltedDigests(salt)).flatMap(([name, digest]) =>
      digestForms(`${name}, digest under op-leap-1`, Buffer.from(digest, 'hex')),
    ),
    ...derivedDigests(salt).flatMap((digest) =>
      digestForms('derived value, digest under op-kin-1', Buffer.from(digest, 'hex')),
    ),
  ];
}

/** The two people's digests, as a source makes them. */
export function saltedDigests(salt: string) {
  const email = usable(canonicalEmail(carer.email));
  const birthDate = usable(canonicalBirthDate(child.birthDate));
  return {
    email: digestOf('email', email, salt),
    mobile: digestOf('mobile', usable(canonicalMobile(carer.phone)), salt),
    carerNhsNumber: digestOf('nhs-number', usable(canonicalNhsNumber(carer.nhsNumber)), salt),
    childNhsNumber: digestOf('nhs-number', usable(canonicalNhsNumber(child.nhsNumber)), salt),
    carerBirthDate: digestOf('birth-date', usable(canonicalBirthDate(carer.birthDate)), salt),
    childBirthDate: digestOf('birth-date', birthDate, salt),
    carerCaseNumber: digestOf('case-number', usable(canonicalCaseNumber(carer.caseNumber)), salt),
    childCaseNumber: digestOf('case-number', usable(canonicalCaseNumber(child.caseNumber)), salt),
    childKey: digestOf(
      'child-key',
      {
        carerEmail: email,
        birthDate,
        firstName3: usable(canonicalChildFirstName3(child.name)),
        gender: usable(canonicalGender('F')),
      },
      salt,
    ),
  } satisfies Record<string, Digest>;
}

/** What is derived of the carer’s name, address and contacts: it must leave no more than they do. */
const fieldsOfCarer: FieldValues = {
  'given-name': usable(canonicalPersonName(carer.givenName)),
  surname: usable(canonicalPersonName(carer.surname)),
  address: usable(canonicalAddress(carer.address)),
  email: usable(canonicalEmail(carer.email)),
  mobile: usable(canonicalMobile(carer.phone)),
  'nhs-number': usable(canonicalNhsNumber(carer.nhsNumber)),
  'birth-date': usable(canonicalBirthDate(carer.birthDate)),
  postcode: usable(canonicalPostcode(carer.postcode)),
};
const rungsOfCarer = opKin1.rungs.flatMap(({ field, derivation }) => {
  const value = fieldsOfCarer[field];
  return value === undefined ? [] : [{ derivation, value }];
});

/** One or two of each rung with values that are long enough not to occur by chance. */
function derivedValues(): readonly string[] {
  const long = rungsOfCarer
    .filter(({ derivation }) => derivation.lowEntropy !== true)
    .flatMap(({ derivation, value }) =>
      derivation
        .of(value)
        .filter((each) => each.length > 8)
        .slice(-2),
    );
  const keys = opKin1.keys.flatMap(({ of }) => of(fieldsOfCarer));
  return [...new Set([...long, ...keys])];
}

function derivedDigests(salt: string): readonly string[] {
  const digests = new DerivedDigests(nodeHashing.sha256, salt);
  return [
    ...rungsOfCarer.flatMap(({ derivation, value }) => digests.ofSet(derivation, value)),
    ...opKin1.keys.flatMap(({ domain, of }) => of(fieldsOfCarer).map((value) => digests.of(domain, value))),
  ];
}

function usable<T>(canonical: T | undefined): T {
  if (canonical === undefined) throw new Error('a marked identifier is not one that the platform would read');
  return canonical;
}

export interface MarkedFile {
  readonly dataset: string;
  readonly provider: string;
  readonly text: string;
}

const csv = (rows: readonly (readonly string[])[]): string =>
  rows.map((row) => row.map((cell) => (cell.includes(',') ? `"${cell}"` : cell)).join(',')).join('\r\n') +
  '\r\n';

const peopleTitles = [
  ...['Case number', 'Participant type', 'First name', 'Email', 'Carer email', 'Mobile', 'NHS number'],
  ...['Date of birth', 'Gender', 'Postcode', 'Date registered', 'Relationship', 'Ethnicity', 'Home language'],
  ...['Consent given', 'Consent form version', 'Date of consent', 'Full name', note],
  ...['Whole given name', 'Surname', 'First line of address'],
];
const ofCarer = [carer.givenName, carer.surname, carer.address];
const registered = ['Yes', '2023-2', '11/01/2024'];
const carerRow = [
  ...[carer.caseNumber, 'Parent', '', carer.email, '', carer.phone, carer.nhsNumber],
  ...[carer.birthDate, 'Female', carer.postcode, '11/01/2024', 'Mother', 'Gypsy or Irish Traveller'],
  ...['British Sign Language', ...registered, carer.name, note, ...ofCarer],
];
const childRow = [
  ...[child.caseNumber, 'Child', child.name, '', carer.email, carer.phone, child.nhsNumber],
  ...[child.birthDate, 'Girl', child.postcode, '11/01/2024', '', 'Gypsy or Irish Traveller'],
  ...['British Sign Language', ...registered, child.name, note],
  ...[child.name, carer.surname, carer.address],
];
/** Values in the wrong columns: only the provider's error report may show them. */
const misplaced = [
  ...['QF-CANARY-77343', carer.name, carer.phone, child.nhsNumber, carer.phone, carer.email, carer.phone],
  ...[carer.name, carer.email, carer.name, carer.postcode, carer.name, carer.email, carer.phone],
  ...[...registered, carer.name, note, carer.phone, carer.email, carer.nhsNumber],
];
const doubtful = [
  ...['QF-CANARY-77344', 'Parent', '', carer.phone, '', carer.email, '999 731 8464'],
  ...['31/02/1987', 'Female', carer.postcode, carer.name, carer.name, carer.name, carer.name],
  ...[...registered, carer.name, note, carer.nhsNumber, carer.phone, carer.surname],
];
const withoutConsent = carerRow.map((cell) => (cell === 'Yes' ? 'No' : cell)).with(0, 'QF-CANARY-77345');

const sessionTitles = [
  ...['Case number', 'Participant type', 'First name', 'Email', 'Carer email', 'NHS number'],
  ...['Date of birth', 'Gender', 'Session date', 'Session type', 'Attended', 'Minutes', 'Full name'],
];
const session = (date: string): readonly (readonly string[])[] => [
  [
    ...[carer.caseNumber, 'Parent', '', carer.email, '', carer.nhsNumber],
    ...[carer.birthDate, 'Female', date, 'Group session', 'Yes', '45', carer.name],
  ],
  [
    ...[child.caseNumber, 'Child', child.name, '', carer.email, child.nhsNumber],
    ...[child.birthDate, 'Girl', date, 'Group session', 'Yes', '45', child.name],
  ],
];

/** Files of several providers about the same two people, who are matched, related and made a family. */
export const markedFiles = {
  people: {
    dataset: 'baby-steps.user',
    provider: 'baby-steps-team',
    text: csv([peopleTitles, carerRow, childRow, doubtful, withoutConsent]),
  },
  elsewhere: {
    dataset: 'breastfeeding-peer-support.user',
    provider: 'breastfeeding-team',
    text: csv([peopleTitles, carerRow.with(0, 'QF-CANARY-88001'), childRow.with(0, 'QF-CANARY-88002')]),
  },
  /** Most rows are invalid: the upload is refused, and its error report lists them. */
  mostlyWrong: {
    dataset: 'breastfeeding-peer-support.user',
    provider: 'breastfeeding-team',
    text: csv([
      ...[peopleTitles, misplaced, misplaced.with(0, ''), misplaced.with(0, 'QF-CANARY-77344')],
      doubtful,
    ]),
  },
  corrected: {
    dataset: 'baby-steps.user',
    provider: 'baby-steps-team',
    text: csv([peopleTitles, carerRow.with(10, '12/01/2024'), childRow]),
  },
} as const satisfies Record<string, MarkedFile>;

/** So many people of one name that a table of common names has it. */
const NAMESAKES = 24;
/** The two people, and others who have the carer’s name. */
export const markedNamesakes: MarkedFile = {
  dataset: 'baby-steps.user',
  provider: 'baby-steps-team',
  text: csv([
    ...[peopleTitles, carerRow.with(10, '12/01/2024'), childRow],
    ...Array.from({ length: NAMESAKES }, (_, at) => [
      ...[`QF-CANARY-${78_000 + at}`, 'Parent', '', `namesake-${at}@canary-post.example`, '', '', ''],
      ...[`11/03/${1_960 + at}`, 'Female', carer.postcode, '11/01/2024', 'Mother', '', ''],
      ...[...registered, carer.name, note, carer.givenName, carer.surname, ''],
    ]),
  ]),
};

/** Sessions that both attended, one a day. */
export const markedSessions = (...days: readonly string[]): MarkedFile => ({
  dataset: 'baby-steps.engagement',
  provider: 'baby-steps-team',
  text: csv([sessionTitles, ...days.flatMap(session)]),
});

/** The same two people from a provider that makes digests at source. */
export function digestedFile(salt: string): MarkedFile {
  const digests = saltedDigests(salt);
  return {
    dataset: 'dv-enhanced-caseworkers.user',
    provider: 'refuge',
    text: csv([
      [
        ...['CaseNumber', 'ParticipantType', 'NHSNumber', 'Email', 'CarerEmail', 'ChildKey', 'DOB', 'Mobile'],
        ...['Gender', 'BirthMonth', 'LSOA', 'DateRegistered', 'Ethnicity', 'Full name'],
      ],
      [
        ...[digests.carerCaseNumber, 'Adult', digests.carerNhsNumber, digests.email, '', ''],
        ...[digests.carerBirthDate, digests.mobile, 'Female', '1987-09', '', '2024-01-22', '', carer.name],
      ],
      [
        ...[digests.childCaseNumber, 'Child', digests.childNhsNumber, '', digests.email, digests.childKey],
        ...[digests.childBirthDate, '', 'Female', '2021-07', '', '2024-01-22', '', child.name],
      ],
      // The wrong column was exported: an identifier in clear instead of a digest.
      [
        ...[carer.caseNumber, 'Adult', carer.nhsNumber, carer.email, '', '', carer.birthDate],
        ...[carer.phone, 'Female', '1987-09', carer.postcode, '2024-01-22', '', carer.name],
      ],
    ]),
  };
}
