import { cellOf, missingValues } from './missing-values.js';
import type { ExtractColumn } from './tables.js';

/** A row of a query of this package: by the name of its column, and of people what is held and what may be shown. */
export type ExtractRow = Readonly<Record<string, unknown>>;

const MISSING: ReadonlySet<string> = new Set(Object.values(missingValues));
export const isMissing = (cell: string): boolean => MISSING.has(cell);

/** A spreadsheet would run these as a formula; a number with its sign stays. */
const FORMULA = /^(?:[=+@\t\r]|-(?!\d+(?:\.\d+)?$))/;
const harmless = (text: string): string => (FORMULA.test(text) ? `'${text}` : text);

/** The cells of a row, in the order of the columns. */
export function cellsOf(columns: readonly ExtractColumn[], row: ExtractRow): string[] {
  return columns.map(({ name }) => harmless(textOf(name, row)));
}

function textOf(name: string, row: ExtractRow): string {
  if (name === 'family') return asText(row['family']) ?? missingValues['not applicable'];
  if (name === 'decile') {
    const area = attributeOf('lsoa', row);
    return cellOf(typeof area === 'string' ? asText(row['decile']) : area);
  }
  return cellOf(name in row ? asText(row[name]) : attributeOf(name, row));
}

/** An attribute of a person; null if the study may not have it, undefined if nobody recorded it. */
function attributeOf(name: string, { shown, held }: ExtractRow): string | null | undefined {
  if (isObject(shown) && name in shown) return asText(shown[name]);
  return Array.isArray(held) && held.includes(name) ? null : undefined;
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;

const asText = (value: unknown): string | undefined =>
  typeof value === 'string' ? value : typeof value === 'number' ? String(value) : undefined;
