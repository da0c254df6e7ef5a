import {
  canonicalBirthDate,
  canonicalCaseNumber,
  canonicalChildFirstName3,
  canonicalDigest,
  canonicalEmail,
  canonicalGender,
  canonicalMobile,
  canonicalNhsNumber,
  canonicalPostcode,
} from '@kinledger/domain';
import { codedValues, formatOf, valueKey, type DatasetField } from '@kinledger/programme';

/** A value in the form that is kept, or undefined for one that does not fit. The text given is trimmed, never empty. */
export type ValueForm = (text: string) => string | undefined;

/** How a field's values are brought to the form that is kept, by its format, its list of codes or its type. */
export function valueFormOf(field: DatasetField): ValueForm {
  switch (formatOf(field)) {
    case 'email':
      return canonicalEmail;
    case 'mobile':
      return canonicalMobile;
    case 'nhs-number':
      return canonicalNhsNumber;
    case 'postcode':
      return canonicalPostcode;
    case 'digest':
      return canonicalDigest;
    case 'case-number':
      return canonicalCaseNumber;
    case 'first-name':
      // No more of it is kept than a key is made of.
      return canonicalChildFirstName3;
    case 'lsoa':
      return (text) => (/^[ew]01\d{6}$/i.test(text) ? text.toUpperCase() : undefined);
    case 'birth-month':
      return isoMonth;
    case 'default':
      return formOfType(field);
  }
}

function formOfType(field: DatasetField): ValueForm {
  switch (field.type) {
    case 'string':
      return codeOf(field) ?? ((text) => text);
    case 'integer':
      return integer;
    case 'number':
      return decimal;
    case 'boolean':
      return boolean;
    case 'date':
      return isoDay;
  }
}

/** The coded value that a text stands for, spelt as in the schema; undefined if the field has no list. */
function codeOf(field: DatasetField): ValueForm | undefined {
  const values = codedValues(field);
  if (values === undefined) return undefined;
  const byKey = new Map(values.map((value) => [valueKey(value), value]));
  const isGender = field['x-kinledger'].identifiers.some(({ kind }) => kind === 'gender');
  if (!isGender) return (text) => byKey.get(valueKey(text));
  return (text) => byKey.get(valueKey(text)) ?? byKey.get(valueKey(canonicalGender(text) ?? ''));
}

/** Any day as people write it, day before month, as yyyy-mm-dd. */
export function isoDay(text: string): string | undefined {
  const day = canonicalBirthDate(text);
  return day === undefined ? undefined : `${day.slice(6)}-${day.slice(3, 5)}-${day.slice(0, 2)}`;
}

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

const boolean: ValueForm = (text) => truths.get(text.toLowerCase());
