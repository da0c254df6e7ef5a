const london = new Intl.DateTimeFormat('en-CA', { timeZone: 'Europe/London', dateStyle: 'short' });

/** The calendar day in Europe/London at that instant, as yyyy-mm-dd. */
export const londonDay = (instant: Date): string => london.format(instant);
