import { isPlaceholder, readDay } from '@kinledger/domain/identifiers';
import type { DatasetField } from '@kinledger/programme/definition';
import type { ReadValue } from './value-form.js';

/** Reads a day. @returns it with the order of day and month that it shows, or the broken rule. */
export function dayForm(text: string): string | ReadValue {
  const { value, problem, written, order } = readDay(text);
  if (value !== undefined) return order === undefined ? value : { value, order };
  const nothing = written !== undefined && isPlaceholder('birth-date', written);
  const rule = nothing ? 'placeholder' : (problem ?? 'invalid');
  return { value: null, rule, ...(order === undefined ? {} : { order }) };
}

/** Reads a birth date; a placeholder counts as no value. Elsewhere a placeholder is far outside any period anyway. */
export function birthDayForm(text: string): string | ReadValue {
  const read = dayForm(text);
  const { value, order } = typeof read === 'string' ? { value: read, order: undefined } : read;
  if (value === null || !isPlaceholder('birth-date', value)) return read;
  return { value: null, rule: 'placeholder', ...(order === undefined ? {} : { order }) };
}

/** Reads a month as yyyy-mm from 2020-02, 02/2020 or a whole date. */
export function isoMonth(text: string): string | undefined {
  const yearFirst = /^(\d{4})[-/.](\d{1,2})$/.exec(text);
  const monthFirst = /^(\d{1,2})[-/.](\d{4})$/.exec(text);
  const year = yearFirst?.[1] ?? monthFirst?.[2];
  const month = yearFirst?.[2] ?? monthFirst?.[1];
  const day = year === undefined || month === undefined ? text : `${year}-${month}-1`;
  return readDay(day).value?.slice(0, 7);
}

/** Whether a field holds the date of the row's event. */
export const isEventDate = ({ 'x-kinledger': { target } }: DatasetField): boolean =>
  target?.to === 'fact' && target.name === 'eventDate';
