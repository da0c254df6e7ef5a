/**
 * One accepted row: its number in the file as a spreadsheet counts (the header is row 1), and one value per schema
 * field, in schema order, in the canonical form from validation, see `ValueKind` of `@kinledger/programme`; `null` if
 * the file had no value, or an invalid one that only caused a warning. Values are not parsed again later.
 */
export type LandingRow = readonly [rowNumber: number, values: readonly (string | null)[]];

const encoder = new TextEncoder();
const decoder = new TextDecoder();

export const encodeRows = (rows: readonly LandingRow[]): Uint8Array => encoder.encode(JSON.stringify(rows));

/** Decodes an authenticated chunk that `encodeRows` made, without validation. */
export const decodeRows = (plaintext: Uint8Array): readonly LandingRow[] =>
  JSON.parse(decoder.decode(plaintext)) as readonly LandingRow[];
