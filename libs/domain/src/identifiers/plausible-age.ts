/** Ages in whole years. */
export interface PlausibleAges {
  /** A child is younger than this. */
  readonly childUnder: number;
  /** An adult is at least as old. */
  readonly adultFrom: number;
  /** An adult is at most as old. */
  readonly oldest: number;
}

/** What to measure an age against: the earliest and latest day that the row can be about, yyyy-mm-dd. */
export interface AgeMeasure {
  readonly isChild: boolean;
  readonly earliest: string;
  readonly latest: string;
}

/**
 * Whether a person born on a day or in a month (yyyy-mm-dd or yyyy-mm) can have the role that a row gives them. Doubt
 * is resolved in favour of the row: a child is measured on the earliest day that the row can be about; an adult's
 * minimum age on the latest day and maximum age on the earliest.
 */
export function isPlausibleAge(
  born: string,
  { isChild, earliest, latest }: AgeMeasure,
  { childUnder, adultFrom, oldest }: PlausibleAges,
): boolean {
  if (isChild) return ageOn(earliest, born) < childUnder;
  return ageOn(latest, born) >= adultFrom && ageOn(earliest, born) <= oldest;
}

function ageOn(day: string, born: string): number {
  const years = Number(day.slice(0, 4)) - Number(born.slice(0, 4));
  return day.slice(5, born.length) < born.slice(5) ? years - 1 : years;
}
