import { isExaminable, type Canonical } from './canonical.js';

export type GenderText = Canonical<'gender'> & ('F' | 'M' | 'X');

/** Common spellings, and the person gender codes of the NHS Data Dictionary. */
const written = {
  F: ['f', 'female', 'girl', 'woman', 'trans woman', 'trans female', '2'],
  M: ['m', 'male', 'boy', 'man', 'trans man', 'trans male', '1'],
  X: [
    'x',
    'other',
    'indeterminate',
    'intersex',
    'non-binary',
    'nonbinary',
    'non binary',
    'not specified',
    '9',
  ],
} as const;
const forms: ReadonlyMap<string, 'F' | 'M' | 'X'> = new Map(
  (['F', 'M', 'X'] as const).flatMap((code) => written[code].map((form) => [form, code] as const)),
);

/**
 * F, M or X for the spellings in use. The child key says gender and the minimum dataset says sex: one value, two names.
 */
export function canonicalGender(raw: string): GenderText | undefined {
  if (!isExaminable(raw)) return undefined;
  return forms.get(raw.trim().toLowerCase()) as GenderText | undefined;
}

/**
 * The answers "not known" and "not stated", with their NHS Data Dictionary codes (0 for person gender, Z for gender
 * identity). The question was asked, but there is no gender to digest or compare.
 */
const notKnown: ReadonlySet<string> = new Set([
  '0',
  'u',
  'unk',
  'unknown',
  'not known',
  'z',
  'not stated',
  'not disclosed',
  'not recorded',
  'not given',
  'not provided',
  'not collected',
  'undisclosed',
  'prefer not to say',
  'prefer not to disclose',
  'prefer not to answer',
  'rather not say',
  'declined',
  'declined to answer',
  'refused',
  "don't know",
  'don’t know',
]);

/** Whether a value says that a person's gender is not known or not stated. */
export const isGenderNotKnown = (raw: string): boolean =>
  raw.length <= 40 && notKnown.has(raw.trim().toLowerCase());
