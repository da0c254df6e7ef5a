import {
  canonicalCaseNumber,
  canonicalChildFirstName3,
  canonicalDigest,
  canonicalGender,
  canonicalPostcode,
  isGenderNotKnown,
  isInitials,
  isKeptForTests,
  isNoFirstName,
  isNoValue,
  isPlaceholder,
  isShortenedNumber,
  readEmail,
  readMobile,
  readNhsNumber,
  type DateOrder,
  type PlaceholderKind,
} from '@kinledger/domain/identifiers';
import {
  codedValues,
  PROTECTED_AREA,
  valueKey,
  valueKindOf,
  type ColumnIdentifier,
  type DatasetField,
  type ValueKind,
} from '@kinledger/programme/definition';
import { refusesConsent } from './consent.js';
import { birthDayForm, dayForm, isoMonth } from './day-form.js';
import type { RuleKind, RuleOfField } from './finding.js';

/** Knows digests of no value, such as that of an empty cell, without holding a salt. */
export interface KnownDigestsOfNothing {
  /** Whether a digest is that of no value, as an identifier of one of these kinds. */
  isOfNothing(kinds: readonly ColumnIdentifier['kind'][], digest: string): boolean;
}

/** What a text is read as, where that is more than a value. */
export interface ReadValue {
  /** What is kept; null where nothing is. */
  readonly value: string | null;
  /** What is told of it, if anything is. */
  readonly rule?: RuleKind;
  /** What a date shows of the order of day and month. */
  readonly order?: DateOrder;
}

/** A value in its canonical form, or what was read. The text given is trimmed, never empty. */
export type ValueForm = (text: string) => string | ReadValue;

export interface FormOptions {
  /** Whether people of the programme are made up, so that values kept for tests are theirs. */
  readonly synthetic: boolean;
  readonly salts?: KnownDigestsOfNothing | undefined;
}

/** How values of one kind come to their canonical form: the one place where they do. */
interface KindOfValue {
  readonly formOf: (field: DatasetField, options: FormOptions) => ValueForm;
  /** What its values can be told of, beside what a field's constraints say. */
  readonly doubts: readonly RuleKind[];
  /** True for values that stand in many rows of a column, such as codes and dates. */
  readonly recurs: boolean;
  /** Whether a text stands for "no value", by what came of it; where the kind gives it a meaning, it has that. */
  readonly saysNothing: (
    text: string,
    kept: string | null,
    broken: readonly { readonly kind: RuleOfField['kind'] }[],
  ) => boolean;
}

const refused = (rule: RuleKind): ReadValue => ({ value: null, rule });

const orInvalid =
  (canonical: (text: string) => string | undefined): ValueForm =>
  (text) =>
    canonical(text) ?? refused('invalid');

/** A text that says nothing may still be a value of its kind, such as a code. */
const unlessKept = (text: string, kept: string | null): boolean => kept === null && isNoValue(text);

function kind(
  formOf: KindOfValue['formOf'],
  doubts: readonly RuleKind[],
  { recurs = false, saysNothing = unlessKept }: Partial<Pick<KindOfValue, 'recurs' | 'saysNothing'>> = {},
): KindOfValue {
  return { formOf, doubts, recurs, saysNothing };
}

const recurring = { recurs: true };
const dayDoubts: readonly RuleKind[] = [
  ...(['invalid', 'unreal-date', 'month-first', 'two-digit-year', 'year-out-of-range'] as const),
  ...(['time-of-day', 'day-number', 'incomplete-date', 'placeholder', 'mixed-date-order'] as const),
];

const kinds: Readonly<Record<ValueKind, KindOfValue>> = {
  email: kind(
    (_, options) => identifierForm('email', readEmail, options),
    ['invalid', 'several-addresses', 'repaired', 'placeholder'],
  ),
  mobile: kind(
    (_, options) => identifierForm('mobile', readMobile, options),
    ['invalid', 'scientific-notation', 'repaired', 'placeholder'],
  ),
  'nhs-number': kind(
    (_, options) => identifierForm('nhs-number', readNhsNumber, options),
    ['invalid', 'not-digits', 'wrong-length', 'scientific-notation', 'repaired', 'placeholder'],
  ),
  postcode: kind(() => orInvalid(canonicalPostcode), ['invalid']),
  'case-number': kind(() => caseNumber, ['invalid', 'scientific-notation'], {
    // Any text would do as a case number; one that is on many rows would make them one.
    saysNothing: isNoValue,
  }),
  'first-name': kind(() => firstName, ['invalid', 'initials'], { saysNothing: isNoFirstName }),
  digest: kind(digestForm, ['invalid', 'clear-text', 'placeholder']),
  lsoa: kind(() => orInvalid(areaForm), ['invalid']),
  date: kind(() => dayForm, dayDoubts, recurring),
  'birth-date': kind(() => birthDayForm, dayDoubts, recurring),
  'birth-month': kind(() => orInvalid(isoMonth), ['invalid']),
  integer: kind(() => orScientific(integer), ['invalid', 'scientific-notation'], recurring),
  number: kind(() => orScientific(decimal), ['invalid', 'scientific-notation']),
  boolean: kind(() => orInvalid(boolean), ['invalid'], recurring),
  consent: kind(() => orInvalid(consent), ['invalid'], recurring),
  code: kind((field) => codeForm(codedValues(field) ?? []), ['unlisted'], recurring),
  gender: kind((field) => genderForm(codedValues(field) ?? []), ['unlisted', 'not-known'], {
    recurs: true,
    saysNothing: (text, kept, broken) =>
      unlessKept(text, kept) && !broken.some(({ kind }) => kind === 'not-known'),
  }),
  text: kind(() => (text) => text, ['invalid']),
};

export const kindOfValue = (field: DatasetField): KindOfValue => kinds[valueKindOf(field)];

/** How a field's values are brought to their canonical form. */
export const valueFormOf = (field: DatasetField, options: FormOptions): ValueForm =>
  kindOfValue(field).formOf(field, options);

/** What the values of a field can be told of, beside what its constraints say. */
export const doubtsOf = (field: DatasetField): readonly RuleKind[] => kindOfValue(field).doubts;

/** An LSOA, or the word of a source that withholds it. */
function areaForm(text: string): string | undefined {
  if (text.toLowerCase() === PROTECTED_AREA) return PROTECTED_AREA;
  return /^[ew]01\d{6}$/i.test(text) ? text.toUpperCase() : undefined;
}

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

/** Of a shortened number the last digits are lost, so that two people would have one number. */
const caseNumber: ValueForm = (text) =>
  isShortenedNumber(text)
    ? refused('scientific-notation')
    : (canonicalCaseNumber(text) ?? refused('invalid'));

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

/** The coded value that a text stands for, spelt as in the schema. */
function codeForm(values: readonly string[]): ValueForm {
  const byKey = new Map(values.map((value) => [valueKey(value), value]));
  return (text) => byKey.get(valueKey(text)) ?? refused('unlisted');
}

/** A code too, in any of the forms in use. */
function genderForm(values: readonly string[]): ValueForm {
  const code = codeForm(values);
  return (text) => {
    const asListed = code(text);
    if (typeof asListed === 'string') return asListed;
    const asUsual = code(canonicalGender(text) ?? '');
    if (typeof asUsual === 'string') return asUsual;
    return refused(isGenderNotKnown(text) ? 'not-known' : 'unlisted');
  };
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
