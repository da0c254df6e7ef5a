import { cellOfDigests, digestsInCell } from '@kinledger/derivations';
import {
  canonicalAddress,
  canonicalCaseNumber,
  canonicalChildFirstName3,
  canonicalDigest,
  canonicalGender,
  canonicalPersonName,
  canonicalPostcode,
  isGenderNotKnown,
  isInitials,
  isReservedForTests,
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
import type { ColumnReading } from './column-reading.js';
import { birthDayFormOf, dayFormOf, isoMonth } from './day-form.js';
import type { RuleKind, RuleOfField } from './finding.js';

/** Recognises digests of "no value", such as that of an empty cell, without holding a salt. */
export interface KnownEmptyValueDigests {
  /** Whether a digest is that of "no value", as an identifier of one of these kinds. */
  isOfEmptyValue(kinds: readonly ColumnIdentifier['kind'][], digest: string): boolean;
}

/** The result of reading a text, if it is more than a value. */
export interface ReadValue {
  /** The value to keep; null if none. */
  readonly value: string | null;
  /** The broken rule, if any. */
  readonly rule?: RuleKind;
  /** The order of day and month that a date shows. */
  readonly order?: DateOrder;
}

/** Brings a text, which must be trimmed and not empty, to canonical form. */
export type ValueForm = (text: string) => string | ReadValue;

export interface FormOptions {
  /** Whether the people of the programme are made up, so that values reserved for tests are valid. */
  readonly synthetic: boolean;
  readonly salts?: KnownEmptyValueDigests | undefined;
  /** Texts that stand for no value in this column, in lower case. */
  readonly missingValues?: ReadonlySet<string> | undefined;
  /** How the column is written. */
  readonly reading?: ColumnReading | undefined;
}

/** How to bring values of one kind to canonical form. Nothing else does this. */
interface KindOfValue {
  readonly formOf: (field: DatasetField, options: FormOptions) => ValueForm;
  /** The rules that its values can break, in addition to a field's constraints. */
  readonly doubts: readonly RuleKind[];
  /** Whether values recur in many rows of a column, such as codes and dates. */
  readonly recurs: boolean;
  /** Whether a text means "no value", given the result of reading it; a meaning given by the kind takes precedence. */
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

/** A spelling of "no value" may still be a valid value of its kind, such as a code. */
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
  ...(['invalid', 'unreal-date', 'month-first', 'day-first', 'two-digit-year', 'year-out-of-range'] as const),
  ...(['time-of-day', 'day-number', 'incomplete-date', 'placeholder', 'from-day-number'] as const),
  ...(['mixed-date-order', 'undecided-date-order'] as const),
];

const kinds: Readonly<Record<ValueKind, KindOfValue>> = {
  email: kind(
    (_, options) => identifierForm('email', readEmail, options),
    ['invalid', 'several-addresses', 'repaired', 'placeholder'],
  ),
  mobile: kind(
    (_, options) => mobileForm(options),
    ['invalid', 'scientific-notation', 'repaired', 'placeholder', 'zero-restored'],
  ),
  'nhs-number': kind(
    (_, options) => identifierForm('nhs-number', readNhsNumber, options),
    ['invalid', 'not-digits', 'wrong-length', 'scientific-notation', 'repaired', 'placeholder'],
  ),
  postcode: kind(() => orInvalid(canonicalPostcode), ['invalid']),
  'case-number': kind(() => caseNumber, ['invalid', 'scientific-notation'], {
    // Any text is a valid case number, but a placeholder on many rows would make them one case.
    saysNothing: isNoValue,
  }),
  'first-name': kind(() => firstName, ['invalid', 'initials'], { saysNothing: isNoFirstName }),
  'given-name': kind(() => givenName, ['invalid', 'initials'], { saysNothing: isNoName }),
  surname: kind(() => orInvalid(canonicalPersonName), ['invalid'], { saysNothing: isNoName }),
  address: kind(() => orInvalid(canonicalAddress), ['invalid']),
  'derived-digests': kind(() => derivedDigestsForm, ['invalid', 'clear-text']),
  digest: kind(digestForm, ['invalid', 'clear-text', 'placeholder']),
  lsoa: kind(() => orInvalid(areaForm), ['invalid']),
  date: kind((_, { reading }) => dayFormOf(reading), dayDoubts, recurring),
  'birth-date': kind((_, { reading }) => birthDayFormOf(reading), dayDoubts, recurring),
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

/** The forms of identifiers outside a file: those that its cells have. */
export const identifierFormsFor = (options: FormOptions) => ({
  nhsNumber: identifierForm('nhs-number', readNhsNumber, options),
  email: identifierForm('email', readEmail, options),
  mobile: identifierForm('mobile', readMobile, options),
  birthDate: birthDayFormOf(),
  caseNumber,
  firstName,
  gender: genderForm(['F', 'M', 'X']),
});

export const kindOfValue = (field: DatasetField): KindOfValue => kinds[valueKindOf(field)];

/** The function that brings a field's values to canonical form. */
export const valueFormOf = (field: DatasetField, options: FormOptions): ValueForm =>
  kindOfValue(field).formOf(field, options);

/** The rules that a field's values can break, in addition to its constraints. */
export const doubtsOf = (field: DatasetField): readonly RuleKind[] => kindOfValue(field).doubts;

/** Reads an LSOA, or a source's word for a withheld area. */
function areaForm(text: string): string | undefined {
  if (text.toLowerCase() === PROTECTED_AREA) return PROTECTED_AREA;
  return /^[ew]01\d{6}$/i.test(text) ? text.toUpperCase() : undefined;
}

/** Reads an identifier: repairs it if that is certain, and treats a placeholder as no value. */
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
    if (isPlaceholder(kind, value) || (!synthetic && isReservedForTests(kind, value)))
      return refused('placeholder');
    return repaired ? { value, rule: 'repaired' } : value;
  };
}

/** Restores the first 0 where a spreadsheet took it away in the whole column. */
function mobileForm(options: FormOptions): ValueForm {
  const form = identifierForm('mobile', readMobile, options);
  if (options.reading?.zerosLost !== true) return form;
  return (text) => {
    const read = form(text);
    if (typeof read === 'string' || read.rule !== 'invalid' || !withoutZero.test(text)) return read;
    const restored = form(`0${text}`);
    const value = typeof restored === 'string' ? restored : restored.value;
    return value === null ? restored : { value, rule: 'zero-restored' };
  };
}

const withoutZero = /^7\d{9}(?:\.0+)?$/;

/** Refuses a number in exponent form: its last digits are lost, so two people could have the same. */
const caseNumber: ValueForm = (text) =>
  isShortenedNumber(text)
    ? refused('scientific-notation')
    : (canonicalCaseNumber(text) ?? refused('invalid'));

/** A digest that was truncated or altered by a spreadsheet or program. */
const damagedDigest = /^(?:0x)?[0-9a-f]{24,}[.…]*$|^\d(?:[.,]\d+)?e\+\d+$/i;

/** Reads a digest. Anything else may be an identifier that should not have left its source, so it is not shown. */
function digestForm({ 'x-kinledger': { identifiers } }: DatasetField, { salts }: FormOptions): ValueForm {
  const kinds = identifiers.map(({ kind }) => kind);
  return (text) => {
    const digest = canonicalDigest(text);
    if (digest === undefined) return refused(damagedDigest.test(text) ? 'invalid' : 'clear-text');
    return salts?.isOfEmptyValue(kinds, digest) === true ? refused('placeholder') : digest;
  };
}

/** Reads derived digests. An entry without any may be the value itself: such a text is not shown. */
const derivedDigestsForm: ValueForm = (text) => {
  const entries = digestsInCell(text);
  if (entries !== undefined) return cellOfDigests(entries);
  const holdsDigest = (entry: string): boolean => /[0-9a-f]{64}/i.test(entry);
  return refused(text.trim().split(/\s+/).every(holdsDigest) ? 'invalid' : 'clear-text');
};

/** Keeps only the letters of a first name that a child key needs. */
const firstName: ValueForm = (text) => {
  const value = canonicalChildFirstName3(text);
  if (value === undefined) return refused('invalid');
  return isInitials(text) ? { value, rule: 'initials' } : value;
};

/** Reads a whole given name; one of initials only says little. */
const givenName: ValueForm = (text) => {
  const value = canonicalPersonName(text);
  if (value === undefined) return refused('invalid');
  return isInitials(text) ? { value, rule: 'initials' } : value;
};

/** What is written where a name is not known, such as "Baby" or "unknown". */
function isNoName(text: string, kept: string | null): boolean {
  return isNoFirstName(text) || (kept === null && /\p{L}/u.test(text));
}

/** Reads a code, and spells it as in the schema. */
function codeForm(values: readonly string[]): ValueForm {
  const byKey = new Map(values.map((value) => [valueKey(value), value]));
  return (text) => byKey.get(valueKey(text)) ?? refused('unlisted');
}

/** Reads a gender code in any of the forms in use. */
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

/** Formats a number in decimal digits; numbers below 1e-6 would otherwise have an exponent. */
const inDigits = (value: number): string => {
  const text = String(value);
  return text.includes('e') ? value.toFixed(15).replace(/\.?0+$/, '') : text;
};

const truths: ReadonlyMap<string, 'true' | 'false'> = new Map([
  ...(['true', 'yes', 'y', 't', '1', 'x', 'ticked', '✓'] as const).map((text) => [text, 'true'] as const),
  ...(['false', 'no', 'n', 'f', '0'] as const).map((text) => [text, 'false'] as const),
]);

const boolean = (text: string) => truths.get(text.toLowerCase());

/** Reads consent: any wording of a refusal is "false", even if the lists of yes and no do not include it. */
const consent = (text: string) => (refusesConsent(text) ? 'false' : boolean(text));
