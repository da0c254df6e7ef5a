/** Days are counted from 1 January 1970, so that arithmetic on them is arithmetic. */
export type Day = number;

const MILLISECONDS = 86_400_000;
/** Day 0 of spreadsheets that count from 1900, whose calendar has a 29 February 1900. */
const SPREADSHEET_EPOCH = 25_569;

/** @param isoDate yyyy-mm-dd. */
export const dayOf = (isoDate: string): Day => Date.parse(`${isoDate}T00:00:00Z`) / MILLISECONDS;

/** Day of the week, 0 for Sunday. */
export const weekdayOf = (day: Day): number => (((day + 4) % 7) + 7) % 7;

/** A day as a spreadsheet’s number, which is what a date becomes when its column is formatted as a number. */
export const spreadsheetNumber = (day: Day): string => String(day + SPREADSHEET_EPOCH);

const known = new Map<Day, string>();

/** yyyy-mm-dd. The few thousand days of a programme are written once each. */
export function isoOf(day: Day): string {
  const text = known.get(day);
  if (text !== undefined) return text;
  const written = new Date(day * MILLISECONDS).toISOString().slice(0, 10);
  known.set(day, written);
  return written;
}

/** dd/mm/yyyy. */
export function britishOf(day: Day): string {
  const iso = isoOf(day);
  return `${iso.slice(8)}/${iso.slice(5, 7)}/${iso.slice(0, 4)}`;
}
