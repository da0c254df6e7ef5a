import {
  type CarerTokensErased,
  MAX_KIN_PER_EVENT,
  MAX_RECORDS_PER_EVENT,
  type DataOf,
  type Decision,
  type FamilyId,
  type IndividualId,
  type LedgerDecision,
  type Placement,
  type RecordErased,
  type RecordId,
  type RowOutcomes,
  type StrategyAdopted,
  type SubmissionId,
  type SubmissionReceived,
} from '@kinledger/contracts';
import { familyIdOf, individualIdOf, relationshipIdOf } from '../ledger/ledger-ids.js';
import type { ConstraintDecision, Draft, Withdrawal } from './decider.js';
import type { LinkageIndex } from './linkage-index.js';
import { FamilyList, PlacementList } from './event-lists.js';
import type { Ground } from './ground.js';
import type { PlannedDecision } from './plan-decision.js';
import { UNLINKABLE } from './plan-individuals.js';
import type { PlannedFamilies } from './plan-kinship.js';
import type { RetiringReason, StagedChunkStart } from './plan-live-records.js';
import { NONE } from './typed-column.js';

/** Grounds of a placement that does not rest on another record's token. */
const FIRST: Ground = { rule: 'first-of-its-kind' };
const SAME_ROW: Ground = { rule: 'same-row' };
const REVIVED: Ground = { rule: 'revived' };

/** The cause of the decision. It determines the opening and closing events. */
export type Cause =
  | { readonly kind: 'received'; readonly file: DataOf<typeof SubmissionReceived> }
  | { readonly kind: 'withdrawn'; readonly command: Withdrawal }
  | { readonly kind: 'erased'; readonly erasure: DataOf<typeof RecordErased> }
  | { readonly kind: 'carers-erased'; readonly erasure: DataOf<typeof CarerTokensErased> }
  | { readonly kind: 'constrained'; readonly decision: ConstraintDecision }
  | { readonly kind: 'relinked'; readonly adopted: DataOf<typeof StrategyAdopted> };

/**
 * Turns a planned decision into events in ledger order: received; retired; carried; carriers; refused; splits; merges;
 * placements of new rows in row order, chunk by chunk, then of older records; referrals; relationships; families; the
 * closing event.
 *
 * Ids that depend on a revision are made only here. It reads nothing from the index that applying the events could
 * change.
 */
export function* draftDecisions(
  index: LinkageIndex,
  cause: Cause,
  plan: PlannedDecision,
  nextRevision: number,
): Generator<Draft, void, undefined> {
  yield* new Drafting(index, cause, plan, nextRevision).drafts();
}

class Drafting {
  readonly #index: LinkageIndex;
  readonly #cause: Cause;
  readonly #plan: PlannedDecision;
  readonly #submissionsBefore: number;
  #revision: number;
  /** The ids of new individuals by cluster, with their order of registration. */
  readonly #registered = new Map<number, { readonly id: IndividualId; readonly order: number }>();

  constructor(index: LinkageIndex, cause: Cause, plan: PlannedDecision, nextRevision: number) {
    this.#index = index;
    this.#cause = cause;
    this.#plan = plan;
    this.#revision = nextRevision;
    this.#submissionsBefore = index.submissions.count;
  }

  get #submission(): SubmissionId {
    if (this.#cause.kind === 'received') return this.#cause.file.submission;
    if (this.#cause.kind === 'withdrawn') return this.#cause.command.submission;
    throw new Error(`the cause has no submission: ${this.#cause.kind}`);
  }

  *drafts(): Generator<Draft, void, undefined> {
    if (this.#cause.kind === 'received')
      yield this.#draft({ type: 'SubmissionReceived', data: this.#cause.file });
    yield* this.#retired();
    yield* this.#carried();
    yield* this.#carriersChanged();
    yield* this.#refused();
    yield* this.#splits();
    yield* this.#merges();
    const outcomes = emptyOutcomes();
    outcomes.unchanged += this.#plan.rows.repeated;
    yield* this.#newRows(outcomes);
    yield* this.#olderRecords();
    yield* this.#referrals();
    yield* this.#relationships();
    for (const families of this.#plan.kinship.families) yield* this.#families(families);
    yield this.#draft(this.#closing(outcomes));
  }

  #draft(decision: LedgerDecision, rows: readonly number[] | null = null): Draft {
    this.#revision++;
    return { decision, rows };
  }

  *#retired(): Generator<Draft> {
    const { records } = this.#index;
    const byReason: Record<RetiringReason, number[]> = {
      replaced: [],
      omitted: [],
      withdrawn: [],
      'consent-refused': [],
      erased: [],
    };
    for (const [record, reason] of this.#plan.changes.ceasing) byReason[reason].push(record);
    for (const reason of ['replaced', 'omitted', 'withdrawn', 'consent-refused', 'erased'] as const) {
      byReason[reason].sort((one, other) => one - other);
      for (const chunk of chunks(byReason[reason], MAX_RECORDS_PER_EVENT)) {
        const data = {
          ...(reason === 'erased' ? {} : { submission: this.#submission }),
          reason,
          records: chunk.map((record) => records.idOf(record)),
        };
        yield this.#draft({ type: 'RecordsRetired', data });
      }
    }
  }

  *#carried(): Generator<Draft> {
    for (const chunk of chunks(this.#plan.changes.carried, MAX_RECORDS_PER_EVENT)) {
      const records = chunk.map((record) => this.#index.records.idOf(record));
      yield this.#draft({ type: 'RecordsCarried', data: { submission: this.#submission, records } });
    }
  }

  *#carriersChanged(): Generator<Draft> {
    const { records } = this.#index;
    for (const [carrier, kept] of this.#plan.changes.carriersChanged) {
      for (const chunk of chunks(kept, MAX_RECORDS_PER_EVENT)) {
        const submission = this.#submissionId(carrier);
        yield this.#draft({
          type: 'CarrierChanged',
          data: { submission, records: chunk.map((record) => records.idOf(record)) },
        });
      }
    }
  }

  *#refused(): Generator<Draft> {
    for (const chunk of chunks([...this.#plan.rows.refused], MAX_RECORDS_PER_EVENT)) {
      const rowKeys = chunk.map((key) => this.#index.keys.idOf(key));
      yield this.#draft({ type: 'ConsentRefused', data: { submission: this.#submission, rowKeys } });
    }
  }

  *#splits(): Generator<Draft> {
    const { records, individuals } = this.#index;
    for (const { individual, cluster, records: leaving } of this.#plan.identities.splits) {
      for (const chunk of chunks(leaving, MAX_RECORDS_PER_EVENT)) {
        const [first] = chunk;
        if (first === undefined) continue;
        const known = this.#idOf(cluster);
        const into = known ?? this.#register(cluster, records.idOf(first));
        yield this.#draft({
          type: 'IndividualSplit',
          data: {
            individual: individuals.idOf(individual),
            into,
            registered: known === null,
            role: records.roleOf(first),
            records: chunk.map((record) => records.idOf(record)),
            strategy: this.#index.strategy.name,
          },
        });
      }
    }
  }

  *#merges(): Generator<Draft> {
    for (const { cluster, absorbed, ground, through } of this.#plan.identities.merges) {
      yield this.#draft({
        type: 'IndividualsMerged',
        data: {
          individual: this.#idOfKnown(cluster),
          absorbed: this.#index.individuals.idOf(absorbed),
          decision: this.#decision(ground ?? SAME_ROW, through),
        },
      });
    }
  }

  *#newRows(outcomes: Tally): Generator<Draft> {
    for (const { number, firstRow, endOfRows } of this.#chunks()) {
      let placed = new PlacementList();
      for (let row = firstRow; row < endOfRows; row++) {
        const placement = this.#rowPlacement(row, outcomes);
        if (placement === null) continue;
        placed.add(placement, row);
        if (!placed.isFull) continue;
        yield this.#placedRows(number, placed);
        placed = new PlacementList();
      }
      if (!placed.isEmpty) yield this.#placedRows(number, placed);
    }
  }

  /** The chunks of the rows; a single chunk of all rows if `beginChunk` was never called. */
  *#chunks(): Generator<StagedChunkStart & { readonly endOfRows: number }> {
    const { rows, changes } = this.#plan;
    const starts = rows.chunks.length > 0 ? rows.chunks : [{ number: 0, firstRow: 0 }];
    for (const [index, start] of starts.entries()) {
      yield { ...start, endOfRows: starts[index + 1]?.firstRow ?? changes.fates.length };
    }
  }

  #placedRows(chunk: number, { placements, rows }: PlacementList): Draft {
    const data = { submission: this.#submission, chunk, strategy: this.#index.strategy.name, placements };
    return this.#draft({ type: 'RecordsPlaced', data }, rows);
  }

  /** The placement of a row's record; null for a row that is unchanged. */
  #rowPlacement(row: number, outcomes: Tally): Placement | null {
    const { rows, changes } = this.#plan;
    const fate = changes.fates[row];
    if (fate === 'unchanged') {
      outcomes.unchanged++;
      return null;
    }
    const record = rows.records.get(row);
    if (fate === 'superseded') {
      outcomes.superseded++;
      return { ...this.#placed(record), setAside: 'superseded' };
    }
    if (changes.predecessorOf(record) !== NONE) outcomes.corrected++;
    return this.#placement(record, outcomes);
  }

  /** Places older records, oldest first. Consecutive records that one submission carries share an event. */
  *#olderRecords(): Generator<Draft> {
    const strategy = this.#index.strategy.name;
    const outcomes = emptyOutcomes();
    let carrier = NONE;
    let placed = new PlacementList();
    const draft = (): Draft => {
      const data = { submission: this.#submissionId(carrier), strategy, placements: placed.placements };
      placed = new PlacementList();
      return this.#draft({ type: 'RecordsPlaced', data });
    };
    for (const { record, submission } of this.#plan.replaced) {
      if (!placed.isEmpty && (submission !== carrier || placed.isFull)) yield draft();
      carrier = submission;
      placed.add(this.#placement(record, outcomes));
    }
    if (!placed.isEmpty) yield draft();
  }

  #placement(record: number, outcomes: Tally): Placement {
    const { individuals } = this.#plan;
    const placed = this.#placed(record);
    const entry = individuals.entryOf(record);
    if (entry === NONE) {
      outcomes.impersonal++;
      return { ...placed, setAside: 'impersonal' };
    }
    const cluster = individuals.clusterAt(entry);
    if (cluster < 0) {
      const setAside = cluster === UNLINKABLE ? 'unlinkable' : 'referred';
      outcomes[setAside]++;
      return { ...placed, setAside };
    }
    const individual = this.#idOf(cluster);
    if (individual === null) {
      outcomes.registered++;
      const id = this.#register(cluster, placed.record);
      return { ...placed, individual: id, registered: true, ...FIRST };
    }
    outcomes.matched++;
    return { ...placed, individual, registered: false, ...this.#groundOf(record, entry) };
  }

  /** The ground on which a record joins an existing individual. */
  #groundOf(record: number, entry: number): Ground & { readonly through?: RecordId } {
    const { individuals, changes } = this.#plan;
    const met = individuals.metAt(entry);
    const ground = individuals.groundAt(entry);
    if (met !== NONE && ground !== null) return this.#groundThrough(ground, met);
    const predecessor = changes.predecessorOf(record);
    if (predecessor !== NONE) return this.#groundThrough(SAME_ROW, predecessor);
    return ground ?? REVIVED;
  }

  *#referrals(): Generator<Draft> {
    const { records } = this.#index;
    for (const referral of this.#plan.lapsed)
      yield this.#draft({ type: 'LinkReferralLapsed', data: { referral } });
    for (const { id, reason, ground, subject, candidates } of this.#plan.referred) {
      yield this.#draft({
        type: 'LinkReferred',
        data: {
          referral: id,
          reason,
          ...ground,
          subject: records.idOf(subject),
          candidates: candidates.slice(0, MAX_RECORDS_PER_EVENT).map((record) => records.idOf(record)),
        },
      });
    }
  }

  *#relationships(): Generator<Draft> {
    const { ended, identified } = this.#plan.kinship;
    for (const chunk of chunks(ended, MAX_KIN_PER_EVENT)) {
      const relationships = chunk.map((relationship) => this.#index.relationships.idOf(relationship));
      yield this.#draft({ type: 'RelationshipsEnded', data: { relationships } });
    }
    const inOrder = identified
      .map((kin) => ({ kin, child: this.#orderOf(kin.child), other: this.#orderOf(kin.other) }))
      .sort((one, two) => one.child - two.child || one.other - two.other);
    for (const chunk of chunks(inOrder, MAX_KIN_PER_EVENT)) {
      const relationships = chunk.map(({ kin }) => {
        const [child, other] = [this.#idOfKnown(kin.child), this.#idOfKnown(kin.other)];
        const relationship = relationshipIdOf(kin.kind, child, other);
        const domain = this.#index.strategy.channels.domainOf(kin.channel);
        return { relationship, kind: kin.kind, child, other, domain };
      });
      yield this.#draft({ type: 'RelationshipsIdentified', data: { relationships } });
    }
  }

  *#families({ scope: number, dissolved, linked }: PlannedFamilies): Generator<Draft> {
    const { families, individuals } = this.#index;
    const scope = this.#index.scopeName(number);
    for (const chunk of chunks(dissolved, MAX_KIN_PER_EVENT)) {
      const gone = chunk.map(({ family, into }) => ({
        family: families.idOf(family),
        ...(into === NONE ? {} : { into: families.idOf(into) }),
      }));
      yield this.#draft({ type: 'FamiliesDissolved', data: { scope, families: gone } });
    }
    const inOrder = linked
      .map((family) => ({
        ...family,
        joined: family.joined.toSorted((one, other) => this.#orderOf(one) - this.#orderOf(other)),
      }))
      .sort((one, other) => {
        if (one.family !== NONE && other.family !== NONE) return one.family - other.family;
        if (one.family !== NONE || other.family !== NONE) return one.family !== NONE ? -1 : 1;
        return this.#orderOf(one.joined[0] ?? NONE) - this.#orderOf(other.joined[0] ?? NONE);
      });
    const list = new FamilyList();
    const draft = (): Draft =>
      this.#draft({ type: 'FamiliesLinked', data: { scope, families: list.take() } });
    for (const { family, joined, left, review } of inOrder) {
      let id: FamilyId | null = family === NONE ? null : families.idOf(family);
      const members = [
        ...joined.map((cluster) => ({ individual: this.#idOfKnown(cluster), joins: true })),
        ...left.map((individual) => ({ individual: individuals.idOf(individual), joins: false })),
      ];
      let from = 0;
      do {
        if (list.isFull) yield draft();
        const part = members.slice(from, from + list.room);
        id ??= familyIdOf(scope, part[0]?.individual as IndividualId, this.#revision); // a new family has members
        list.add({
          family: id,
          joined: part.filter(({ joins }) => joins).map(({ individual }) => individual),
          left: part.filter(({ joins }) => !joins).map(({ individual }) => individual),
          review,
        });
        from += part.length;
      } while (from < members.length);
    }
    if (!list.isEmpty) yield draft();
  }

  #closing(outcomes: Tally): LedgerDecision {
    if (this.#cause.kind === 'erased') return { type: 'RecordErased', data: this.#cause.erasure };
    if (this.#cause.kind === 'carers-erased') return { type: 'CarerTokensErased', data: this.#cause.erasure };
    if (this.#cause.kind === 'constrained') return this.#cause.decision;
    if (this.#cause.kind === 'relinked') return { type: 'StrategyAdopted', data: this.#cause.adopted };
    const retired = this.#plan.changes.ceasing.size;
    if (this.#cause.kind === 'withdrawn') {
      const { submission, intake, reason, by, organisation } = this.#cause.command;
      const asked = { reason, by, ...(organisation === undefined ? {} : { organisation }) };
      const revived = this.#plan.changes.becoming.length;
      return { type: 'SubmissionWithdrawn', data: { submission, intake, ...asked, retired, revived } };
    }
    return {
      type: 'SubmissionLinked',
      data: {
        submission: this.#submission,
        rows: this.#plan.changes.fates.length,
        outcomes: { ...outcomes, retired },
        tokensWithoutForce: this.#plan.tokensWithoutForce,
      },
    };
  }

  #placed(record: number) {
    const { keys, records } = this.#index;
    return {
      record: records.idOf(record),
      rowKey: keys.idOf(records.keyOf(record)),
      role: records.roleOf(record),
    };
  }

  #decision(ground: Ground, through: number): Decision {
    return { strategy: this.#index.strategy.name, ...this.#groundThrough(ground, through) };
  }

  #groundThrough(ground: Ground, through: number): Ground & { readonly through?: RecordId } {
    return through === NONE ? ground : { ...ground, through: this.#index.records.idOf(through) };
  }

  #register(cluster: number, founder: RecordId): IndividualId {
    const id = individualIdOf(founder, this.#revision);
    this.#registered.set(cluster, { id, order: this.#plan.individualsBefore + this.#registered.size });
    return id;
  }

  #idOf(cluster: number): IndividualId | null {
    const individual = this.#plan.identities.individualOf(cluster);
    if (individual !== NONE) return this.#index.individuals.idOf(individual);
    return this.#registered.get(cluster)?.id ?? null;
  }

  #idOfKnown(cluster: number): IndividualId {
    const id = this.#idOf(cluster);
    if (id === null) throw new Error('an individual is named before it is registered');
    return id;
  }

  /** The place of an individual in the order of registration. */
  #orderOf(cluster: number): number {
    const individual = this.#plan.identities.individualOf(cluster);
    return individual !== NONE
      ? individual
      : (this.#registered.get(cluster)?.order ?? Number.POSITIVE_INFINITY);
  }

  #submissionId(submission: number): SubmissionId {
    return submission === NONE || submission >= this.#submissionsBefore
      ? this.#submission
      : this.#index.submissions.get(submission).id;
  }
}

type Tally = Omit<{ -readonly [Outcome in keyof RowOutcomes]: RowOutcomes[Outcome] }, 'retired'>;

const emptyOutcomes = (): Tally => ({
  registered: 0,
  matched: 0,
  referred: 0,
  unlinkable: 0,
  impersonal: 0,
  superseded: 0,
  unchanged: 0,
  corrected: 0,
});

function* chunks<Item>(items: readonly Item[], size: number): Generator<readonly Item[]> {
  for (let from = 0; from < items.length; from += size) yield items.slice(from, from + size);
}
