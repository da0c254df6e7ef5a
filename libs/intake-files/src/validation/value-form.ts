import {
  canonicalCaseNumber,
  canonicalChildFirstName3,
  canonicalDigest,
  canonicalGender,
  canonicalPostcode,
  isGenderNotKnown,
  isInitials,
  isKeptForTests,
  isPlaceholder,
  isShortenedNumber,
  readEmail,
  readMobile,
  readNhsNumber,
  type PlaceholderKind,
} from '@kinledger/domain/identifiers';
import {
  codedValues,
  formatOf,
  PROTECTED_AREA,
  valueKey,
  type ColumnIdentifier,
  type DatasetField,
} from '@kinledger/programme/definition';
import { refusesConsent } from './consent.js';
import { dayForm, isoDay } from './day-form.js';
import type { Doubt, RuleKind } from './finding.js';

/** Knows digests of no value, such as that of an empty cell, without holding a salt. */
export interface KnownDigestsOfNothing {
  /** Whether a digest is that of no value, as an identifier of one of these kinds. */
  isOfNothing(kinds: readonly ColumnIdentifier['kind'][], digest: string): boolean;
}

/** A value in the form that is kept, or what is told of it. The text given is trimmed, never empty. */
export type ValueForm = (text: string) => string | Doubt;

export interface FormOptions {
  /** Whether people of the programme are made up, so that values kept for tests are theirs. */
  readonly synthetic: boolean;
  readonly salts?: KnownDigestsOfNothing | undefined;
}

const refused = (rule: RuleKind): Doubt => ({ value: null, rule });

/** How a field's values are brought to the form that is kept, by its format, its list of codes or its type. */
export function valueFormOf(field: DatasetField, options: FormOptions): ValueForm {
  switch (formatOf(field)) {
    case 'email':
      return identifierForm('email', readEmail, options);
    case 'mobile':
      return identifierForm('mobile', readMobile, options);
    case 'nhs-number':
      return identifierForm('nhs-number', readNhsNumber, options);
    case 'postcode':
      return orInvalid(canonicalPostcode);
    case 'digest':
      return digestForm(field, options);
    case 'case-number':
      // Its last digits are lost, so that two people would have one number.
      return (text) =>
        isShortenedNumber(text)
          ? refused('scientific-notation')
          : (canonicalCaseNumber(text) ?? refused('invalid'));
    case 'first-name':
      return firstName;
    case 'lsoa':
      return orInvalid(areaForm);
    case 'birth-month':
      return orInvalid(isoMonth);
    case 'default':
      return formOfType(field);
  }
}

/** What the values of a field can be told of, beside what its constraints say. */
export function doubtsOf(field: DatasetField): readonly RuleKind[] {
  switch (formatOf(field)) {
    case 'email':
      return ['invalid', 'several-addresses', 'repaired', 'placeholder'];
    case 'mobile':
      return ['invalid', 'scientific-notation', 'repaired', 'placeholder'];
    case 'nhs-number':
      return ['invalid', 'not-digits', 'wrong-length', 'scientific-notation', 'repaired', 'placeholder'];
    case 'digest':
      return ['invalid', 'clear-text', 'placeholder'];
    case 'case-number':
      return ['invalid', 'scientific-notation'];
    case 'first-name':
      return ['invalid', 'initials'];
    default:
      return doubtsOfType(field);
  }
}

function doubtsOfType(field: DatasetField): readonly RuleKind[] {
  switch (field.type) {
    case 'date':
      return [
        ...(['invalid', 'unreal-date', 'month-first', 'two-digit-year', 'year-out-of-range'] as const),
        ...(['time-of-day', 'day-number', 'incomplete-date', 'placeholder', 'mixed-date-order'] as const),
      ];
    case 'integer':
    case 'number':
      return ['invalid', 'scientific-notation'];
    case 'boolean':
      return ['invalid'];
    case 'string':
      return codedValues(field) === undefined || formatOf(field) !== 'default'
        ? ['invalid']
        : ['unlisted', ...(isGender(field) ? (['not-known'] as const) : [])];
  }
}

/** An LSOA, or the word of a source that withholds it. */
function areaForm(text: string): string | undefined {
  if (text.toLowerCase() === PROTECTED_AREA) return PROTECTED_AREA;
  return /^[ew]01\d{6}$/i.test(text) ? text.toUpperCase() : undefined;
}

const orInvalid =
  (canonical: (text: string) => string | undefined): ValueForm =>
  (text) =>
    canonical(text) ?? refused('invalid');

/** An identifier is repaired where that is certain, and none where it is nobody's. */
function identifierForm(
  kind: PlaceholderKind,
  read: (
    text: string,
  ) =>
    | { readonly value: string; readonly repaired: boolean }
    | { readonly value?: undefined; readonly problem: RuleKind },
  { synthetic }: FormOptions,
): ValueForm {
  return (text) => {
    const reading = read(text);
    if (reading.value === undefined)
      return isPlaceholder(kind, text) ? refused('placeholder') : refused(reading.problem);
    const { value, repaired } = reading;
    if (isPlaceholder(kind, value) || (!synthetic && isKeptForTests(kind, value)))
      return refused('placeholder');
    return repaired ? { value, rule: 'repaired' } : value;
  };
}

/** A digest that was cut off or changed on its way, with what spreadsheets and programs put around one. */
const damagedDigest = /^(?:0x)?[0-9a-f]{24,}[.…]*$|^\d(?:[.,]\d+)?e\+\d+$/i;

/** What is no digest may be what should never have left its source: nothing of it is shown. */
function digestForm({ 'x-kinledger': { identifiers } }: DatasetField, { salts }: FormOptions): ValueForm {
  const kinds = identifiers.map(({ kind }) => kind);
  return (text) => {
    const digest = canonicalDigest(text);
    if (digest === undefined) return refused(damagedDigest.test(text) ? 'invalid' : 'clear-text');
    return salts?.isOfNothing(kinds, digest) === true ? refused('placeholder') : digest;
  };
}

/** No more of it is kept than a key is made of. */
const firstName: ValueForm = (text) => {
  const value = canonicalChildFirstName3(text);
  if (value === undefined) return refused('invalid');
  return isInitials(text) ? { value, rule: 'initials' } : value;
};

function formOfType(field: DatasetField): ValueForm {
  switch (field.type) {
    case 'string':
      return codeOf(field) ?? ((text) => text);
    case 'integer':
      return orScientific(integer);
    case 'number':
      return orScientific(decimal);
    case 'boolean':
      return orInvalid(field['x-kinledger'].consent ? consent : boolean);
    case 'date':
      return dayForm(field);
  }
}

/** The coded value that a text stands for, spelt as in the schema; undefined if the field has no list. */
function codeOf(field: DatasetField): ValueForm | undefined {
  const values = codedValues(field);
  if (values === undefined) return undefined;
  const byKey = new Map(values.map((value) => [valueKey(value), value]));
  if (!isGender(field)) return (text) => byKey.get(valueKey(text)) ?? refused('unlisted');
  return (text) =>
    byKey.get(valueKey(text)) ??
    byKey.get(valueKey(canonicalGender(text) ?? '')) ??
    refused(isGenderNotKnown(text) ? 'not-known' : 'unlisted');
}

const isGender = (field: DatasetField): boolean =>
  field['x-kinledger'].identifiers.some(({ kind }) => kind === 'gender');

/** A month as yyyy-mm from 2020-02 or 02/2020; of a whole date, its month. */
function isoMonth(text: string): string | undefined {
  const yearFirst = /^(\d{4})[-/.](\d{1,2})$/.exec(text);
  const monthFirst = /^(\d{1,2})[-/.](\d{4})$/.exec(text);
  const year = yearFirst?.[1] ?? monthFirst?.[2];
  const month = yearFirst?.[2] ?? monthFirst?.[1];
  if (year === undefined || month === undefined) return isoDay(text)?.slice(0, 7);
  return isoDay(`${year}-${month}-1`)?.slice(0, 7);
}

const grouped = /^[+-]?\d{1,3}(?:,\d{3})+(?:\.\d+)?$/;
const plainInteger = /^[+-]?\d{1,15}(?:\.0+)?$/;
const plainDecimal = /^[+-]?(?:\d{1,15}(?:\.\d{0,15})?|\.\d{1,15})$/;

const scientific = /^[+-]?\d(?:[.,]\d+)?e[+-]?\d{1,3}$/i;
const orScientific =
  (form: (text: string) => string | undefined): ValueForm =>
  (text) =>
    form(text) ?? refused(scientific.test(text) ? 'scientific-notation' : 'invalid');

function integer(text: string): string | undefined {
  const digits = grouped.test(text) ? text.replaceAll(',', '') : text;
  return plainInteger.test(digits) ? String(Number(digits) + 0) : undefined;
}

function decimal(text: string): string | undefined {
  const digits = grouped.test(text) ? text.replaceAll(',', '') : text;
  return plainDecimal.test(digits) ? inDigits(Number(digits) + 0) : undefined;
}

/** Decimal digits without an exponent: a number below 1e-6 would print as one. */
const inDigits = (value: number): string => {
  const text = String(value);
  return text.includes('e') ? value.toFixed(15).replace(/\.?0+$/, '') : text;
};

const truths: ReadonlyMap<string, 'true' | 'false'> = new Map([
  ...(['true', 'yes', 'y', 't', '1', 'x', 'ticked', '✓'] as const).map((text) => [text, 'true'] as const),
  ...(['false', 'no', 'n', 'f', '0'] as const).map((text) => [text, 'false'] as const),
]);

const boolean = (text: string) => truths.get(text.toLowerCase());

/** A refusal in whatever words is one, also where a list of yes and no does not know it. */
const consent = (text: string) => (refusesConsent(text) ? 'false' : boolean(text));
