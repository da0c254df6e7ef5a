import type { LedgerDecision, RecordId, ReferralId } from '@kinledger/contracts';
import type { Comparison } from '@kinledger/domain';
import type { ProgrammeLedger } from '../programme-ledger.js';
import type { RowPair, WaitingReferral } from './review-book.js';

/** What a reviewer is shown of the subject of a referral and one candidate. */
export interface ExaminedPair {
  readonly candidate: RecordId;
  readonly comparison: Comparison;
  /** What the linker would append for each answer that settles the pair, without its closing event. */
  readonly consequences: {
    readonly same: readonly LedgerDecision[];
    readonly different: readonly LedgerDecision[];
  };
}

/** A referral as the ledger stands at a position. */
export interface ExaminedReferral extends Omit<WaitingReferral, 'candidates'> {
  readonly asAt: number;
  readonly referral: ReferralId;
  readonly pairs: readonly ExaminedPair[];
  /** Candidates beyond those that are shown. */
  readonly more: number;
}

/** A referral rarely has more candidates; those beyond wait until these are decided. */
const MAX_PAIRS = 5;

/**
 * Examines a referral with the engine that decides, as the ledger stands, and leaves the ledger as it is.
 * @returns undefined unless the referral waits and its records may be shown; candidates of sensitive datasets are left out.
 */
export function examineReferral(
  ledger: ProgrammeLedger,
  id: ReferralId,
  isSensitive: (dataset: string) => boolean,
): ExaminedReferral | undefined {
  const waiting = ledger.reviews.referral(id);
  if (waiting === undefined || waiting.reason === 'forbidden') return undefined;
  const { subject, reason, rule, score, levels } = waiting;
  const row = ledger.engine.rowOf(subject);
  if (row === undefined || isSensitive(row.dataset)) return undefined;
  const open = waiting.candidates.flatMap((candidate) => {
    const other = ledger.engine.rowOf(candidate);
    if (other === undefined || isSensitive(other.dataset)) return [];
    const rows: RowPair = [row.rowKey, other.rowKey];
    return ledger.reviews.decisionOn(rows) === undefined ? [{ candidate, rows }] : [];
  });
  const pairs = open.slice(0, MAX_PAIRS).flatMap(({ candidate, rows }): ExaminedPair[] => {
    const comparison = ledger.engine.compare(subject, candidate, (dataset) => !isSensitive(dataset));
    if (comparison === undefined) return [];
    const consequences = {
      same: consequencesOf(ledger, 'LinkReviewed', rows),
      different: consequencesOf(ledger, 'LinkForbidden', rows),
    };
    return [{ candidate, comparison, consequences }];
  });
  return {
    ...{ asAt: ledger.closedAt, referral: id, subject, reason, rule, score, levels, pairs },
    more: open.length - pairs.length,
  };
}

/** What the engine would write, without writing it. */
function consequencesOf(
  ledger: ProgrammeLedger,
  type: 'LinkReviewed' | 'LinkForbidden',
  rows: RowPair,
): readonly LedgerDecision[] {
  const run = ledger.engine.constrain({ type, data: { rows, reason: 'examined', by: 'nobody' } });
  return [...run.decide(ledger.nextRevision)]
    .map(({ decision }) => decision)
    .filter((decision) => decision.type !== type);
}
