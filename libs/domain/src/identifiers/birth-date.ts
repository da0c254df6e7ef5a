import { readDay, type DayText } from './calendar-day.js';

/** A calendar day as yyyy-mm-dd. */
export type BirthDateText = DayText;

/** The day that {@link readDay} reads, or undefined. */
export const canonicalBirthDate = (raw: string): BirthDateText | undefined => readDay(raw).value;

/** The month of a birth date as yyyy-mm. The platform zone holds no more of it in clear. */
export const birthMonthOf = (birthDate: BirthDateText): string => birthDate.slice(0, 7);
