import { createHash } from 'node:crypto';
import type { LedgerDecision, PseudonymisedRow } from '@kinledger/contracts';
import { bodyBytes, commitmentsOf, encodeLedgerEvent } from '@kinledger/domain';
import { InMemoryEventStore, InMemoryLedger, type RecordBody } from '@kinledger/event-store';
import { documentDigest, documentJson, readProgramme } from '@kinledger/programme';

export const STREAM = 'programme-leap';

/** A 128-bit id from a readable name. The contracts brand ids; a test makes its own. */
export const idOf = (name: string): never =>
  createHash('sha256').update(name).digest('hex').slice(0, 32) as never;

const leap = new URL('../../../../programmes/leap/', import.meta.url).pathname;

/** Writes a ledger by hand, decision by decision, into a store in memory. */
export class SmallLedger {
  readonly #kept = new InMemoryLedger();
  readonly store = new InMemoryEventStore(this.#kept);
  #revision = 0;
  #causes = 0;

  /** Event 0 and 1: the LEAP definition and the strategy. */
  async open(): Promise<void> {
    const { document } = await readProgramme(leap);
    const json = documentJson(document);
    const digest = documentDigest(document);
    await this.append(
      [
        {
          type: 'ProgrammeDefined',
          data: { programme: 'leap' as never, definition: digest, signingKey: `${'A'.repeat(43)}=` },
        },
      ],
      [],
      [{ digest, bytes: new TextEncoder().encode(json) }],
    );
    await this.append([
      {
        type: 'StrategyAdopted',
        data: { programme: 'leap' as never, strategy: 'leap-1', parameters: {}, digest: '0'.repeat(64) },
      },
    ]);
  }

  /** What the linker does: its events, then the bodies. */
  async erase(...rows: readonly PseudonymisedRow[]): Promise<void> {
    const records = rows.map(({ record }) => record);
    await this.append([
      { type: 'RecordsRetired', data: { reason: 'erased', records } },
      { type: 'RecordErased', data: { basis: 'request', records } },
    ]);
    this.forget(records);
  }

  protected forget(records: readonly PseudonymisedRow['record'][]): void {
    this.#kept.eraseBodies(STREAM, records);
  }

  /** Appends the events of one decision (or a part of it); rows are the bodies of the records that enter, by record id. */
  async append(
    decisions: readonly LedgerDecision[],
    rows: readonly PseudonymisedRow[] = [],
    payloads: readonly { digest: string; bytes: Uint8Array }[] = [],
  ): Promise<void> {
    const cause = `cause-${(this.#causes += 1)}`;
    const bodies: RecordBody[] = [];
    const events = decisions.map((decision, ordinal) => {
      const revision = this.#revision + ordinal;
      const row = rows.find(
        ({ record }) =>
          'record' in decision.data && decision.data.record === record && 'commitments' in decision.data,
      );
      if (row !== undefined) bodies.push({ record: row.record, revision, bytes: bodyBytes(row) });
      return encodeLedgerEvent({ ...decision, revision, time: '2023-10-09T09:30:00Z', cause, ordinal });
    });
    await this.store.append(STREAM, events, {
      expectedRevision: this.#revision === 0 ? 'no-stream' : this.#revision - 1,
      bodies,
      payloads,
    });
    this.#revision += events.length;
  }
}

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

const decision = { strategy: 'leap-1', rule: 'first-of-its-kind' };

/** A record enters the ledger and founds an individual. */
export const registered = (
  row: PseudonymisedRow,
  individual: string,
  submission: string,
): LedgerDecision => ({
  type: 'IndividualRegistered',
  data: { ...placed(row, submission), individual: idOf(individual), decision },
});

/** A record enters the ledger and joins an individual. */
export const matched = (row: PseudonymisedRow, individual: string, submission: string): LedgerDecision => ({
  type: 'IndividualMatched',
  data: { ...placed(row, submission), individual: idOf(individual), decision },
});

/** A record enters the ledger and belongs to nobody. */
export const setAside = (
  row: PseudonymisedRow,
  reason: 'unlinkable' | 'superseded',
  submission: string,
): LedgerDecision => ({
  type: 'RecordSetAside',
  data: { ...placed(row, submission), reason },
});

const placed = (row: PseudonymisedRow, submission: string) => ({
  record: row.record,
  rowKey: row.rowKey,
  role: row.role,
  submission: idOf(submission),
  commitments: commitmentsOf(row),
});
