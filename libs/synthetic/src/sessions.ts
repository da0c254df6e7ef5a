import type { Day } from './days.js';
import { weekdayOf } from './days.js';
import type { QuarterDays, ServicePlan } from './plan.js';
import type { Random } from './random.js';

/** One session that a service offers to a family. */
export interface Session {
  readonly day: Day;
  readonly kind: string;
  readonly minutes: number;
  readonly qualifies: boolean;
}

/** Share of recorded contacts that do not count: messages, newsletters, waiting lists. */
const DO_NOT_COUNT = 0.07;

/** Draws the sessions of one family in one quarter, in order, at most one a day. */
export function drawSessions(
  random: Random,
  plan: ServicePlan,
  quarter: QuarterDays,
  from: Day,
): readonly Session[] {
  const { profile, qualifyingKinds, otherKinds } = plan;
  const starts = Math.max(quarter.starts, from);
  const wanted = random.between(...profile.sessions);
  const step = Math.floor((quarter.ends - starts) / wanted);
  if (step < 3) return [];
  const sessions: Session[] = [];
  let last = starts - 1;
  for (let slot = 0; slot < wanted; slot++) {
    const counts = !(random.chance(DO_NOT_COUNT) && otherKinds.length > 0);
    const preferred = random.weighted(profile.kinds);
    const kind = counts
      ? qualifyingKinds.includes(preferred)
        ? preferred
        : (qualifyingKinds[0] ?? preferred)
      : random.pick(otherKinds);
    const day = nextWorkingDay(Math.max(starts + slot * step + random.below(step), last + 1));
    const minutes = counts ? 30 + 15 * random.below(7) : 0;
    if (day >= quarter.ends) break;
    sessions.push({ day, kind, minutes, qualifies: counts && qualifyingKinds.includes(kind) });
    last = day;
  }
  return sessions;
}

function nextWorkingDay(day: Day): Day {
  const weekday = weekdayOf(day);
  return weekday === 6 ? day + 2 : weekday === 0 ? day + 1 : day;
}
