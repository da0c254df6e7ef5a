import {
  concerns,
  type DataOf,
  isLinked,
  type FamiliesLinked,
  type IndividualId,
  type IndividualSplit,
  type LedgerEvent,
  type Placement,
  type RecordId,
  type RecordsPlaced,
  type RowKey,
  type SubmissionId,
} from '@kinledger/contracts';
import type { Constraint } from './constraint-table.js';
import type { Bodies } from './decider.js';
import type { LinkageIndex } from './linkage-index.js';
import { submissionOf } from './submission-book.js';
import { NONE } from './typed-column.js';

/** For a reference to something that the ledger never introduced: the ledger or its reader is broken. */
const unknown = (what: string, id: string): Error =>
  new Error(`the ledger refers to ${what} ${id}, which no earlier event introduced`);

/**
 * Applies one ledger event to the index. This is the only way in which the state of linkage changes.
 * @param bodies the bodies of records that enter the ledger here, unless their rows are staged. A record with neither
 * enters without tokens, and must be erased by a later event before the next decision.
 */
export function applyEvent(index: LinkageIndex, event: LedgerEvent, bodies?: Bodies): void {
  if (!concerns('linkage', event)) return;
  switch (event.type) {
    case 'SubmissionReceived':
      index.submissions.receive(
        submissionOf(event.data, (service) => index.scopesOfService(service)),
        index.keys.carriages,
      );
      return;
    case 'SubmissionWithdrawn':
      index.submissions.withdraw(submissionNumber(index, event.data.submission));
      return;
    case 'RecordsRetired':
      for (const record of event.data.records) index.retire(recordNumber(index, record));
      return;
    case 'RecordsCarried': {
      const submission = submissionNumber(index, event.data.submission);
      for (const id of event.data.records) carryRecord(index, recordNumber(index, id), submission);
      return;
    }
    case 'ConsentRefused': {
      const submission = submissionNumber(index, event.data.submission);
      for (const rowKey of event.data.rowKeys) carry(index, index.keys.intern(rowKey), NONE, submission);
      return;
    }
    case 'RecordErased':
      for (const record of event.data.records) index.erase(recordNumber(index, record));
      return;
    case 'CarerTokensErased':
      index.forgetCarers(event.data.records.map(({ record }) => record));
      return;
    case 'RecordsPlaced':
      placeRecords(index, event.data, event.revision, bodies);
      return;
    case 'IndividualSplit':
      split(index, event.data);
      return;
    case 'IndividualsMerged':
      index.individuals.absorb(
        individualNumber(index, event.data.individual),
        individualNumber(index, event.data.absorbed),
      );
      return;
    case 'LinkReferred': {
      const subject = index.records.keyOf(recordNumber(index, event.data.subject));
      const { referral, rule, score, levels } = event.data;
      index.referrals.refer(referral, subject, {
        rule,
        ...(score === undefined ? {} : { score }),
        ...(levels === undefined ? {} : { levels }),
      });
      return;
    }
    case 'LinkReferralLapsed':
      index.referrals.lapse(event.data.referral);
      return;
    case 'LinkForbidden':
      constrain(index, event.data.rows, 'never-link');
      return;
    case 'LinkReviewed':
      constrain(index, event.data.rows, 'link');
      return;
    case 'LinkAllowed':
      constrain(index, event.data.rows, null);
      return;
    case 'RelationshipsIdentified':
      for (const { relationship, kind, child, other, domain } of event.data.relationships)
        index.relationships.identify(relationship, {
          kind,
          child: individualNumber(index, child),
          other: individualNumber(index, other),
          domain,
        });
      return;
    case 'RelationshipsEnded':
      for (const relationship of event.data.relationships) index.relationships.end(relationship);
      return;
    case 'FamiliesLinked':
      linkFamilies(index, event.data);
      return;
    case 'FamiliesDissolved':
      for (const { family: id } of event.data.families) {
        const family = index.families.find(id);
        if (family !== NONE) index.families.dissolve(family);
      }
      return;
    default:
      event satisfies never;
  }
}

function placeRecords(
  index: LinkageIndex,
  { submission: id, placements }: DataOf<typeof RecordsPlaced>,
  revision: number,
  bodies: Bodies | undefined,
): void {
  const submission = submissionNumber(index, id);
  for (const placement of placements) {
    if (placement.commitments !== undefined) enter(index, placement, { submission, revision, bodies });
    const record = recordNumber(index, placement.record);
    if (!isLinked(placement)) {
      if (placement.setAside === 'superseded') index.records.setOutcome(record, 'superseded', NONE);
      else index.setAside(record, placement.setAside);
    } else if (placement.registered) {
      index.place(record, index.individuals.register(placement.individual));
    } else {
      index.place(record, individualNumber(index, placement.individual));
    }
  }
}

interface Entrance {
  readonly submission: number;
  readonly revision: number;
  readonly bodies: Bodies | undefined;
}

/** Enters a record that is placed for the first time, with its commitments. From then on, its submission carries it. */
function enter(index: LinkageIndex, placement: Placement, { submission, revision, bodies }: Entrance): void {
  let record = index.records.find(placement.record);
  if (record === NONE) {
    const from = index.submissions.get(submission);
    const row = bodies?.get(placement.record);
    if (row === undefined) record = index.stageBodiless(placement, from);
    else if (bodies?.lacksTokens?.(placement.record) === true) record = index.stagePartly(row, from);
    else record = index.stage(row, from);
    if (row === undefined) index.bodiless.add(record);
  }
  index.records.enter(record, submission, revision);
  carryRecord(index, record, submission);
}

function carryRecord(index: LinkageIndex, record: number, submission: number): void {
  carry(index, index.records.keyOf(record), record, submission);
}

function carry(index: LinkageIndex, key: number, record: number, submission: number): void {
  index.keys.carry(key, record, submission);
  index.submissions.extendCarriages(submission, index.keys.carriages);
}

function split(index: LinkageIndex, { into, registered, records }: DataOf<typeof IndividualSplit>): void {
  const individual = registered ? index.individuals.register(into) : individualNumber(index, into);
  for (const record of records) index.place(recordNumber(index, record), individual);
}

function linkFamilies(index: LinkageIndex, { scope, families }: DataOf<typeof FamiliesLinked>): void {
  const number = index.scopeNumber(scope);
  if (number === NONE) return; // The current definition does not have this scope, so nothing depends on it.
  for (const { family: id, joined, left, review } of families) {
    const family = index.families.intern(id, number);
    index.families.setReview(family, review);
    for (const individual of joined) index.families.join(individualNumber(index, individual), family);
    for (const individual of left) index.families.leave(individualNumber(index, individual), family);
  }
}

function constrain(
  index: LinkageIndex,
  [one, other]: readonly [RowKey, RowKey],
  constraint: Constraint | null,
): void {
  index.constraints.change({ keys: [index.keys.intern(one), index.keys.intern(other)], constraint });
}

function recordNumber(index: LinkageIndex, id: RecordId): number {
  const record = index.records.find(id);
  if (record === NONE) throw unknown('record', id);
  return record;
}

function individualNumber(index: LinkageIndex, id: IndividualId): number {
  const individual = index.individuals.find(id);
  if (individual === NONE) throw unknown('individual', id);
  return individual;
}

function submissionNumber(index: LinkageIndex, id: SubmissionId): number {
  const submission = index.submissions.find(id);
  if (submission === NONE) throw unknown('submission', id);
  return submission;
}
