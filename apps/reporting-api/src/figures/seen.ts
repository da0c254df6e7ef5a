import type { Figure } from '@kinledger/figures';
import { hasRole, Problem, type Caller } from '@kinledger/service-kit';

/** How a caller sees counts: exactly, or after disclosure control. */
export type Seen = 'exact' | 'shown';

/** Exact counts are for the programme’s own people; everybody else is answered by the database after disclosure control. */
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
