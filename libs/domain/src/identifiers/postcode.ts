import { isExaminable, type Canonical } from './canonical.js';

export type PostcodeText = Canonical<'postcode'>;

const separators = /[\s\p{Pd}\p{Cf}.]+/gu;
/** British Standard 7666: an area of one or two letters, a district, a sector digit, and a unit of two letters. */
const geographic = /^([A-Z]{1,2}\d[A-Z\d]?)(\d[ABD-HJLNP-UW-Z]{2})$/;
/** GIR 0AA, and NHS pseudo-postcodes for no fixed abode, not known and the like. They name no area. */
const special = /^(GIR|ZZ99)(\d[A-Z]{2})$/;
/** British Forces Post Office numbers. The older form has "c/o" in between. */
const forces = /^BFPO(?:C\/O)?(\d{1,4})$/;
/** A forces postcode in the form of a United Kingdom one. The area BF is on no map. */
const forcesArea = /^BF\d/;

/**
 * What people write if there is no address, with the pseudo-postcode that the NHS Organisation Data Service assigns.
 */
const withoutAddress: ReadonlyMap<string, string> = new Map([
  ...['NFA', 'NOFIXEDABODE', 'NOFIXEDADDRESS', 'HOMELESS', 'ROUGHSLEEPER'].map(
    (text) => [text, 'ZZ99 3VZ'] as const,
  ),
  ...['NOTKNOWN', 'UNKNOWN', 'ADDRESSNOTKNOWN', 'ADDRESSUNKNOWN', 'POSTCODENOTKNOWN'].map(
    (text) => [text, 'ZZ99 3WZ'] as const,
  ),
]);

/**
 * A postcode in its printed form: upper case, with one space before the last three characters, as in `SW9 1AA`; a
 * forces post office as `BFPO 1`. "No fixed abode" and "not known" become the pseudo-postcodes ZZ99 3VZ and ZZ99 3WZ.
 */
export function canonicalPostcode(raw: string): PostcodeText | undefined {
  if (!isExaminable(raw)) return undefined;
  const packed = raw.replace(separators, '').toUpperCase();
  const parts = geographic.exec(packed) ?? special.exec(packed);
  if (parts !== null) return `${parts[1] ?? ''} ${parts[2] ?? ''}` as PostcodeText;
  const office = forces.exec(packed)?.[1];
  if (office !== undefined) return `BFPO ${Number(office)}` as PostcodeText;
  return withoutAddress.get(packed) as PostcodeText | undefined;
}

/** Whether a canonical postcode belongs to no area by definition, so that a look-up without it is not incomplete. */
export const hasNoArea = (postcode: string): boolean =>
  special.test(postcode.replace(' ', '')) || postcode.startsWith('BFPO ') || forcesArea.test(postcode);
