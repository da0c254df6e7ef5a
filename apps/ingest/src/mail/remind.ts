import { daysAfter, lateStates, type ReturnState } from '../returns/expected-return.js';

/** A return as a reminder sees it. */
export interface RemindedReturn {
  readonly due: string;
  readonly state: ReturnState;
}

/** A return is due soon from so many days before its last day. */
const SOON_DAYS = 7;
/** While something is open, a reminder is repeated after so many days. */
const EVERY_DAYS = 7;
/** What is late for longer no longer causes a reminder: somebody has to talk. */
const LATE_DAYS = 91;

export const isSoon = ({ due, state }: RemindedReturn, today: string): boolean =>
  (state === 'due' || state === 'not-yet-due') && today >= daysAfter(due, -SOON_DAYS) && today <= due;

export const isLate = ({ state }: RemindedReturn): boolean => lateStates.has(state);

/**
 * Whether a provider is reminded today: where a return has become due soon or late since the last reminder, or a week after it
 * if one still is. At most once a day.
 * @param last the day of the last reminder.
 */
export function remindsOn(
  returns: readonly RemindedReturn[],
  today: string,
  last: string | undefined,
): boolean {
  if (last !== undefined && last >= today) return false;
  return returns.some((one) => {
    const causes = isSoon(one, today) || (isLate(one) && today <= daysAfter(one.due, LATE_DAYS));
    if (!causes) return false;
    const since = isLate(one) ? daysAfter(one.due, 1) : daysAfter(one.due, -SOON_DAYS);
    return last === undefined || last < since || today >= daysAfter(last, EVERY_DAYS);
  });
}
