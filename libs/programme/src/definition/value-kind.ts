import type { DatasetField } from './definition.js';
import { formatOf } from './field-format.js';
import { codedValues } from './row-roles.js';

/**
 * The kind of a field's values. Each kind has one canonical form, which validation gives to a value once and all later
 * steps rely on:
 *
 * - email, mobile, nhs-number, postcode, case-number, first-name: as returned by the parser in `@kinledger/domain`; of
 * a first name, at most the three letters that a child key needs;
 * - given-name, surname, address: as `canonicalPersonName` and `canonicalAddress` of `@kinledger/domain` return them;
 * - digest: 64 hex digits in upper case;
 * - derived-digests: as `cellOfDigests` of `@kinledger/derivations` writes them;
 * - lsoa: a code such as `E01003014`, or the word for a withheld area;
 * - date, birth-date: `yyyy-mm-dd`; birth-month: `yyyy-mm`;
 * - integer, number: decimal digits, without an exponent;
 * - boolean, consent: `true` or `false`;
 * - code, gender: after the value map, spelt as in the schema's list;
 * - text: trimmed.
 */
export type ValueKind =
  | 'email'
  | 'mobile'
  | 'nhs-number'
  | 'postcode'
  | 'case-number'
  | 'first-name'
  | 'given-name'
  | 'surname'
  | 'address'
  | 'digest'
  | 'derived-digests'
  | 'lsoa'
  | 'date'
  | 'birth-date'
  | 'birth-month'
  | 'integer'
  | 'number'
  | 'boolean'
  | 'consent'
  | 'code'
  | 'gender'
  | 'text';

/** The kind of a field's values, by its format, its type or its list of codes. */
export function valueKindOf(field: DatasetField): ValueKind {
  const format = formatOf(field);
  if (format !== 'default') return format;
  switch (field.type) {
    case 'date':
      return isBirthDate(field) ? 'birth-date' : 'date';
    case 'integer':
    case 'number':
      return field.type;
    case 'boolean':
      return field['x-kinledger'].consent ? 'consent' : 'boolean';
    case 'string':
      if (codedValues(field) === undefined) return 'text';
      return field['x-kinledger'].identifiers.some(({ kind }) => kind === 'gender') ? 'gender' : 'code';
  }
}

/** Kinds of which nothing but derived tokens is made. */
export const derivedKinds = ['given-name', 'surname', 'address'] as const satisfies readonly ValueKind[];
export type DerivedKind = (typeof derivedKinds)[number];

export const isDerivedKind = (kind: string): kind is DerivedKind =>
  derivedKinds.some((derived) => derived === kind);

/** Whether a field holds a birth date or month. */
export const isBirthDate = (field: DatasetField): boolean =>
  field['x-kinledger'].target?.to === 'birth-month' ||
  field['x-kinledger'].identifiers.some(({ kind, form }) => kind === 'birth-date' && form === 'clear');
