import type { FieldKind } from './field-kind.js';

/**
 * Kinds whose values are nearly all different, and of which unlike ones have nothing to compare but their text. Records may
 * hold the signatures of such values: two that are unlike then need no look at the values, which are far apart in memory.
 */
export const kindsWithSignatures: ReadonlySet<FieldKind> = new Set<FieldKind>([
  'email',
  'mobile',
  'nhs-number',
  'other-id',
]);

/**
 * Counts bytes in eight sums of four bits each, in one word. An edit takes one from a sum and adds one to another at most,
 * wherever it stands, also where a sum runs over.
 * @param from, until the text; of an email address the part before the @, and of a mobile number the last six digits: what else
 * agrees of two values implies that these are one edit apart.
 */
export function signatureOf(bytes: Uint8Array, from: number, until: number): number {
  let signature = 0;
  for (let at = from; at < until; at++)
    signature = (signature + (1 << (((bytes[at] as number) & 7) << 2))) | 0;
  return signature;
}

/** Whether two signatures differ as those of texts one edit apart can: by a power of 2, or by two of them. */
export function mayBeOneEdit(one: number, other: number): boolean {
  const difference = (one - other) | 0;
  const size = difference < 0 ? -difference | 0 : difference;
  const above = (size + (size & -size)) | 0;
  return (above & (above - 1)) === 0;
}
