import { isExaminable, type Canonical } from './canonical.js';

export type MobileText = Canonical<'mobile'>;

const punctuation = /[\s\p{Pd}\p{Cf}().]+/gu;
const ukMobile = /^07\d{9}$/;
/** +44 (0)7… is written as often as it is wrong. */
const international = /^(?:\+44|0044|44)0?(7\d{9})$/;

/** A United Kingdom mobile: eleven digits from 07; +44, 0044 or 44 in front becomes 0. */
export function canonicalMobile(raw: string): MobileText | undefined {
  if (!isExaminable(raw)) return undefined;
  if (ukMobile.test(raw)) return raw as MobileText;
  const dialled = raw.replace(punctuation, '');
  const abroad = international.exec(dialled);
  const digits = abroad?.[1] === undefined ? dialled : `0${abroad[1]}`;
  return ukMobile.test(digits) ? (digits as MobileText) : undefined;
}
