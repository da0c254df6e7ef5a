import type { LedgerDecision, RecordId, ReferralId } from '@kinledger/contracts';
import type { ComparedPair, Comparison } from '@kinledger/domain';
import type { ProgrammeLedger } from '../programme-ledger.js';
import type { RowPair, WaitingReferral } from './review-book.js';

/** What a reviewer is shown of the subject of a referral and one candidate. */
export interface ExaminedPair {
  readonly candidate: RecordId;
  readonly comparison: Comparison;
  /** How the pair of the two individuals that decides comes to its score; absent if the strategy does not compare them. */
  readonly weighed?: WeighedPair;
  /** What the linker would append for each answer that settles the pair, without its closing event. */
  readonly consequences: {
    readonly same: readonly LedgerDecision[];
    readonly different: readonly LedgerDecision[];
  };
}

/** A compared pair as reviewers see it: of a rival, how near it comes, and not who it is. */
export interface WeighedPair extends Pick<ComparedPair, 'weights' | 'bands' | 'conditions'> {
  readonly rival?: { readonly score: number };
}

/**
 * A referral as the ledger stands at a position. The score and levels that the ledger states of it are left out: they are those of the best
 * pair among all records of both sides, hidden ones and further candidates too. Each pair that is shown has its own weights.
 */
export interface ExaminedReferral extends Omit<WaitingReferral, 'candidates' | 'score' | 'levels'> {
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
  const { subject, reason, rule } = waiting;
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
    const weighed = weighedPair(ledger, subject, candidate, (dataset) => !isSensitive(dataset));
    return [{ candidate, comparison, ...(weighed === undefined ? {} : { weighed }), consequences }];
  });
  return {
    ...{ asAt: ledger.closedAt, referral: id, subject, reason, rule, pairs },
    more: open.length - pairs.length,
  };
}

/** The pair of two individuals that decides, under the model that the ledger names. */
function weighedPair(
  { engine, strategy }: ProgrammeLedger,
  subject: RecordId,
  candidate: RecordId,
  isShown: (dataset: string) => boolean,
): WeighedPair | undefined {
  const relation = engine.relate(subject, candidate, isShown);
  const pair = relation?.decisive ?? relation?.compared;
  if (pair?.isCandidate !== true || pair.weights.model !== strategy?.parameters['model']) return undefined;
  const { weights, bands, conditions, rival } = pair;
  return { weights, bands, conditions, ...(rival === undefined ? {} : { rival: { score: rival.score } }) };
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
