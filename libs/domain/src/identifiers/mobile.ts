import { isExaminable, type Canonical, type Reading } from './canonical.js';
import { digitsOfQuantity, isScientificNotation } from './spreadsheet-digits.js';

export type MobileText = Canonical<'mobile'>;
export type MobileProblem = 'invalid' | 'scientific-notation';

const punctuation = /[\s\p{Pd}\p{Cf}().]+/gu;
const ukMobile = /^07\d{9}$/;
/** People often write +44 (0)7…, though it is wrong. */
const international = /^(?:\+44|0044|44)0?(7\d{9})$/;

/**
 * Reads a United Kingdom mobile number: eleven digits from 07; a prefix of +44, 0044 or 44 becomes 0. Undoes a
 * spreadsheet's reformatting of the number if no digit was lost. A leading 0 that a spreadsheet dropped is not
 * restored, because the number could be from another country.
 */
export function readMobile(raw: string): Reading<MobileText, MobileProblem> {
  if (!isExaminable(raw)) return { problem: 'invalid' };
  if (ukMobile.test(raw)) return { value: raw as MobileText, repaired: false };
  const typed = nationalDigits(raw.replace(punctuation, ''));
  if (ukMobile.test(typed)) return { value: typed as MobileText, repaired: false };
  const quantity = digitsOfQuantity(raw);
  const digits = nationalDigits(quantity.replace(punctuation, ''));
  if (ukMobile.test(digits)) return { value: digits as MobileText, repaired: true };
  return { problem: isScientificNotation(quantity) ? 'scientific-notation' : 'invalid' };
}

/** The number that {@link readMobile} reads, or undefined. */
export const canonicalMobile = (raw: string): MobileText | undefined => readMobile(raw).value;

function nationalDigits(dialled: string): string {
  const abroad = international.exec(dialled);
  return abroad?.[1] === undefined ? dialled : `0${abroad[1]}`;
}
