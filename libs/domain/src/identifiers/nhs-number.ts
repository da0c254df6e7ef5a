import { isExaminable, type Canonical } from './canonical.js';

export type NhsNumberText = Canonical<'nhs-number'>;

const separators = /[\s\p{Pd}\p{Cf}]+/gu;
const tenDigits = /^\d{10}$/;
const oneDigitOnly = /^(\d)\1{9}$/;

/**
 * Ten digits that satisfy the modulus 11 check (NHS Data Dictionary, "NHS NUMBER"); spaces, dashes and invisible
 * characters may stand between them. Ten equal digits satisfy the check too, and are what a form is filled with
 * where there is no number: they are none.
 */
export function canonicalNhsNumber(raw: string): NhsNumberText | undefined {
  if (!isExaminable(raw)) return undefined;
  const digits = tenDigits.test(raw) ? raw : raw.replace(separators, '');
  if (!tenDigits.test(digits) || oneDigitOnly.test(digits) || !satisfiesModulus11(digits)) return undefined;
  return digits as NhsNumberText;
}

function satisfiesModulus11(digits: string): boolean {
  let sum = 0;
  // Weights 10 to 2 for the first nine digits, 1 for the check digit: the whole is a multiple of 11.
  for (let index = 0; index < 10; index += 1) sum += (digits.charCodeAt(index) - 48) * (10 - index);
  return sum % 11 === 0;
}
