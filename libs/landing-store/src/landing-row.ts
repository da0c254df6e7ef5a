/**
 * One accepted row: its number in the file as a spreadsheet counts (the header is row 1), and one value per schema
 * field, in schema order, in the canonical form that validation gave it, see `ValueKind` of `@kinledger/programme`;
 * `null` where the file had nothing, or had something unfit that only warned. Nobody reads a value a second time.
 */
export type LandingRow = readonly [rowNumber: number, values: readonly (string | null)[]];

const encoder = new TextEncoder();
const decoder = new TextDecoder();

export const encodeRows = (rows: readonly LandingRow[]): Uint8Array => encoder.encode(JSON.stringify(rows));

/** What `encodeRows` made, as an authenticated chunk holds it; the shape is believed. */
export const decodeRows = (plaintext: Uint8Array): readonly LandingRow[] =>
  JSON.parse(decoder.decode(plaintext)) as readonly LandingRow[];
