import { canonicalPostcode } from '@kinledger/domain/identifiers';

/** Postcode → LSOA, offline. */
export interface PostcodeLookup {
  /** LSOA of a postcode in canonical form; undefined if it is unknown or its area is withheld. */
  lsoaOf(postcode: string): string | undefined;
  /** Whether a postcode in canonical form is the code of a protected address, whose area is withheld. */
  isProtected(postcode: string): boolean;
  /** Every postcode in printed form with its LSOA, except protected ones, in the order of the file. */
  entries(): IterableIterator<readonly [postcode: string, lsoa: string]>;
  /** The codes of protected addresses, in printed form. */
  readonly protectedPostcodes: readonly string[];
  readonly size: number;
}

export interface PostcodeLookupRefused extends Error {
  readonly code: 'postcode-lookup-refused';
  readonly line: number;
}

export const isPostcodeLookupRefused = (error: unknown): error is PostcodeLookupRefused =>
  error instanceof Error && 'code' in error && error.code === 'postcode-lookup-refused';

const refused = (file: string, line: number, why: string): PostcodeLookupRefused =>
  Object.assign(new Error(`${file}, line ${line}: ${why}`), {
    code: 'postcode-lookup-refused' as const,
    line,
  });

/** The word that a source writes in place of the area of a protected address. */
export const PROTECTED_AREA = 'protected';

/** First line of a look-up file. */
export const LOOKUP_HEADER = 'postcode,lsoa';
const WITHHELD = '';
const lsoaCode = /^[EW]01\d{6}$/;

/**
 * Reads the lines of a look-up file: CSV with the header `postcode,lsoa` and without quotes. An empty LSOA marks the
 * code
 * of a protected address.
 * @param file the name of the file in errors.
 * @throws PostcodeLookupRefused, with the line number, for a wrong header, an invalid postcode or LSOA, or two LSOAs
 * for one postcode.
 */
export async function postcodeLookupOf(
  lines: AsyncIterable<string> | Iterable<string>,
  file: string,
): Promise<PostcodeLookup> {
  const areas = new Map<string, string>();
  let line = 0;
  for await (const text of lines) {
    line += 1;
    if (line === 1) {
      if (text.replace(/^\uFEFF/, '').trim() !== LOOKUP_HEADER)
        throw refused(file, 1, `expected "${LOOKUP_HEADER}"`);
      continue;
    }
    if (text === '') continue;
    const comma = text.indexOf(',');
    const postcode = canonicalPostcode(text.slice(0, Math.max(comma, 0)));
    const lsoa = text.slice(comma + 1).trim();
    if (postcode === undefined) throw refused(file, line, 'expected a postcode, a comma and an LSOA');
    if (lsoa !== WITHHELD && !lsoaCode.test(lsoa)) throw refused(file, line, `"${lsoa}" is no LSOA code`);
    if ((areas.get(postcode) ?? lsoa) !== lsoa) throw refused(file, line, `${postcode} has two LSOAs`);
    areas.set(postcode, lsoa);
  }
  if (line === 0) throw refused(file, 1, `expected "${LOOKUP_HEADER}"`);
  return lookupOf(areas);
}

function lookupOf(areas: ReadonlyMap<string, string>): PostcodeLookup {
  return {
    lsoaOf: (postcode) => areas.get(postcode) || undefined,
    isProtected: (postcode) => areas.get(postcode) === WITHHELD,
    *entries() {
      for (const entry of areas) if (entry[1] !== WITHHELD) yield entry;
    },
    protectedPostcodes: [...areas].filter(([, lsoa]) => lsoa === WITHHELD).map(([postcode]) => postcode),
    size: areas.size,
  };
}
