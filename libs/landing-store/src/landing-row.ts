/**
 * One accepted row: its number in the file as a spreadsheet counts (the header is row 1), and one value per schema
 * field, in schema order. Values are what validation made of them, so that nobody validates twice:
 *
 * - coded values (value map applied, spelt as in the schema's `enum`), trimmed text otherwise;
 * - dates `yyyy-mm-dd`, months `yyyy-mm`, integers and numbers in decimal digits, booleans `true` or `false`;
 * - clear identifiers in their canonical form, save that a birth date stays `yyyy-mm-dd`; of a first name the three
 *   letters alone that a child key needs; digests in upper-case hex;
 * - `null` where the file had nothing, or had something unfit that only warned.
 */
export type LandingRow = readonly [rowNumber: number, values: readonly (string | null)[]];

const encoder = new TextEncoder();
const decoder = new TextDecoder();

export const encodeRows = (rows: readonly LandingRow[]): Uint8Array => encoder.encode(JSON.stringify(rows));

/** What `encodeRows` made, as an authenticated chunk holds it; the shape is believed. */
export const decodeRows = (plaintext: Uint8Array): readonly LandingRow[] =>
  JSON.parse(decoder.decode(plaintext)) as readonly LandingRow[];
