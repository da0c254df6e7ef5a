import {
  isLinked,
  type DatasetId,
  type IndividualId,
  type LedgerEvent,
  type PeriodCode,
  type Placement,
  type PseudonymisedRow,
  type RecordId,
  type Role,
  type RowKey,
  type SubmissionId,
} from '@kinledger/contracts';

/** A live record, as the ledger places it. */
export interface LiveRecord {
  readonly record: RecordId;
  readonly rowKey: RowKey;
  readonly dataset: DatasetId;
  readonly role: Role;
  /** Of the file that brought it. */
  readonly period: PeriodCode;
  /** Undefined if it was set aside. */
  readonly individual: IndividualId | undefined;
  /** What linkage reads of its body; undefined if that is erased. */
  readonly body: LinkageBody | undefined;
}

export type LinkageBody = Pick<PseudonymisedRow, 'tokens' | 'derived'>;

/** A link that was made, by the records at its ends. Each individual’s records are held together by one fewer than they are. */
export interface MadeLink {
  readonly ends: readonly [LiveRecord, LiveRecord];
  readonly rule: string;
  /** In millibits; undefined if the rule does not score. */
  readonly score: number | undefined;
}

/** What people decided about a pair of rows: the later decision holds. */
export type PairDecision = 'same' | 'different';

interface Known {
  readonly rowKey: RowKey;
  readonly dataset: DatasetId;
  readonly role: Role;
  readonly period: PeriodCode;
  readonly body: LinkageBody | undefined;
  isLive: boolean;
  individual: IndividualId | undefined;
}

interface Made {
  readonly from: RecordId;
  readonly to: RecordId;
  readonly rule: string;
  readonly score: number | undefined;
}

/**
 * The live records, the links between them and people’s decisions, by the events of a ledger in order. Memory holds every
 * record of the ledger, and its tokens.
 */
export class LiveRecords {
  readonly #records = new Map<RecordId, Known>();
  readonly #files = new Map<SubmissionId, { readonly dataset: DatasetId; readonly period: PeriodCode }>();
  /** The link by which each record joined its individual, and each individual another. */
  readonly #made = new Map<RecordId | IndividualId, Made>();
  readonly #founders = new Map<IndividualId, RecordId>();
  readonly #forwarded = new Map<IndividualId, IndividualId>();
  readonly #decisions = new Map<string, PairDecision>();
  /** Digest of the definition in force. */
  definition: string | undefined;
  /** Of the key of all tokens. */
  keyVersion = 1;

  /** @param bodies of the records that the event brings in. */
  apply(event: LedgerEvent, bodies: ReadonlyMap<RecordId, PseudonymisedRow>): void {
    switch (event.type) {
      case 'ProgrammeDefined':
        this.definition = event.data.definition;
        return;
      case 'KeyRotated':
        this.keyVersion = event.data.keyVersion;
        return;
      case 'SubmissionReceived':
        this.#files.set(event.data.submission, event.data);
        return;
      case 'RecordsPlaced':
        for (const placement of event.data.placements)
          this.#place(placement, event.data.submission, bodies.get(placement.record));
        return;
      case 'RecordsRetired':
        for (const record of event.data.records) this.#retire(record);
        return;
      case 'IndividualsMerged': {
        const { individual, absorbed, decision } = event.data;
        this.#forwarded.set(absorbed, individual);
        const from = this.#founders.get(absorbed);
        if (from !== undefined && decision.through !== undefined)
          this.#made.set(absorbed, { ...linkOf(decision), from, to: decision.through });
        return;
      }
      case 'IndividualSplit': {
        const { into, registered, records } = event.data;
        for (const record of records) {
          const known = this.#records.get(record);
          if (known !== undefined) known.individual = into;
        }
        const [founder] = records;
        if (registered && founder !== undefined) this.#founders.set(into, founder);
        return;
      }
      case 'LinkReviewed':
        this.#decisions.set(pairKey(event.data.rows), 'same');
        return;
      case 'LinkForbidden':
        this.#decisions.set(pairKey(event.data.rows), 'different');
        return;
      case 'LinkAllowed':
        this.#decisions.delete(pairKey(event.data.rows));
        return;
      default:
        // No other event places a record or decides about a pair.
        return;
    }
  }

  /** All of them, in the order in which they entered the ledger. */
  live(): LiveRecord[] {
    return [...this.#records].flatMap(([record, known]) =>
      known.isLive ? [this.#shown(record, known)] : [],
    );
  }

  /** The links that still hold: between live records of one individual. */
  links(): MadeLink[] {
    return [...this.#made.values()].flatMap(({ from, to, rule, score }) => {
      const ends = [from, to].flatMap((record) => {
        const known = this.#records.get(record);
        return known?.isLive === true ? [this.#shown(record, known)] : [];
      });
      const [one, other] = ends;
      if (one?.individual === undefined || other === undefined || one.individual !== other.individual)
        return [];
      return [{ ends: [one, other] as const, rule, score }];
    });
  }

  /** All pairs of rows of which people decided this, unless it was revoked. */
  decided(decision: PairDecision): (readonly [RowKey, RowKey])[] {
    return [...this.#decisions].flatMap(
      ([pair, held]) => (held === decision ? [pair.split(' ') as unknown as readonly [RowKey, RowKey]] : []), // as pairKey joined them
    );
  }

  #place(placement: Placement, submission: SubmissionId, row: PseudonymisedRow | undefined): void {
    const { record, rowKey, role } = placement;
    const individual = isLinked(placement) ? placement.individual : undefined;
    const isLive = isLinked(placement) || placement.setAside !== 'superseded';
    const known = this.#records.get(record);
    if (known === undefined) {
      const file = this.#files.get(submission);
      if (file === undefined)
        throw new Error(`submission ${submission} places records and was never received`);
      const body = row === undefined ? undefined : { tokens: row.tokens, derived: row.derived };
      const { dataset, period } = file;
      this.#records.set(record, { rowKey, dataset, role, period, body, isLive, individual });
    } else {
      known.isLive = isLive;
      known.individual = individual;
    }
    this.#made.delete(record);
    if (!isLinked(placement)) return;
    if (placement.registered) this.#founders.set(placement.individual, record);
    if (placement.through !== undefined)
      this.#made.set(record, { ...linkOf(placement), from: record, to: placement.through });
  }

  #retire(record: RecordId): void {
    const known = this.#records.get(record);
    if (known !== undefined) known.isLive = false;
    this.#made.delete(record);
  }

  #shown(record: RecordId, { rowKey, dataset, role, period, body, individual }: Known): LiveRecord {
    const now = individual && this.#resolved(individual);
    return { record, rowKey, dataset, role, period, body, individual: now };
  }

  #resolved(individual: IndividualId): IndividualId {
    let at = individual;
    for (let next = this.#forwarded.get(at); next !== undefined; next = this.#forwarded.get(at)) at = next;
    return at;
  }
}

const linkOf = ({ rule, score }: { readonly rule: string; readonly score?: number }) => ({ rule, score });

const pairKey = (rows: readonly [string, string]): string => [...rows].sort().join(' ');
