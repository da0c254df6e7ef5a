import { isPlaceholder, readDay, type DateOrder } from '@kinledger/domain/identifiers';
import type { DatasetField } from '@kinledger/programme/definition';
import type { Doubt } from './finding.js';

/** A day as yyyy-mm-dd, or what is told of it. */
export function dayForm(field: DatasetField): (text: string) => string | Doubt {
  const isBirth = isBirthDate(field);
  return (text) => {
    const { value, problem, written } = readDay(text);
    if (value === undefined) {
      const nothing = written !== undefined && isPlaceholder('birth-date', written);
      return { value: null, rule: nothing ? 'placeholder' : (problem ?? 'invalid') };
    }
    // A session on such a day is far outside any period; a birth would be believed.
    if (isBirth && isPlaceholder('birth-date', value)) return { value: null, rule: 'placeholder' };
    return isoOf(value);
  };
}

/** Any day as people write it, day before month, as yyyy-mm-dd. */
export function isoDay(text: string): string | undefined {
  const day = readDay(text).value;
  return day === undefined ? undefined : isoOf(day);
}

/** What a text shows of the order of day and month. */
export const orderOf = (text: string): DateOrder | undefined => readDay(text).order;

/** Whether a field holds when somebody was born. */
export const isBirthDate = (field: DatasetField): boolean =>
  field['x-kinledger'].target?.to === 'birth-month' ||
  field['x-kinledger'].identifiers.some(({ kind, form }) => kind === 'birth-date' && form === 'clear');

/** Whether a field holds when what its row tells of happened. */
export const isEventDate = ({ 'x-kinledger': { target } }: DatasetField): boolean =>
  target?.to === 'fact' && target.name === 'eventDate';

const isoOf = (day: string): string => `${day.slice(6)}-${day.slice(3, 5)}-${day.slice(0, 2)}`;
