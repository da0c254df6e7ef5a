import { isPlaceholder, readDay } from '@kinledger/domain/identifiers';
import type { DatasetField } from '@kinledger/programme/definition';
import { shownText } from '../reading/workbook/cell-text.js';
import type { ColumnReading } from './column-reading.js';
import type { ReadValue, ValueForm } from './value-form.js';

/** Reads a day. @returns it with the order of day and month that it shows, or the broken rule. */
export function dayForm(text: string): string | ReadValue {
  const { value, problem, written, order } = readDay(text);
  if (value !== undefined) return order === undefined ? value : { value, order };
  const nothing = written !== undefined && isPlaceholder('birth-date', written);
  const rule = nothing ? 'placeholder' : (problem ?? 'invalid');
  return { value: null, rule, ...(order === undefined ? {} : { order }) };
}

const numericDate = /^(\d{1,2})([/.\- ])(\d{1,2})(\2\d{4}(?:\D.*)?)$/;
const dayNumber = /^\d{5}(?:\.\d+)?$/;
const wholeDate = { kind: 'date', day: true, month: true, year: true, time: false } as const;

/** How a day is read in a column that is written in one of these ways. */
export function dayFormOf({ order, dayNumbers }: ColumnReading = {}): ValueForm {
  const form = order === 'month-first' ? monthFirstForm : dayForm;
  if (dayNumbers !== true) return form;
  return (text) => {
    if (!dayNumber.test(text)) return form(text);
    const read = form(shownText(text, wholeDate, false));
    return typeof read === 'string' ? { value: read, rule: 'from-day-number' } : read;
  };
}

/** Reads a day of a column that has the month first; the order that it shows is then that of the column. */
function monthFirstForm(text: string): string | ReadValue {
  const read = dayForm(text.replace(numericDate, '$3$2$1$4'));
  return typeof read !== 'string' && read.rule === 'month-first' ? { ...read, rule: 'day-first' } : read;
}

/** Reads birth dates; a placeholder counts as no value. Elsewhere a placeholder is far outside any period anyway. */
export function birthDayFormOf(reading?: ColumnReading): ValueForm {
  const form = dayFormOf(reading);
  return (text) => asBirthDay(form(text));
}

function asBirthDay(read: string | ReadValue): string | ReadValue {
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
