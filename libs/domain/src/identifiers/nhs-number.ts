import { isExaminable, type Canonical, type Reading } from './canonical.js';
import { digitsOfQuantity, isScientificNotation } from './spreadsheet-digits.js';

export type NhsNumberText = Canonical<'nhs-number'>;
export type NhsNumberProblem =
  'not-digits' | 'wrong-length' | 'scientific-notation' | 'invalid' | 'placeholder';

const separators = /[\s\p{Pd}\p{Cf}]+/gu;
const tenDigits = /^\d{10}$/;
const oneDigitOnly = /^(\d)\1{9}$/;

/**
 * Reads ten digits that pass the modulus 11 check (NHS Data Dictionary, "NHS NUMBER"). Spaces, dashes and invisible
 * characters may stand between them. Undoes a spreadsheet's reformatting of the number if no digit was lost. Ten equal
 * digits pass the check too, but people type them to fill a form, so they are refused as a placeholder.
 */
export function readNhsNumber(raw: string): Reading<NhsNumberText, NhsNumberProblem> {
  if (!isExaminable(raw)) return { problem: 'not-digits' };
  const typed = tenDigits.test(raw) ? raw : raw.replace(separators, '');
  const digits = tenDigits.test(typed) ? typed : digitsOfQuantity(raw.trim());
  if (!tenDigits.test(digits)) {
    if (isScientificNotation(digits)) return { problem: 'scientific-notation' };
    return { problem: /^\d+$/.test(digits.replace(separators, '')) ? 'wrong-length' : 'not-digits' };
  }
  if (oneDigitOnly.test(digits)) return { problem: 'placeholder' };
  if (!satisfiesModulus11(digits)) return { problem: 'invalid' };
  return { value: digits as NhsNumberText, repaired: digits !== typed };
}

/** The number that {@link readNhsNumber} reads, or undefined. */
export const canonicalNhsNumber = (raw: string): NhsNumberText | undefined => readNhsNumber(raw).value;

function satisfiesModulus11(digits: string): boolean {
  let sum = 0;
  // The digits have weights 10 to 1, the check digit's included: the sum must be a multiple of 11.
  for (let index = 0; index < 10; index += 1) sum += (digits.charCodeAt(index) - 48) * (10 - index);
  return sum % 11 === 0;
}
