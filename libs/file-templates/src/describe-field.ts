import { sha256Hex } from '@kinledger/domain';
import {
  isDerivedKind,
  rolesOf,
  valueKindOf,
  type ColumnIdentifier,
  type DatasetField,
  type DatasetSchema,
} from '@kinledger/programme/definition';
import { listedValues } from './listed-values.js';

/** What a cell of a column holds, in words. */
export function contentOf(field: DatasetField): string {
  switch (valueKindOf(field)) {
    case 'email':
      return 'One email address.';
    case 'mobile':
      return 'A UK mobile number. Format the column as text, so that the leading zero stays.';
    case 'nhs-number':
      return 'An NHS number of ten digits. Format the column as text.';
    case 'postcode':
      return 'A full postcode.';
    case 'case-number':
      return 'Your own number, the same in every file. Format the column as text.';
    case 'first-name':
      return 'The first name. At most three letters of it are kept, and only until a digest is made.';
    case 'given-name':
      return 'The whole given name.';
    case 'surname':
      return 'The whole surname.';
    case 'address':
      return 'A line of the address, without the postcode.';
    case 'digest':
      return `A digest (SHA-256, 64 hex digits) of ${digestedOf(field)}, made at your side. Leave the cell empty if there is no value.`;
    case 'derived-digests':
      return 'Digests of parts of identifiers, made at your side under profile op-kin-1. Leave the cell empty if there are none.';
    case 'lsoa':
      return 'The LSOA code of the address: E01 and six digits.';
    case 'date':
      return 'A day, as dd/mm/yyyy.';
    case 'birth-date':
      return 'The date of birth, as dd/mm/yyyy.';
    case 'birth-month':
      return 'The month of birth, as yyyy-mm.';
    case 'integer':
      return `A whole number${rangeOf(field)}.`;
    case 'number':
      return `A number${rangeOf(field)}.`;
    case 'boolean':
      return 'Yes or no.';
    case 'consent':
      return 'Whether consent was given. A row that refuses it is counted and not taken.';
    case 'code':
    case 'gender':
      return 'One of the values listed.';
    case 'text':
      return 'A text.';
  }
}

/** When a column needs a value, in words. */
export function needOf(field: DatasetField): string {
  const { missing, consent, roles } = field['x-kinledger'];
  const severity = missing ?? (consent || field.constraints.required === true ? 'error' : undefined);
  const whose = roles === undefined ? '' : ` about ${listOf(roles.map((role) => rolePlurals[role]))}`;
  switch (severity) {
    case 'error':
      return roles === undefined ? 'Needed in every row.' : `Needed in rows${whose}.`;
    case 'warning':
      return `Expected${whose === '' ? '' : ` in rows${whose}`}; its absence is reported.`;
    case undefined:
      return 'May be empty.';
  }
}

const rolePlurals = {
  child: 'children',
  adult: 'adults',
  practitioner: 'practitioners',
  volunteer: 'volunteers',
  none: 'nobody',
} as const;

/** What becomes of a column when its rows leave the restricted zone, in words. */
export function fateOf(field: DatasetField, schema: DatasetSchema): string {
  const { identifiers, target } = field['x-kinledger'];
  const { childKey = {} } = schema['x-kinledger'];
  const fates = [
    ...(identifiers.length > 0 ? ['becomes a keyed token, from which nobody can read it'] : []),
    ...(Object.values(childKey).includes(field.name)
      ? ['is part of the child key, of which a keyed token is made']
      : []),
    ...(isDerivedKind(valueKindOf(field))
      ? ['becomes keyed tokens of itself and of its parts, from which nobody can read it']
      : []),
    ...(target === undefined ? [] : [fateOfTarget(target)]),
  ];
  return fates.length === 0 ? 'Never leaves the restricted zone.' : `${capitalised(fates.join('; '))}.`;
}

function fateOfTarget(target: NonNullable<DatasetField['x-kinledger']['target']>): string {
  switch (target.to) {
    case 'attribute':
      return 'leaves as a coded value';
    case 'birth-month':
      return 'leaves as a month, without the day';
    case 'lsoa':
      return 'leaves as the LSOA, an area of about 1,500 people';
    case 'fact':
      return 'leaves as it is, as part of what happened';
    case 'measure':
      return 'leaves as a number, the score of a measure';
    case 'role':
      return 'leaves as the role of whom the row is about';
  }
}

/** An example of a cell that is accepted, as it stands in a file. */
export function exampleOf(field: DatasetField, schema: DatasetSchema): string {
  const [listed] = listedValues(field) ?? [];
  if (listed !== undefined) return listed.text;
  const { minimum, maximum } = field.constraints;
  switch (valueKindOf(field)) {
    case 'email':
      return 'parent@example.org';
    case 'mobile':
      return '07700 900123';
    case 'nhs-number':
      return '943 476 5919';
    case 'postcode':
      return 'SW9 1AA';
    case 'case-number':
      return 'C-1001';
    case 'first-name':
      return 'Amara';
    case 'given-name':
      return 'Amara';
    case 'surname':
      return 'Okafor';
    case 'address':
      return '12 Brook Street';
    case 'digest':
      return sha256Hex(`example of ${field.name}`).toUpperCase();
    case 'derived-digests':
      return `mobile-last-six/1=${sha256Hex(`example of ${field.name}`).toUpperCase()}`;
    case 'lsoa':
      return 'E01003014';
    case 'date':
      return '14/08/2023';
    case 'birth-date':
      return rolesOf(schema).includes('child') ? '29/02/2020' : '17/05/1990';
    case 'birth-month':
      return rolesOf(schema).includes('child') ? '2020-02' : '1990-05';
    case 'integer':
    case 'number':
      return String(Math.min(Math.max(1, minimum ?? 1), maximum ?? 1));
    default:
      return 'text';
  }
}

const clearNames: Readonly<Record<ColumnIdentifier['kind'], string>> = {
  'nhs-number': 'NHS number',
  'child-key':
    'carer’s email address, birth date, first three letters of the first name, and gender, together',
  email: 'email address',
  mobile: 'mobile number',
  'birth-date': 'date of birth',
  gender: 'gender',
  'case-number': 'case number',
};

/** What the digests of a column are made of, in words. */
export const digestedOf = ({ 'x-kinledger': { identifiers } }: DatasetField): string => {
  const made = identifiers.map(
    ({ kind, use }) => `${use === 'carer' ? 'the carer’s' : 'the'} ${clearNames[kind]}`,
  );
  return made.length === 0 ? 'a value' : [...new Set(made)].join(' or ');
};

function rangeOf({ constraints: { minimum, maximum } }: DatasetField): string {
  if (minimum !== undefined && maximum !== undefined) return ` from ${minimum} to ${maximum}`;
  if (minimum !== undefined) return `, ${minimum} or more`;
  return maximum === undefined ? '' : `, ${maximum} or less`;
}

const capitalised = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

const listOf = (words: readonly string[]): string =>
  words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1) ?? ''}`;
