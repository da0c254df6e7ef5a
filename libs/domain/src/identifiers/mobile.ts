import { isExaminable, type Canonical, type Reading } from './canonical.js';
import { digitsOfQuantity, isScientificNotation } from './spreadsheet-digits.js';

export type MobileText = Canonical<'mobile'>;
export type MobileProblem = 'invalid' | 'scientific-notation';

const punctuation = /[\s\p{Pd}\p{Cf}().]+/gu;
const ukMobile = /^07\d{9}$/;
/** +44 (0)7… is written as often as it is wrong. */
const international = /^(?:\+44|0044|44)0?(7\d{9})$/;

/**
 * Reads a United Kingdom mobile: eleven digits from 07; +44, 0044 or 44 in front becomes 0. What a spreadsheet made of
 * the number is undone where no digit is lost; a first 0 that it dropped is not put back, because the number could be
 * another country's.
 */
export function readMobile(raw: string): Reading<MobileText, MobileProblem> {
  if (!isExaminable(raw)) return { problem: 'invalid' };
  if (ukMobile.test(raw)) return { value: raw as MobileText, repaired: false };
  const typed = nationalDigits(raw.replace(punctuation, ''));
  if (ukMobile.test(typed)) return { value: typed as MobileText, repaired: false };
  const digits = nationalDigits(digitsOfQuantity(raw).replace(punctuation, ''));
  if (ukMobile.test(digits)) return { value: digits as MobileText, repaired: true };
  return { problem: isScientificNotation(raw) ? 'scientific-notation' : 'invalid' };
}

/** The number that {@link readMobile} reads, or undefined. */
export const canonicalMobile = (raw: string): MobileText | undefined => readMobile(raw).value;

function nationalDigits(dialled: string): string {
  const abroad = international.exec(dialled);
  return abroad?.[1] === undefined ? dialled : `0${abroad[1]}`;
}
