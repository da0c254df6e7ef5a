import { isExaminable, type Canonical } from './canonical.js';

export type PostcodeText = Canonical<'postcode'>;

const separators = /[\s\p{Pd}\p{Cf}.]+/gu;
/** British Standard 7666: an area of one or two letters, a district, a sector digit, two letters of a unit. */
const geographic = /^([A-Z]{1,2}\d[A-Z\d]?)(\d[ABD-HJLNP-UW-Z]{2})$/;
/** GIR 0AA, and the pseudo-postcodes of the NHS for no fixed abode, not known and the like: they name no area. */
const special = /^(GIR|ZZ99)(\d[A-Z]{2})$/;

/** A postcode in its printed form: upper case, one space before the last three characters, `SW9 1AA`. */
export function canonicalPostcode(raw: string): PostcodeText | undefined {
  if (!isExaminable(raw)) return undefined;
  const packed = raw.replace(separators, '').toUpperCase();
  const parts = geographic.exec(packed) ?? special.exec(packed);
  return parts === null ? undefined : (`${parts[1] ?? ''} ${parts[2] ?? ''}` as PostcodeText);
}
