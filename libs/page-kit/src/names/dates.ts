const day = new Intl.DateTimeFormat('en-GB', { timeZone: 'Europe/London', dateStyle: 'long' });
const minute = new Intl.DateTimeFormat('en-GB', { timeZone: 'Europe/London', timeStyle: 'short' });

/** “9 October 2023”, of a day as yyyy-mm-dd. */
export const dayName = (isoDate: string): string => day.format(new Date(`${isoDate}T12:00:00Z`));

/** “9 October 2023 at 10:30”, in London. */
export const instantName = (iso: string): string => {
  const instant = new Date(iso);
  return `${day.format(instant)} at ${minute.format(instant)}`;
};

/** The age of an instant in its largest unit, rounded down: “2 minutes”, “3 hours”, “5 days”. */
export function ageName(iso: string, now: Date = new Date()): string {
  const minutes = Math.max(1, Math.floor((now.getTime() - new Date(iso).getTime()) / 60_000));
  const [count, unit] =
    minutes < 60
      ? ([minutes, 'minute'] as const)
      : minutes < 48 * 60
        ? ([Math.floor(minutes / 60), 'hour'] as const)
        : ([Math.floor(minutes / 1_440), 'day'] as const);
  return `${count} ${unit}${count === 1 ? '' : 's'}`;
}
