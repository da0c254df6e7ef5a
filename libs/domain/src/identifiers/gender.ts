import { isExaminable, type Canonical } from './canonical.js';

export type GenderText = Canonical<'gender'> & ('F' | 'M' | 'X');

/** Common written forms and the NHS Data Dictionary's person gender codes; "not known" (0, U) is a missing value. */
const forms: ReadonlyMap<string, 'F' | 'M' | 'X'> = new Map([
  ...(['f', 'female', 'girl', 'woman', '2'] as const).map((form) => [form, 'F'] as const),
  ...(['m', 'male', 'boy', 'man', '1'] as const).map((form) => [form, 'M'] as const),
  ...(
    [
      'x',
      'other',
      'indeterminate',
      'intersex',
      'non-binary',
      'nonbinary',
      'non binary',
      'not specified',
      '9',
    ] as const
  ).map((form) => [form, 'X'] as const),
]);

/** F, M or X from the forms in use. The child key says gender where the minimum dataset says sex: one value, two names. */
export function canonicalGender(raw: string): GenderText | undefined {
  if (!isExaminable(raw)) return undefined;
  return forms.get(raw.trim().toLowerCase()) as GenderText | undefined;
}
