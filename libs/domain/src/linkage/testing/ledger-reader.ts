import {
  isLinked,
  type DataOf,
  type DataType,
  type FamiliesLinked,
  type LedgerEvent,
  type Placement,
  type RecordId,
  type Role,
  type RowKey,
  type SubmissionId,
} from '@kinledger/contracts';
import { recordKindOf, type RecordKind } from '../partition.js';
import { firstDay } from './live-set.js';
import { keyOfGround } from '../ground.js';

interface Known {
  readonly rowKey: RowKey;
  readonly role: Role;
  readonly kind: RecordKind;
  live: boolean;
  /** The submission from which the record has its period. */
  carrier: SubmissionId;
  individual: string | null;
  reason: string | null;
}

/**
 * A reader that knows events alone, written plainly and independently of the engine: the events must be enough to know
 * who everybody is.
 */
export class LedgerReader {
  readonly records = new Map<RecordId, Known>();
  readonly #files = new Map<SubmissionId, Pick<ReceivedData, 'period' | 'sequence' | 'dataset'>>();
  /** For each `submission row-key`, the record that holds the row. */
  readonly carriers = new Map<string, RecordId>();
  readonly erased = new Set<RecordId>();
  readonly registered: string[] = [];
  readonly forwards = new Map<string, string>();
  readonly referrals = new Map<string, string>();
  readonly relationships = new Map<string, { kind: string; child: string; other: string; domain: string }>();
  readonly families = new Map<string, { scope: string; members: Set<string>; review: boolean }>();

  apply(event: LedgerEvent): void {
    switch (event.type) {
      case 'SubmissionReceived':
        this.#files.set(event.data.submission, event.data);
        return;
      case 'CarrierChanged':
        for (const record of event.data.records) this.#live(record).carrier = event.data.submission;
        return;
      case 'RecordsPlaced': {
        const { submission, chunk, placements } = event.data;
        for (const placement of placements) {
          if ((chunk === undefined) !== (placement.commitments === undefined))
            throw new Error('a chunk is named without commitments, or commitments without a chunk');
          this.#placeOne(submission, placement);
        }
        return;
      }
      case 'RecordsRetired':
        for (const record of event.data.records) this.#live(record).live = false;
        return;
      case 'RecordsCarried':
        for (const record of event.data.records) {
          const known = this.#live(record);
          this.#carry(event.data.submission, known.rowKey, record);
          if (this.#outranks(event.data.submission, known.carrier)) known.carrier = event.data.submission;
        }
        return;
      case 'RecordErased':
        for (const record of event.data.records) {
          if (this.records.get(record)?.live !== false) throw new Error('a live record is erased');
          if (this.erased.has(record)) throw new Error('a record is erased twice');
          this.erased.add(record);
        }
        return;
      case 'IndividualSplit': {
        const { individual, into, registered, records } = event.data;
        if (registered) this.#register(into);
        for (const record of records) {
          const known = this.#live(record);
          if (known.individual !== individual)
            throw new Error('a record is split from an individual that it is not in');
          known.individual = into;
        }
        return;
      }
      case 'IndividualsMerged': {
        const { individual, absorbed } = event.data;
        if (this.forwards.has(absorbed) || this.forwards.has(individual))
          throw new Error('an absorbed individual is merged again');
        this.forwards.set(absorbed, individual);
        for (const known of this.records.values())
          if (known.individual === absorbed) known.individual = individual;
        return;
      }
      case 'LinkReferred':
        if (this.referrals.has(event.data.referral)) throw new Error('a waiting referral is made again');
        this.referrals.set(event.data.referral, `${event.data.reason} ${keyOfGround(event.data)}`);
        return;
      case 'LinkReferralLapsed':
        if (!this.referrals.delete(event.data.referral))
          throw new Error('a referral lapses that is not waiting');
        return;
      case 'RelationshipsIdentified':
        for (const { relationship, ...rest } of event.data.relationships) {
          if (this.relationships.has(relationship)) throw new Error('a relationship is identified twice');
          this.relationships.set(relationship, rest);
        }
        return;
      case 'RelationshipsEnded':
        for (const relationship of event.data.relationships)
          if (!this.relationships.delete(relationship))
            throw new Error('a relationship ends that is not in force');
        return;
      case 'FamiliesLinked':
        for (const family of event.data.families) this.#link(event.data.scope, family);
        return;
      case 'FamiliesDissolved':
        for (const { family } of event.data.families)
          if (!this.families.delete(family)) throw new Error('a family is dissolved that does not exist');
        return;
      default:
        return;
    }
  }

  /** The whole result of linkage, named by row keys alone: two ledgers of the same set give the same summary. */
  summary() {
    const members = new Map<string, RowKey[]>();
    const setAside: string[] = [];
    const carriers: string[] = [];
    for (const known of this.records.values()) {
      if (!known.live) continue;
      carriers.push(`${known.rowKey} ${known.carrier}`);
      if (known.individual === null) setAside.push(`${known.rowKey} ${known.reason ?? ''}`);
      else members.set(known.individual, [...(members.get(known.individual) ?? []), known.rowKey]);
    }
    const groupOf = (individual: string): string => {
      const rows = members.get(individual);
      if (rows === undefined)
        throw new Error('a relationship or family names an individual without live records');
      return rows.toSorted().join();
    };
    return {
      groups: [...members.keys()].map(groupOf).sort(),
      setAside: setAside.sort(),
      carriers: carriers.sort(),
      referrals: [...this.referrals].map(([id, what]) => `${id} ${what}`).sort(),
      relationships: [...this.relationships.values()]
        .map(({ kind, child, other, domain }) => `${kind} ${domain}: ${groupOf(child)} / ${groupOf(other)}`)
        .sort(),
      families: [...this.families.values()]
        .map(
          ({ scope, members: family, review }) =>
            `${scope} ${review}: ${[...family].map(groupOf).sort().join(' / ')}`,
        )
        .sort(),
    };
  }

  /** The individual of a row's live record, or the reason why there is none. */
  whereIs(rowKey: RowKey): string {
    for (const known of this.records.values()) {
      if (known.live && known.rowKey === rowKey) return known.individual ?? `(${known.reason ?? ''})`;
    }
    return '(not live)';
  }

  /** Compares by the first day of the period, then by sequence. */
  #outranks(one: SubmissionId, other: SubmissionId): boolean {
    const [file, against] = [this.#fileOf(one), this.#fileOf(other)];
    return file.period === against.period
      ? file.sequence > against.sequence
      : firstDay(file.period) > firstDay(against.period);
  }

  #fileOf(submission: SubmissionId): Pick<ReceivedData, 'period' | 'sequence' | 'dataset'> {
    const file = this.#files.get(submission);
    if (file === undefined) throw new Error('a submission is named that was not received');
    return file;
  }

  #register(individual: string): void {
    if (this.registered.includes(individual)) throw new Error('an individual is registered twice');
    this.registered.push(individual);
  }

  #placeOne(submission: SubmissionId, placement: Placement): void {
    if (!isLinked(placement)) {
      this.#place(submission, placement, null, placement.setAside);
      return;
    }
    const { individual, registered } = placement;
    if (registered) this.#register(individual);
    else if (!this.registered.includes(individual))
      throw new Error('a record is matched to an unknown individual');
    if (this.forwards.has(individual)) throw new Error('a record is matched to an absorbed individual');
    this.#place(submission, placement, individual, null);
  }

  #link(
    scope: string,
    { family: id, joined, left, review }: DataOf<typeof FamiliesLinked>['families'][number],
  ): void {
    const family = this.families.get(id) ?? { scope, members: new Set<string>(), review };
    this.families.set(id, family);
    family.review = review;
    for (const individual of joined) {
      for (const other of this.families.values()) if (other.scope === scope) other.members.delete(individual);
      family.members.add(individual);
    }
    for (const individual of left) {
      if (!family.members.delete(individual))
        throw new Error('an individual leaves a family that it is not in');
    }
  }

  #place(
    submission: SubmissionId,
    { record, rowKey, role, commitments }: Placement,
    individual: string | null,
    reason: string | null,
  ): void {
    if ((commitments !== undefined) === this.records.has(record))
      throw new Error('a record must enter the ledger exactly once');
    const live = reason !== 'superseded';
    if (commitments !== undefined) this.#carry(submission, rowKey, record);
    if (this.erased.has(record)) throw new Error('an erased record is placed');
    for (const [id, known] of this.records) {
      if (live && known.live && known.rowKey === rowKey && id !== record)
        throw new Error('two records of one row are live');
    }
    const [, dataType] = this.#fileOf(submission).dataset.split('.') as [string, DataType];
    const kind = recordKindOf(dataType, role);
    this.records.set(record, { rowKey, role, kind, live, carrier: submission, individual, reason });
  }

  /** If two rows of a file have the same key, the first counts. */
  #carry(submission: SubmissionId, rowKey: RowKey, record: RecordId): void {
    const row = `${submission} ${rowKey}`;
    if (!this.carriers.has(row)) this.carriers.set(row, record);
  }

  #live(record: RecordId): Known {
    const known = this.records.get(record);
    if (known?.live !== true) throw new Error('a record is named that is not live');
    return known;
  }
}

type ReceivedData = Extract<LedgerEvent, { type: 'SubmissionReceived' }>['data'];
