/**
 * One validated row: its number in the file as a spreadsheet counts (the header is row 1), and one value per schema
 * field, in schema order, in canonical form.
 */
export type CanonicalRow = readonly [rowNumber: number, values: readonly (string | null)[]];
