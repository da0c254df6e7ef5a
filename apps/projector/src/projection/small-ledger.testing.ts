import { createHash } from 'node:crypto';
import {
  encodeRowChunk,
  isPlacing,
  ledgerContracts,
  RowPseudonymised,
  type LedgerDecision,
  type LinkedPlacement,
  type PseudonymisedRow,
  type SetAsidePlacement,
} from '@kinledger/contracts';
import { commitmentsOf, encodeLedgerEvent } from '@kinledger/domain';
import {
  type EnteredRecord,
  InMemoryEventStore,
  InMemoryLedger,
  type Segment,
  type TokenCuts,
} from '@kinledger/event-store';
import { figuresInForce } from '@kinledger/figures';
import { documentDigest, documentJson, readProgramme, type DefinitionDocument } from '@kinledger/programme';

export const STREAM = 'programme-leap';

/** A 128-bit id from a readable name. The contracts brand ids; a test makes its own. */
export const idOf = (name: string): never =>
  createHash('sha256').update(name).digest('hex').slice(0, 32) as never;

const leap = new URL('../../../../programmes/leap/', import.meta.url).pathname;

/** Writes a ledger by hand, decision by decision, into a store in memory. */
export class SmallLedger {
  readonly #kept = new InMemoryLedger();
  readonly store = new InMemoryEventStore(this.#kept);
  /** Where bodies are. */
  readonly #entered = new Map<string, EnteredRecord>();
  #revision = 0;
  #causes = 0;

  /** Revision of the last event; -1 before the first. */
  get head(): number {
    return this.#revision - 1;
  }

  /** Event 0 and 1: the LEAP definition and the strategy. */
  async open(): Promise<void> {
    await this.define((document) => document);
    await this.append([
      {
        type: 'StrategyAdopted',
        data: { programme: 'leap' as never, strategy: 'leap-1', parameters: {}, digest: '0'.repeat(64) },
      },
    ]);
  }

  /** Puts the LEAP definition into force, changed. */
  async define(change: (document: DefinitionDocument) => DefinitionDocument): Promise<void> {
    const document = change((await readProgramme(leap)).document);
    const digest = documentDigest(document);
    await this.append(
      [
        {
          type: 'ProgrammeDefined',
          data: { programme: 'leap' as never, definition: digest, signingKey: `${'A'.repeat(43)}=` },
        },
      ],
      [],
      [{ digest, bytes: new TextEncoder().encode(documentJson(document)) }],
    );
  }

  /** Erases like the linker: appends the events, then deletes the bodies. */
  async erase(...rows: readonly PseudonymisedRow[]): Promise<void> {
    await this.append(erasureOf(rows));
    this.forget(rows.map(({ record }) => record));
  }

  /** Deletes bodies. */
  forget(records: readonly PseudonymisedRow['record'][]): void {
    this.#kept.eraseBodies(
      STREAM,
      records.flatMap((record) => this.#entered.get(record) ?? []),
    );
  }

  /** Cuts tokens out of bodies. */
  forgetTokens(cuts: readonly TokenCuts[]): void {
    this.#kept.eraseTokens(STREAM, cuts);
  }

  /**
   * Appends the events of one decision (or a part of it); rows are the bodies of the records that enter, by record id.
   */
  async append(
    decisions: readonly LedgerDecision[],
    rows: readonly PseudonymisedRow[] = [],
    payloads: readonly { digest: string; bytes: Uint8Array }[] = [],
  ): Promise<void> {
    const cause = `cause-${(this.#causes += 1)}`;
    const segments: Segment[] = [];
    const events = decisions.map((decision, ordinal) => {
      const revision = this.#revision + ordinal;
      const placements = isPlacing(decision) ? decision.data.placements : [];
      const entering = rows.filter(({ record: its }) =>
        placements.some(({ record, commitments }) => record === its && commitments !== undefined),
      );
      for (const { record } of entering) this.#entered.set(record, { record, revision });
      if (entering.length > 0) segments.push(segmentOf(revision, entering));
      return encodeLedgerEvent({ ...decision, revision, time: '2023-10-09T09:30:00Z', cause, ordinal });
    });
    await this.store.append(STREAM, events, {
      expectedRevision: this.#revision === 0 ? 'no-stream' : this.#revision - 1,
      segments,
      payloads,
    });
    this.#revision += events.length;
  }
}

export const segmentOf = (revision: number, rows: readonly PseudonymisedRow[]): Segment => ({
  revision,
  bodies: rows.length,
  bytes: encodeRowChunk({ ...RowPseudonymised.schema.parse(RowPseudonymised.example), rows }),
});

/** A child's or adult's row of a user file. */
export const userRow = (
  name: string,
  role: 'child' | 'adult',
  attributes: Record<string, string>,
  registeredOn = '2023-07-01',
): PseudonymisedRow => ({
  ...rowOf(name, role),
  attributes,
  facts: { kind: 'registration', registeredOn },
});

/** A row of an engagement file. */
export const engagementRow = (
  name: string,
  role: 'child' | 'adult',
  eventDate: string,
  sessionKind: string,
  attended = true,
): PseudonymisedRow => ({
  ...rowOf(name, role),
  attributes: {},
  facts: { kind: 'engagement', eventDate, sessionKind, attended },
});

const rowOf = (name: string, role: 'child' | 'adult') => ({
  record: idOf(`record ${name}`),
  rowKey: idOf(`key ${name}`),
  role,
  tokens: [],
  derived: [],
  keyVersion: 1,
  salt: idOf(`salt ${name}`),
});

/** One event in place of several that place records for one submission. */
export const together = (...events: readonly LedgerDecision[]): LedgerDecision => {
  const placing = events.filter(isPlacing);
  const [first] = placing;
  if (first === undefined) throw new Error('no event places records');
  const placements = placing.flatMap(({ data }) => data.placements);
  return { ...first, data: { ...first.data, placements } };
};

/** The events that erase records, without the deletion of their bodies. */
export const erasureOf = (rows: readonly PseudonymisedRow[]): readonly LedgerDecision[] => {
  const records = rows.map(({ record }) => record);
  return [
    { type: 'RecordsRetired', data: { reason: 'erased', records } },
    { type: 'RecordErased', data: { basis: 'request', records } },
  ];
};

/** The event that opens a submission. */
export const received = (
  submission: string,
  dataset: string,
  intake: number,
  period = '2023-24-Q2',
): LedgerDecision => ({
  type: 'SubmissionReceived',
  data: {
    programme: 'leap' as never,
    submission: idOf(submission),
    intake,
    provider: 'provider' as never,
    dataset: dataset as never,
    period: period as never,
    sequence: 1,
    extractKind: 'delta',
    contentHash: '0'.repeat(64),
    schemaHash: '0'.repeat(64),
    mapping: {},
    counts: { read: 1, accepted: 1, warned: 0, rejected: 0, duplicate: 0, consentRefused: 0 },
    findings: {},
    attestation: { by: 'officer' },
    agreement: 'agreement',
    pseudonymisedAtSource: false,
    supersedes: [],
  },
});

/** The event that closes it. */
export const linked = (submission: string, rows: number): LedgerDecision => ({
  type: 'SubmissionLinked',
  data: {
    submission: idOf(submission),
    rows,
    outcomes: {
      registered: rows,
      matched: 0,
      referred: 0,
      unlinkable: 0,
      impersonal: 0,
      superseded: 0,
      unchanged: 0,
      corrected: 0,
      retired: 0,
    },
    tokensWithoutForce: 0,
  },
});

/**
 * The event that closes a quarter with the figures of this program.
 * @param readModels version of the tables; that of this program if it is left out.
 */
export const quarterClosed = (
  period: string,
  readModels = figuresInForce().readModels,
  edition = 1,
): LedgerDecision => {
  const { example, schema } = ledgerContracts.QuarterClosed;
  const { disclosureByRule: _, ...inForce } = figuresInForce();
  const versions = { ...example.versions, ...inForce, readModels };
  return { type: 'QuarterClosed', data: schema.parse({ ...example, period, versions, edition }) };
};

/** An edition of a quarter leaves. */
export const releasePublished = (period: string, edition: number, closing: number): LedgerDecision => {
  const { example, schema } = ledgerContracts.ReleasePublished;
  const { supersedes: _, ...release } = example;
  return { type: 'ReleasePublished', data: schema.parse({ ...release, period, edition, closing }) };
};

/** A record enters the ledger and founds an individual. */
export const registered = (row: PseudonymisedRow, individual: string, submission: string): LedgerDecision =>
  entering(row, submission, { ...linkedTo(individual), registered: true });

/** A record enters the ledger and joins an individual. */
export const matched = (row: PseudonymisedRow, individual: string, submission: string): LedgerDecision =>
  entering(row, submission, linkedTo(individual));

/** A record enters the ledger and is set aside. */
export const setAside = (
  row: PseudonymisedRow,
  reason: 'unlinkable' | 'superseded',
  submission: string,
): LedgerDecision => entering(row, submission, { setAside: reason });

/** Records in the ledger are placed again. */
export const placedAgain = (
  submission: string,
  ...placements: readonly (readonly [row: PseudonymisedRow, where: Where])[]
): LedgerDecision => ({
  type: 'RecordsPlaced',
  data: {
    submission: idOf(submission),
    strategy: 'leap-1',
    placements: placements.map(([row, where]) => ({ ...placed(row), ...where })),
  },
});

/** Two individuals are kin. */
export const related = (
  name: string,
  kind: 'carer' | 'same-carer',
  child: string,
  other: string,
): LedgerDecision => ({
  type: 'RelationshipsIdentified',
  data: {
    relationships: [
      { relationship: idOf(name), kind, child: idOf(child), other: idOf(other), domain: 'email' },
    ],
  },
});

/** Individuals join and leave a family. */
export const familyLinked = (
  ...[name, scope, joined, left, review = false]: [string, string, string[], string[], boolean?]
): LedgerDecision => ({
  type: 'FamiliesLinked',
  data: {
    scope,
    families: [{ family: idOf(name), joined: joined.map(idOf), left: left.map(idOf), review }],
  },
});

export const familyDissolved = (name: string, scope: string): LedgerDecision => ({
  type: 'FamiliesDissolved',
  data: { scope, families: [{ family: idOf(name) }] },
});

type Where = Omit<LinkedPlacement, keyof Placed> | Omit<SetAsidePlacement, keyof Placed>;

export const linkedTo = (individual: string): Omit<LinkedPlacement, keyof Placed> => ({
  individual: idOf(individual),
  registered: false,
  rule: 'first-of-its-kind',
});

const entering = (row: PseudonymisedRow, submission: string, where: Where): LedgerDecision => ({
  type: 'RecordsPlaced',
  data: {
    submission: idOf(submission),
    chunk: 0,
    strategy: 'leap-1',
    placements: [{ ...placed(row), ...where, commitments: commitmentsOf(row) }],
  },
});

type Placed = Pick<PseudonymisedRow, 'record' | 'rowKey' | 'role'>;
const placed = ({ record, rowKey, role }: PseudonymisedRow): Placed => ({ record, rowKey, role });
