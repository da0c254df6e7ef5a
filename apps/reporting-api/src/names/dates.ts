const day = new Intl.DateTimeFormat('en-GB', { timeZone: 'Europe/London', dateStyle: 'long' });
const minute = new Intl.DateTimeFormat('en-GB', { timeZone: 'Europe/London', timeStyle: 'short' });

/** “9 October 2023 at 10:30”, in London. */
export const instantName = (iso: string): string => {
  const instant = new Date(iso);
  return `${day.format(instant)} at ${minute.format(instant)}`;
};
