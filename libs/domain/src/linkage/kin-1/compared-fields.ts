import { rungsOf, type FieldKind, type Rung } from '@kinledger/kin';

/** Where the derived tokens of one derivation go in a compared field. */
interface ReadDerivation {
  /** As rows name it: a derivation of profile `op-kin-1`. */
  readonly derivation: string;
  /** The rung of the field's values; `edits` for the whole value and its one-character deletions. */
  readonly rung: Rung | 'edits';
}

/** A field that two records are compared on. */
export interface FieldOfTokens {
  readonly name: string;
  readonly kind: FieldKind;
  readonly reads: readonly ReadDerivation[];
}

const { whole, consonants, sound, nickname, part } = rungsOf['given-name'].rungs;
const firstThree = rungsOf['given-name'].rungs['first-three'];
const date = rungsOf['birth-date'].rungs;
const place = rungsOf.postcode.rungs;

const namesIn = (field: 'given-name' | 'surname'): ReadDerivation[] => [
  { derivation: field, rung: whole },
  { derivation: `${field}-parts`, rung: part },
  { derivation: `${field}-metaphone`, rung: sound },
  { derivation: `${field}-consonants`, rung: consonants },
  { derivation: `${field}-first-three`, rung: firstThree },
  { derivation: `${field}-deletions`, rung: 'edits' },
];

/**
 * The fields of `kin-1`, in the order of its models. Whole birth dates, genders, emails, mobile and NHS numbers are the
 * plain tokens of a row. Of a child that is known by the first three letters of its name, these are compared instead
 * of the name. Contacts on a child's row are the carer's, and are not compared.
 */
export const comparedFields = [
  {
    name: 'given-name',
    kind: 'given-name',
    reads: [...namesIn('given-name'), { derivation: 'given-name-nickname', rung: nickname }],
  },
  { name: 'given-name-part', kind: 'attribute', reads: [] },
  { name: 'surname', kind: 'surname', reads: namesIn('surname') },
  {
    name: 'birth-date',
    kind: 'birth-date',
    reads: [
      { derivation: 'birth-date-swapped', rung: date.swapped },
      { derivation: 'birth-date-year-month', rung: date['year-month'] },
      { derivation: 'birth-date-month-day', rung: date['month-day'] },
      { derivation: 'birth-date-year-day', rung: date['year-day'] },
      { derivation: 'birth-date-year', rung: date.year },
      { derivation: 'birth-date-deletions', rung: 'edits' },
    ],
  },
  { name: 'gender', kind: 'gender', reads: [] },
  {
    name: 'postcode',
    kind: 'postcode',
    reads: [
      { derivation: 'postcode', rung: place.whole },
      { derivation: 'postcode-sector', rung: place.sector },
      { derivation: 'postcode-outward', rung: place.outward },
      { derivation: 'postcode-deletions', rung: 'edits' },
    ],
  },
  {
    name: 'address',
    kind: 'address',
    reads: [
      { derivation: 'address', rung: rungsOf.address.rungs.whole },
      { derivation: 'address-metaphone', rung: rungsOf.address.rungs.sound },
      { derivation: 'address-deletions', rung: 'edits' },
    ],
  },
  {
    name: 'email',
    kind: 'email',
    reads: [
      { derivation: 'email-local', rung: rungsOf.email.rungs.local },
      { derivation: 'email-deletions', rung: 'edits' },
    ],
  },
  {
    name: 'mobile',
    kind: 'mobile',
    reads: [
      { derivation: 'mobile-last-six', rung: rungsOf.mobile.rungs['last-six'] },
      { derivation: 'mobile-deletions', rung: 'edits' },
    ],
  },
  { name: 'nhs-number', kind: 'nhs-number', reads: [{ derivation: 'nhs-number-deletions', rung: 'edits' }] },
] as const satisfies readonly FieldOfTokens[];

export type ComparedFieldName = (typeof comparedFields)[number]['name'];

/** The place of a field among those that are compared. */
export const fieldNumber = (name: ComparedFieldName): number =>
  comparedFields.findIndex((field) => field.name === name);
