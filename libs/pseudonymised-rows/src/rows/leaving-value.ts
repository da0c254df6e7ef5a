import { codedValues, PROTECTED_AREA, valueKindOf, type DatasetField } from '@kinledger/programme/definition';
import { rowUnfit } from './row-unfit.js';

type Check = (value: string) => boolean;

const isDay: Check = (value) => /^\d{4}-\d{2}-\d{2}$/.test(value);
const isMonth: Check = (value) => /^\d{4}-\d{2}$/.test(value);
const isNumber: Check = (value) => /^-?\d+(?:\.\d+)?$/.test(value);
const isTruth: Check = (value) => value === 'true' || value === 'false';
const isArea: Check = (value) => value === PROTECTED_AREA || /^[EW]01\d{6}$/.test(value);
const never: Check = () => false;

/**
 * The final check of a value that leaves the restricted zone unchanged: validation has brought it to canonical form,
 * and any other form may be an identifier in the wrong place.
 *
 * The returned function returns the value, and throws RowUnfit if it is not in canonical form.
 */
export function leavingValue(field: DatasetField): (value: string) => string {
  const isCanonical = checkOf(field);
  return (value) => {
    if (!isCanonical(value)) throw rowUnfit('row-not-canonical');
    return value;
  };
}

/** Whether a field's values may leave as they are. Text is not among them: anything may be written there. */
export const leavesUnchanged = (field: DatasetField): boolean => checkOf(field) !== never;

function checkOf(field: DatasetField): Check {
  switch (valueKindOf(field)) {
    case 'date':
    case 'birth-date':
      return isDay;
    case 'birth-month':
      return isMonth;
    case 'integer':
    case 'number':
      return isNumber;
    case 'boolean':
    case 'consent':
      return isTruth;
    case 'lsoa':
      return isArea;
    case 'code':
    case 'gender': {
      const codes = new Set(codedValues(field));
      return (value) => codes.has(value);
    }
    // Direct identifiers and free text: a programme in which one of them has such a target is refused.
    case 'email':
    case 'mobile':
    case 'nhs-number':
    case 'postcode':
    case 'case-number':
    case 'first-name':
    case 'given-name':
    case 'surname':
    case 'address':
    case 'digest':
    case 'derived-digests':
    case 'text':
      return never;
  }
}
