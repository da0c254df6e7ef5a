/** A day as the number of days since 1 January 1970. */
export type Day = number;

const MILLISECONDS = 86_400_000;
/** Offset to spreadsheet dates, which count from 1900 and include a 29 February 1900. */
const SPREADSHEET_EPOCH = 25_569;

/** @param isoDate yyyy-mm-dd. */
export const dayOf = (isoDate: string): Day => Date.parse(`${isoDate}T00:00:00Z`) / MILLISECONDS;

/** Day of the week, 0 for Sunday. */
export const weekdayOf = (day: Day): number => (((day + 4) % 7) + 7) % 7;

/** A day as a spreadsheet’s serial number, which a date becomes if its column is formatted as a number. */
export const spreadsheetNumber = (day: Day): string => String(day + SPREADSHEET_EPOCH);

const known = new Map<Day, string>();

/** Formats as yyyy-mm-dd. Cached, because a programme has only a few thousand days. */
export function isoOf(day: Day): string {
  const text = known.get(day);
  if (text !== undefined) return text;
  const written = new Date(day * MILLISECONDS).toISOString().slice(0, 10);
  known.set(day, written);
  return written;
}

/** Formats as dd/mm/yyyy. */
export function britishOf(day: Day): string {
  const iso = isoOf(day);
  return `${iso.slice(8)}/${iso.slice(5, 7)}/${iso.slice(0, 4)}`;
}
