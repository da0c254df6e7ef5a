import type { ReferralId } from '@kinledger/contracts';
import { referralIdOf } from '../ledger/ledger-ids.js';
import { DecisionScope } from './decision-scope.js';
import type { LinkageIndex } from './linkage-index.js';
import { planIdentities, type PlannedIdentities } from './plan-identities.js';
import {
  planIndividuals,
  UNLINKABLE,
  type PlannedIndividuals,
  type PlannedReferral,
} from './plan-individuals.js';
import { planKinship, type PlannedKinship } from './plan-kinship.js';
import { planLiveRecords, type LiveChange, type LiveChanges, type StagedRows } from './plan-live-records.js';

/** All consequences of a change, computed before the first event is written. The plan does not change afterwards. */
export interface PlannedDecision {
  readonly rows: StagedRows;
  readonly changes: LiveChanges;
  readonly individuals: PlannedIndividuals;
  readonly identities: PlannedIdentities;
  readonly kinship: PlannedKinship;
  /** Older records that are placed again, oldest first, each with the submission that carries it. */
  readonly replaced: readonly { readonly record: number; readonly submission: number }[];
  readonly lapsed: readonly ReferralId[];
  readonly referred: readonly (PlannedReferral & { readonly id: ReferralId })[];
  readonly tokensWithoutForce: number;
  /** The number of individuals before the decision. Individuals registered by it are numbered after them. */
  readonly individualsBefore: number;
}

/**
 * Plans a submission, a withdrawal, an erasure of records or carer tokens, a person's decision about two rows, or a relink. It only reads the
 * index, apart from bringing the stored force of tokens up to date.
 */
export function planDecision(index: LinkageIndex, change: LiveChange, rows: StagedRows): PlannedDecision {
  index.settle();
  const changes = planLiveRecords(index, change, rows);
  const scope = new DecisionScope(index, changes, change);
  const individuals = planIndividuals(scope);
  const identities = planIdentities(scope, individuals);
  const arriving = change.kind === 'received' ? change.submission.scopes : 0;
  const losing = change.kind === 'carers-erased' ? change.records : [];
  const kinship = planKinship(scope, individuals, identities, arriving, losing);
  return {
    rows,
    changes,
    individuals,
    identities,
    kinship,
    replaced: replacedRecords(scope, individuals),
    ...compareReferrals(scope, individuals),
    tokensWithoutForce: index.tokens.withoutForce + forceLost(scope),
    individualsBefore: index.individuals.count,
  };
}

/** Revived records, and staying records whose outcome changes: placed, unlinkable or referred. */
function replacedRecords(scope: DecisionScope, individuals: PlannedIndividuals): PlannedDecision['replaced'] {
  const { records } = scope.index;
  const found = scope.changes.becoming.filter((record) => !records.isStaged(record));
  for (const entry of individuals.entries()) {
    const record = individuals.recordAt(entry);
    if (!scope.isStaying(record)) continue;
    const cluster = individuals.clusterAt(entry);
    const before = records.outcomeOf(record);
    const after = cluster >= 0 ? 'placed' : cluster === UNLINKABLE ? 'unlinkable' : 'referred';
    if (before !== after) found.push(record);
  }
  return found
    .sort((one, other) => one - other)
    .map((record) => ({ record, submission: scope.changes.carrierOf(record) }));
}

function compareReferrals(
  scope: DecisionScope,
  individuals: PlannedIndividuals,
): Pick<PlannedDecision, 'lapsed' | 'referred'> {
  const { keys, records, referrals } = scope.index;
  const rowKeyOf = (record: number) => keys.idOf(records.keyOf(record));
  const standing = new Set<number>();
  const question = (record: number) => {
    const subject = records.keyOf(record);
    for (const referral of referrals.ofSubject(subject)) standing.add(referral);
  };
  for (const record of scope.changes.ceasing.keys()) question(record);
  for (const entry of individuals.entries()) question(individuals.recordAt(entry));
  const now = new Map<ReferralId, PlannedReferral>();
  for (const referral of individuals.referrals) {
    now.set(
      referralIdOf(referral.reason, rowKeyOf(referral.subject), referral.candidates.map(rowKeyOf)),
      referral,
    );
  }
  return {
    lapsed: [...standing]
      .sort((one, other) => one - other)
      .map((referral) => referrals.idOf(referral))
      .filter((id) => {
        const referral = now.get(id);
        return referral === undefined || !referrals.waits(id, referral.ground);
      }),
    referred: [...now.keys()]
      .sort()
      .map((id) => ({ ...(now.get(id) as PlannedReferral), id })) // one of its keys
      .filter(({ id, ground }) => !referrals.waits(id, ground)),
  };
}

/** By how many the number of identity tokens without force grows. Only tokens on records that come or go can change. */
function forceLost(scope: DecisionScope): number {
  const { records } = scope.index;
  const seen = new Set<number>();
  let lost = 0;
  const weigh = (record: number) => {
    const end = records.endOfOccurrences(record);
    for (let at = records.firstOccurrence(record); at < end; at = records.occurrenceAfter(at, end)) {
      const token = records.tokenAt(at);
      if (seen.has(token)) continue;
      seen.add(token);
      lost += Number(scope.linkedBefore(token)) - Number(scope.linksAfter(token));
    }
  };
  for (const record of scope.changes.becoming) weigh(record);
  for (const record of scope.changes.ceasing.keys()) weigh(record);
  return lost;
}
