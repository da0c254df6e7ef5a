import {
  isLinked,
  type DatasetId,
  type LedgerDecision,
  type Placement,
  type RecordId,
  type ReferralId,
  type Role,
  type SubmissionId,
} from '@kinledger/contracts';
import { IdTable, Int32Column, NONE, type ReferralReason } from '@kinledger/domain';

/** Where a live record is that belongs to nobody, and whether a record is live at all: below the numbers of individuals. */
export const UNLINKABLE = -1;
export const REFERRED = -2;
export const IMPERSONAL = -3;
export const NOT_LIVE = -4;

const setAsideAs = {
  unlinkable: UNLINKABLE,
  referred: REFERRED,
  impersonal: IMPERSONAL,
  superseded: NOT_LIVE,
} as const;

/** A dataset's records of one role. */
export interface RecordSource {
  readonly dataset: DatasetId;
  readonly role: Role;
}

/** A doubt that waits for a person, or that a person's decision settled as forbidden. */
export interface StandingReferral {
  readonly reason: ReferralReason;
  readonly subject: number;
  readonly candidates: readonly number[];
  readonly score: number | undefined;
}

/** Who belongs to whom at one moment. Records, individuals, relationships and families are numbers, from 0, which stay. */
export interface Standing {
  /** Of each record its individual, or one of the numbers below 0. */
  readonly places: Int32Array;
  /** Of each relationship that ever was its kind; NONE where it ended. */
  readonly relationships: Int32Array;
  /** Of each family that ever was how often it changed; below 0 where it is dissolved. */
  readonly families: Int32Array;
  readonly referrals: ReadonlyMap<ReferralId, StandingReferral>;
}

export const relationshipKinds = ['carer', 'same-carer'] as const;
export type RelationshipKind = (typeof relationshipKinds)[number];

/**
 * Who belongs to whom, by the decisions of a ledger in order: it knows neither strategy nor bodies. A record takes
 * some 40 bytes.
 */
export class LinkageStanding {
  readonly #records = new IdTable();
  readonly #places = new Int32Column();
  readonly #sources = new Int32Column();
  readonly #knownSources: RecordSource[] = [];
  readonly #sourceNumbers = new Map<string, number>();
  readonly #individuals = new IdTable();
  readonly #absorbedBy = new Int32Column();
  readonly #relationships = new IdTable();
  readonly #kinds = new Int32Column();
  readonly #families = new IdTable();
  readonly #changes = new Int32Column();
  readonly #scopes: string[] = [];
  readonly #referrals = new Map<ReferralId, StandingReferral>();
  readonly #datasets = new Map<SubmissionId, DatasetId>();

  get records(): number {
    return this.#records.count;
  }

  /** Every dataset and role of which there is a record. */
  get sources(): readonly RecordSource[] {
    return this.#knownSources;
  }

  /** The scopes of families, by their numbers. */
  get scopes(): readonly string[] {
    return this.#scopes;
  }

  recordId(record: number): RecordId {
    return this.#records.idOf(record) as RecordId; // interned as one
  }

  /** Place of a record's dataset and role in `sources`. */
  sourceOf(record: number): number {
    return this.#sources.get(record);
  }

  isLive(record: number): boolean {
    return this.#places.get(record) !== NOT_LIVE;
  }

  scopeOf(family: number): number {
    return this.#families.tagOf(family);
  }

  /** The number of an individual that a decision named. */
  individual(id: string): number {
    const individual = this.#individuals.intern(id);
    this.#absorbedBy.extendTo(individual + 1, NONE);
    return individual;
  }

  /** How things stand now; later decisions do not change what is returned. */
  now(): Standing {
    const places = new Int32Array(this.#records.count);
    for (let record = 0; record < places.length; record++) {
      const place = this.#places.get(record);
      places[record] = place < 0 ? place : this.#resolved(place);
    }
    return {
      places,
      relationships: this.#kinds.view().slice(),
      families: this.#changes.view().slice(),
      referrals: new Map(this.#referrals),
    };
  }

  take(decision: LedgerDecision): void {
    switch (decision.type) {
      case 'SubmissionReceived':
        this.#datasets.set(decision.data.submission, decision.data.dataset);
        return;
      case 'RecordsPlaced':
        for (const placement of decision.data.placements) this.#place(placement, decision.data.submission);
        return;
      case 'RecordsRetired':
      case 'RecordErased':
        for (const record of decision.data.records) this.#retire(record);
        return;
      case 'IndividualsMerged':
        this.#absorbedBy.set(
          this.individual(decision.data.absorbed),
          this.individual(decision.data.individual),
        );
        return;
      case 'IndividualSplit': {
        const into = this.individual(decision.data.into);
        for (const record of decision.data.records) this.#places.set(this.#records.find(record), into);
        return;
      }
      case 'RelationshipsIdentified':
        for (const { relationship, kind } of decision.data.relationships) {
          const number = this.#relationships.intern(relationship);
          this.#kinds.extendTo(number + 1, NONE);
          this.#kinds.set(number, relationshipKinds.indexOf(kind));
        }
        return;
      case 'RelationshipsEnded':
        for (const relationship of decision.data.relationships)
          this.#kinds.set(this.#relationships.find(relationship), NONE);
        return;
      case 'FamiliesLinked':
        for (const { family } of decision.data.families) {
          const number = this.#family(family, decision.data.scope);
          this.#changes.set(number, Math.abs(this.#changes.get(number)) + 1);
        }
        return;
      case 'FamiliesDissolved':
        for (const { family } of decision.data.families) {
          const number = this.#family(family, decision.data.scope);
          this.#changes.set(number, -Math.abs(this.#changes.get(number)));
        }
        return;
      case 'LinkReferred': {
        const { referral, reason, subject, candidates, score } = decision.data;
        this.#referrals.set(referral, {
          ...{ reason, score, subject: this.#records.find(subject) },
          candidates: candidates.map((candidate) => this.#records.find(candidate)),
        });
        return;
      }
      case 'LinkReferralLapsed':
        this.#referrals.delete(decision.data.referral);
        return;
      default:
        // No other decision says who belongs to whom.
        return;
    }
  }

  #place(placement: Placement, submission: SubmissionId): void {
    const record = this.#records.intern(placement.record);
    if (record === this.#places.length) {
      this.#places.push(NOT_LIVE);
      this.#sources.push(this.#source(submission, placement.role));
    }
    this.#places.set(
      record,
      isLinked(placement) ? this.individual(placement.individual) : setAsideAs[placement.setAside],
    );
  }

  #source(submission: SubmissionId, role: Role): number {
    const dataset = this.#datasets.get(submission);
    if (dataset === undefined)
      throw new Error(`submission ${submission} places records and was never received`);
    const name = `${dataset} ${role}`;
    const known = this.#sourceNumbers.get(name);
    if (known !== undefined) return known;
    this.#sourceNumbers.set(name, this.#knownSources.length);
    return this.#knownSources.push({ dataset, role }) - 1;
  }

  #retire(record: RecordId): void {
    this.#places.set(this.#records.find(record), NOT_LIVE);
  }

  #family(id: string, scope: string): number {
    let tag = this.#scopes.indexOf(scope);
    if (tag === -1) tag = this.#scopes.push(scope) - 1;
    const family = this.#families.intern(id, tag);
    this.#changes.extendTo(family + 1, 0);
    return family;
  }

  #resolved(individual: number): number {
    let at = individual;
    for (let next = this.#absorbedBy.get(at); next !== NONE; next = this.#absorbedBy.get(at)) at = next;
    return at;
  }
}
