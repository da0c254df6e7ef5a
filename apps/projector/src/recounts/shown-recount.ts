import { hasRole, Problem, type Caller } from '@kinledger/service-kit';
import type { ListedQuarter } from './closed-quarter.js';
import type { Recount } from './recounts.js';
import type { Reproduction } from './reproduce-quarter.js';

/**
 * What a reproduction says without exact counts, and without digests: whoever has that of figures that do not leave can confirm guesses
 * of them. That of a published form is with the quarter.
 */
export type ShownReproduction = Omit<Reproduction, 'erasures' | 'differences' | 'digest' | 'recountedDigest'>;

/** Whether a caller is one of the programme’s own people, for whom exact counts are. */
export const seesExactCounts = (caller: Caller): boolean =>
  (['data-team', 'operator', 'auditor'] as const).some((role) => hasRole(caller, role));

/** The digest of an edition, for whoever may have it: a guess of figures that do not leave could be confirmed with theirs. */
export const digestFor = (
  caller: Caller,
  { standing, digest }: Pick<ListedQuarter, 'standing' | 'digest'>,
): string | null => (standing === 'published' || seesExactCounts(caller) ? digest : null);

/**
 * A recount with what this caller may see of it. A restatement is counts of a closed quarter as they are since: beside what was published,
 * and beside those of another day, they would tell what was suppressed there.
 * @throws Problem 403 for a restatement, unless exact counts are for this caller.
 */
export function recountFor(caller: Caller, recount: Recount): Recount {
  if (seesExactCounts(caller)) return recount;
  if (recount.kind === 'restatement')
    throw new Problem(403, 'not-allowed', {
      detail:
        'What changed the figures of a closed quarter is for the programme’s own team: it would tell what the published figures suppress. Ask with an account of the role data-team, operator or auditor.',
    });
  const { result } = recount;
  if (result === null) return { ...recount, reason: reasonFor(caller, recount) };
  const {
    erasures: _,
    differences: __,
    digest: ___,
    recountedDigest: ____,
    ...shown
  } = result as Reproduction;
  return { ...recount, result: shown satisfies ShownReproduction };
}

/** Why a recount failed, as far as this caller may know it. */
export const reasonFor = (caller: Caller, { reason }: Pick<Recount, 'reason'>): string | null =>
  reason === null || seesExactCounts(caller) ? reason : 'It failed.';
