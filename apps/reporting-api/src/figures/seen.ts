import { periodOfDate } from '@kinledger/domain';
import type { Figure } from '@kinledger/figures';
import { hasRole, Problem, type Caller } from '@kinledger/service-kit';
import type { LearningYear } from './learning-year.js';

/** How a caller sees counts: exactly, or those of closed quarters as they were published. */
export type Seen = 'exact' | 'shown';

/** Exact counts are for the programme’s own people; everybody else is answered what was published, after disclosure control. */
export const seenBy = (caller: Caller): Seen =>
  hasRole(caller, 'data-team') || hasRole(caller, 'operator') ? 'exact' : 'shown';

/**
 * A figure that closes with no quarter is counted as it is at the ledger position, of closed quarters too: beside what these
 * published, it would tell what was suppressed there.
 * @throws Problem 403 for a figure that is for the programme’s own team.
 */
export function requireFigure(caller: Caller, figure: Pick<Figure, 'closesWithQuarter'>): void {
  if (figure.closesWithQuarter || seenBy(caller) === 'exact') return;
  throw new Problem(403, 'not-allowed', {
    detail:
      'No closed quarter publishes this figure, so that it is for the programme’s own team: ask with an account of the role data-team or operator.',
  });
}

/**
 * Read models of before a quarter was closed do not know what it published.
 * @throws Problem 403 for a past position, unless exact figures are for this caller.
 */
export function requirePosition(caller: Caller, asAt: number | undefined): void {
  if (asAt === undefined || seenBy(caller) === 'exact') return;
  throw new Problem(403, 'not-allowed', {
    detail:
      'Figures as at a past position are for accounts of the role data-team or operator: leave out asAt to see them as they are published.',
  });
}

/**
 * The rule by which a period was published. Years and the lifetime count closed quarters too, and an open quarter will
 * be one: their counts beside what is published, or of two days, would give back what it suppresses.
 * @param published rules by the first day of each published quarter.
 * @throws Problem 403 for a period that is not published.
 */
export function publishedRule(
  published: ReadonlyMap<string, string>,
  period: LearningYear | undefined,
): string {
  const rule = period?.kind === 'quarter' ? published.get(period.start) : undefined;
  if (rule !== undefined) return rule;
  const latest = periodOfDate([...published.keys()].at(-1) ?? '')?.label;
  const instead = latest === undefined ? 'none is published yet' : `the latest is ${latest}`;
  throw new Problem(403, 'not-allowed', {
    detail: `${period?.label ?? 'The lifetime'} is not published, and figures of what is not published would tell what published quarters suppress: ask for a published quarter (${instead}), or with an account of the role data-team or operator.`,
  });
}

/** Rules of several quarters, each once. */
export const rulesTogether = (rules: Iterable<string>): string => [...new Set(rules)].toSorted().join(', ');
