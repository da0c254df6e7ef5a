import { datasetField, headerKey, type DatasetField } from '@kinledger/programme/definition';

/** What a column of a file can hold, as far as its values and its title show. */
export type ColumnKind =
  | 'digest'
  | 'email'
  | 'nhs-number'
  | 'mobile'
  | 'postcode'
  | 'lsoa'
  | 'birth-date'
  | 'date'
  | 'birth-month'
  | 'gender'
  | 'boolean'
  | 'integer'
  | 'number'
  | 'first-name'
  | 'name'
  | 'address'
  | 'row-id'
  | 'code'
  | 'free-text'
  | 'text'
  | 'empty';

/** Kinds that values show by their form. */
export type KindByForm = Extract<
  ColumnKind,
  | 'digest'
  | 'email'
  | 'nhs-number'
  | 'mobile'
  | 'postcode'
  | 'lsoa'
  | 'birth-date'
  | 'date'
  | 'birth-month'
  | 'gender'
  | 'boolean'
  | 'integer'
  | 'number'
>;

/**
 * Kinds by form, the strictest first: a column is of the first that nearly all its values fit. Digits that are NHS
 * numbers are whole numbers too.
 */
export const kindsByForm: readonly KindByForm[] = [
  ...(['digest', 'email', 'nhs-number', 'mobile', 'lsoa', 'postcode', 'date', 'birth-month'] as const),
  ...(['gender', 'boolean', 'integer', 'number'] as const),
];

const extensions: Readonly<Partial<Record<ColumnKind, object>>> = {
  digest: { 'x-kinledger': { format: 'digest' } },
  email: { format: 'email', 'x-kinledger': { identifiers: [{ kind: 'email', use: 'identity' }] } },
  'nhs-number': {
    'x-kinledger': { format: 'nhs-number', identifiers: [{ kind: 'nhs-number', use: 'identity' }] },
  },
  mobile: { 'x-kinledger': { format: 'mobile', identifiers: [{ kind: 'mobile', use: 'identity' }] } },
  postcode: { 'x-kinledger': { format: 'postcode', target: { to: 'lsoa' } } },
  lsoa: { 'x-kinledger': { format: 'lsoa', target: { to: 'lsoa' } } },
  'birth-date': {
    type: 'date',
    format: 'any',
    'x-kinledger': {
      identifiers: [{ kind: 'birth-date', use: 'guard' }],
      target: { to: 'birth-month' },
    },
  },
  date: { type: 'date', format: 'any' },
  'birth-month': { 'x-kinledger': { format: 'birth-month', target: { to: 'birth-month' } } },
  gender: {
    constraints: { enum: ['F', 'M', 'X'] },
    'x-kinledger': {
      identifiers: [{ kind: 'gender', use: 'guard' }],
      target: { to: 'attribute', name: 'gender' },
    },
  },
  boolean: { type: 'boolean' },
  integer: { type: 'integer' },
  number: { type: 'number' },
  'first-name': { 'x-kinledger': { format: 'first-name' } },
  'row-id': { 'x-kinledger': { format: 'case-number' } },
};

/** A field of a Table Schema for a column of a kind: what its values are read by, and a start for a definition. */
export const fieldFor = (kind: ColumnKind, title: string, column: number): DatasetField =>
  datasetField.parse({
    name: fieldName(title) || `column_${column}`,
    title: title.slice(0, 120) || `Column ${column}`,
    type: 'string',
    ...extensions[kind],
  });

const fieldName = (title: string): string =>
  title
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^[^a-z]+|_+$/g, '')
    .slice(0, 80);

/** What titles are called, by the kind that they promise. The first that fits counts. */
const titleWords: readonly (readonly [ColumnKind, RegExp])[] = [
  ['email', /e?mail/],
  ['nhs-number', /nhs(no|num|number|id)/],
  ['birth-date', /birth|dob$|^dob|born/],
  ['mobile', /mobile|phone|contactn|^tel/],
  ['postcode', /postcode|postalcode|^pcode$|zip/],
  ['lsoa', /lsoa/],
  ['gender', /gender|^sex$|sexat/],
  ['address', /address|street|houseno|housenumber/],
  ['first-name', /(first|fore|given|christian|knownas)names?$/],
  [
    'name',
    /surname|lastname|familyname|fullname|^name$|(child|parent|carer|mother|father|baby|client)sname$/,
  ],
  ['date', /date|^day$|when/],
];

/** The kind that a column's title promises, if it promises one. */
export function promisedKind(title: string): ColumnKind | undefined {
  const key = headerKey(title);
  return titleWords.find(([, words]) => words.test(key))?.[0];
}

/** Why a column needs protection; `person`: it names or reaches somebody by itself. */
export interface LikelyIdentifier {
  readonly of: 'person' | 'household' | 'part-of-a-person';
  readonly because: string;
}

const identifying: Readonly<Partial<Record<ColumnKind, LikelyIdentifier>>> = {
  digest: { of: 'person', because: 'it holds digests, which are made from identifiers' },
  email: { of: 'person', because: 'it holds email addresses' },
  'nhs-number': { of: 'person', because: 'it holds NHS numbers' },
  mobile: { of: 'person', because: 'it holds mobile numbers' },
  postcode: { of: 'household', because: 'it holds postcodes, some of which have few households' },
  'birth-date': { of: 'part-of-a-person', because: 'it holds dates of birth' },
  'birth-month': { of: 'part-of-a-person', because: 'it holds months of birth' },
  'first-name': { of: 'part-of-a-person', because: 'its title says that it holds first names' },
  name: { of: 'person', because: 'its title says that it holds names' },
  address: { of: 'household', because: 'its title says that it holds addresses' },
  'row-id': {
    of: 'person',
    because: 'every value stands once: it may be the provider’s own number of a person',
  },
  'free-text': { of: 'person', because: 'it holds free text, which may name people' },
};

/** Whether a column of a kind is likely to identify somebody, and why. */
export const likelyIdentifierOf = (kind: ColumnKind): LikelyIdentifier | undefined => identifying[kind];

/** Fewer cells with words in them may be a heading. */
const FEWEST_TITLES = 3;
const LONGEST_TITLE = 80;

/**
 * Counts how many cells of a row could be column titles, for a file whose dataset nobody has defined yet: 0 if they are
 * too few to tell from a heading.
 */
export function likelyTitles(cells: readonly string[]): number {
  const titles = cells.filter((cell) => {
    const text = cell.trim();
    return text.length <= LONGEST_TITLE && /\p{L}/u.test(text) && !/@|^\d/.test(text);
  });
  return titles.length >= FEWEST_TITLES ? titles.length : 0;
}
