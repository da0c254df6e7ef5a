import { hasRole, Problem, type Caller } from '@kinledger/service-kit';
import type { Restatement } from './compare-quarter.js';
import type { Recount } from './recounts.js';
import type { Reproduction } from './reproduce-quarter.js';

/** What a reproduction says without exact counts. */
export type ShownReproduction = Omit<Reproduction, 'erasures' | 'differences'>;
/** What a restatement says after disclosure control. */
export type ShownRestatement = Omit<Restatement, 'cells'>;

/** Whether a caller is one of the programme’s own people, for whom exact counts are. */
export const seesExactCounts = (caller: Caller): boolean =>
  (['data-team', 'operator', 'auditor'] as const).some((role) => hasRole(caller, role));

/**
 * Of a quarter that is closed and not published, readers see nothing that was counted.
 * @throws Problem 403 for a recount of one, unless exact counts are for this caller.
 */
export function requirePublished(
  caller: Caller,
  { period }: Pick<Recount, 'period'>,
  withheld: ReadonlySet<string>,
): void {
  if (!withheld.has(period) || seesExactCounts(caller)) return;
  throw new Problem(403, 'not-allowed', {
    detail: 'The figures of this quarter are not published: what was counted of it is for the programme’s own team.',
  });
}

/** A recount with what this caller may see of it. */
export function recountFor(caller: Caller, recount: Recount): Recount {
  if (seesExactCounts(caller)) return recount;
  const { result } = recount;
  if (result === null) return { ...recount, reason: reasonFor(caller, recount) };
  if (recount.kind === 'restatement') {
    const { cells: _, ...shown } = result as Restatement;
    return { ...recount, result: shown satisfies ShownRestatement };
  }
  const { erasures: _, differences: __, ...shown } = result as Reproduction;
  return { ...recount, result: shown satisfies ShownReproduction };
}

/** Why a recount failed, as far as this caller may know it. */
export const reasonFor = (caller: Caller, { reason }: Pick<Recount, 'reason'>): string | null =>
  reason === null || seesExactCounts(caller) ? reason : 'It failed.';
