import type {
  Commitments,
  DataOf,
  ExtractKind,
  LedgerDecision,
  LedgerEvent,
  PeriodCode,
  PseudonymisedRow,
  RecordId,
  Role,
  RowKey,
  StrategyAdopted,
  SubmissionId,
  SubmissionReceived,
  TokenUse,
} from '@kinledger/contracts';
import { tokensWithout } from '@kinledger/contracts';
import { sha256Hex } from '../../ledger/index.js';
import type { ConstraintDecision, Draft, FamilyScope, LinkageEngineOptions } from '../decider.js';
import { LinkageEngine } from '../engine.js';
import { leap1 } from '../leap-1/leap-1.js';
import type { Strategy } from '../strategy.js';
import { LedgerReader } from './ledger-reader.js';
import { told, type Told } from './told.js';

/** A token in a spec: domain, use and a short name for the value behind it. */
export type TokenSpec = readonly [domain: string, use: TokenUse, value: string];

export interface RowSpec {
  /** The provider's own row id. */
  readonly id: string;
  readonly role?: Role;
  readonly tokens: readonly TokenSpec[];
  readonly derived?: readonly (readonly [derivation: string, value: string])[];
  /** A coded attribute, so that two rows can differ without a difference that matters to linkage. */
  readonly note?: string;
  /** Whether the row refuses consent. Only its key is then passed on. */
  readonly refuses?: boolean;
}

export interface SubmissionSpec {
  readonly dataset: string;
  readonly period?: string;
  readonly sequence?: number;
  readonly extractKind?: ExtractKind;
  readonly supersedes?: readonly SubmissionId[];
  readonly rows: readonly RowSpec[];
}

const hex = (text: string, length: number): string => sha256Hex(text).slice(0, length);

export const rowKeyOf = (dataset: string, id: string): RowKey => hex(`row ${dataset} ${id}`, 32) as RowKey;

export const testSettings = {
  name: 'leap-1',
  maxBirthDatesPerToken: 2,
  maxCasesPerToken: 2,
  maxHoldersPerToken: 6,
  maxChildrenPerCarerToken: 2,
} as const;
export const testStrategy = leap1(testSettings);

/** Short forms that make scenarios readable. */
export const nhs = (value: string): TokenSpec => ['nhs-number', 'identity', value];
export const childKey = (value: string): TokenSpec => ['child-key', 'identity', value];
export const email = (value: string): TokenSpec => ['email', 'identity', value];
export const mobile = (value: string): TokenSpec => ['mobile', 'identity', value];
export const carerEmail = (value: string): TokenSpec => ['email', 'carer', value];
export const born = (value: string): TokenSpec => ['birth-date', 'guard', value];
export const gender = (value: string): TokenSpec => ['gender', 'guard', value];
export const caseNumber = (value: string): TokenSpec => ['case-number:provider', 'local', value];

export const tokensOf = (specs: readonly TokenSpec[]): PseudonymisedRow['tokens'] =>
  specs.map(([domain, use, value]) => ({
    domain,
    use,
    token: hex(`token ${domain} ${value}`, 32) as PseudonymisedRow['tokens'][number]['token'],
  }));

/** A decided submission, with what a replay needs. */
export interface Received {
  readonly file: DataOf<typeof SubmissionReceived>;
  readonly rows: readonly PseudonymisedRow[];
  /** Keys of rows that refuse consent. */
  readonly refused: readonly RowKey[];
}

/** An engine with the ledger that it writes, and a reader that knows nothing but that ledger. */
export class LinkageWorld {
  options: LinkageEngineOptions;
  engine: LinkageEngine;
  readonly reader = new LedgerReader();
  readonly events: LedgerEvent[] = [];
  readonly bodies = new Map<RecordId, PseudonymisedRow>();
  readonly received = new Map<SubmissionId, Received>();
  /** Rows per chunk: few, so that a file has several chunks. */
  chunkRows = 3;
  #intake = 0;

  constructor(familyScopes: readonly FamilyScope[] = [], strategy: Strategy = testStrategy) {
    this.options = { strategy, familyScopes };
    this.engine = new LinkageEngine(this.options);
  }

  /** Decides and applies a submission, and returns its id. */
  submit(spec: SubmissionSpec): SubmissionId {
    const received = this.prepare(spec);
    const { file, rows } = received;
    this.#write(this.draft(this.engine, received), rows);
    this.received.set(file.submission, received);
    return file.submission;
  }

  /** The individual of the live row of a dataset, or the reason why there is none. */
  whereIs(dataset: string, id: string): string {
    return this.reader.whereIs(rowKeyOf(dataset, id));
  }

  withdraw(submission: SubmissionId): void {
    this.#intake++;
    const run = this.engine.withdraw(withdrawal(submission, this.#intake));
    this.#write([...run.decide(this.events.length)], []);
  }

  /** Erases those of the given records that are erasable, with their bodies. */
  erase(records: readonly RecordId[]): void {
    const erasable = this.engine.erasable(records);
    if (erasable.length === 0) return;
    const run = this.engine.erase({ basis: 'request', records: erasable });
    this.#write([...run.decide(this.events.length)], []);
    for (const record of erasable) this.bodies.delete(record);
  }

  /** Erases tokens of records by their places; the bodies of these records are there. */
  eraseCarerTokens(places: ReadonlyMap<RecordId, readonly number[]>): void {
    const remaining = new Map<RecordId, PseudonymisedRow>();
    for (const [record, gone] of places) {
      const row = this.bodies.get(record);
      if (row === undefined) throw new Error('tokens are erased of a record without a body');
      remaining.set(record, { ...row, ...tokensWithout(row, gone) });
    }
    const records = [...places].map(([record, erased]) => ({
      ...{ record, entered: this.engine.enteredAt(record) ?? Number.NaN },
      ...{ erased: [...erased], tokens: commitments.tokens },
    }));
    const run = this.engine.eraseCarerTokens({ basis: 'request', records }, remaining);
    this.#write([...run.decide(this.events.length)], []);
    for (const [record, row] of remaining) this.bodies.set(record, row);
  }

  /** Reads the ledger with another strategy, which decides everything again. */
  adopt(strategy: Strategy): void {
    this.options = { ...this.options, strategy };
    this.engine = this.rebuilt();
    const { name, parameters } = strategy;
    const programme = 'test' as DataOf<typeof StrategyAdopted>['programme'];
    const run = this.engine.relink({ programme, strategy: name, parameters, digest: hex(name, 64) });
    this.#write([...run.decide(this.events.length)], []);
  }

  /** Applies a person's decision about two rows. */
  constrain(type: ConstraintDecision['type'], rows: readonly [RowKey, RowKey]): void {
    const run = this.engine.constrain(constraintOf(type, rows));
    this.#write([...run.decide(this.events.length)], []);
  }

  /** Drafts an engine's decision about a submission, without applying it. */
  draft(engine: LinkageEngine, { file, rows, refused }: Received): Draft[] {
    const run = engine.begin(file);
    for (const [number, row] of rows.entries()) {
      if (number % this.chunkRows === 0) run.beginChunk(number / this.chunkRows);
      run.stage(row);
    }
    for (const rowKey of refused) run.refuse(rowKey);
    return [...run.decide(this.events.length)];
  }

  /** An engine that has read the ledger and the bodies, as after a restart. */
  rebuilt(): LinkageEngine {
    const engine = new LinkageEngine(this.options);
    for (const event of this.events) engine.apply(event, this.bodies);
    return engine;
  }

  /** What the ledger says from an event on; the items of a list come one by one. */
  told(from = 0): Told[] {
    return told(this.events.slice(from));
  }

  prepare(spec: SubmissionSpec): Received {
    this.#intake++;
    const { dataset, period = '2023-24-Q1', sequence = 1, extractKind = 'delta', supersedes = [] } = spec;
    const submission = hex(`submission ${dataset} ${period} ${sequence}`, 32) as SubmissionId;
    const file: DataOf<typeof SubmissionReceived> = {
      programme: 'test' as DataOf<typeof SubmissionReceived>['programme'],
      submission,
      intake: this.#intake,
      provider: 'provider' as DataOf<typeof SubmissionReceived>['provider'],
      dataset: dataset as DataOf<typeof SubmissionReceived>['dataset'],
      period: period as PeriodCode,
      sequence,
      extractKind,
      contentHash: hex(submission, 64),
      schemaHash: hex('schema', 64),
      mapping: {},
      counts: {
        read: spec.rows.length,
        accepted: spec.rows.length,
        warned: 0,
        rejected: 0,
        duplicate: 0,
        consentRefused: 0,
      },
      findings: {},
      attestation: { by: 'officer' },
      agreement: 'agreement',
      pseudonymisedAtSource: false,
      supersedes: [...supersedes],
    };
    return {
      file,
      rows: spec.rows
        .filter(({ refuses = false }) => !refuses)
        .map((row, number) => rowOf(dataset, submission, number, row)),
      refused: spec.rows.filter(({ refuses = false }) => refuses).map(({ id }) => rowKeyOf(dataset, id)),
    };
  }

  #write(drafts: readonly Draft[], rows: readonly PseudonymisedRow[]): void {
    for (const { decision, rows: entering } of drafts) {
      const event = eventOf(decision, this.events.length, entering !== null);
      for (const row of entering ?? []) {
        const body = rows[row] as PseudonymisedRow; // staged
        this.bodies.set(body.record, body);
      }
      this.events.push(event);
      this.engine.apply(event);
      this.reader.apply(event);
    }
  }
}

export const withdrawal = (submission: SubmissionId, intake: number) => ({
  programme: 'test' as DataOf<typeof SubmissionReceived>['programme'],
  submission,
  intake,
  reason: 'wrong-quarter',
  by: 'data-team',
});

export const constraintOf = (
  type: ConstraintDecision['type'],
  [one, other]: readonly [RowKey, RowKey],
): ConstraintDecision => ({ type, data: { rows: [one, other], reason: 'seen-together', by: 'data-team' } });

const commitments = {
  body: hex('body', 64),
  tokens: hex('tokens', 64),
} as Commitments;

function eventOf(decision: LedgerDecision, revision: number, entering: boolean): LedgerEvent {
  const { data } =
    entering && decision.type === 'RecordsPlaced'
      ? {
          data: {
            ...decision.data,
            placements: decision.data.placements.map((one) => ({ ...one, commitments })),
          },
        }
      : decision;
  // The data still belongs to the type.
  return {
    ...decision,
    data,
    id: '00000000-0000-8000-8000-000000000000',
    version: 1,
    revision,
    time: '2023-10-09T09:30:00Z',
    cause: 'test',
  } as LedgerEvent;
}

function rowOf(dataset: string, submission: SubmissionId, number: number, row: RowSpec): PseudonymisedRow {
  const dataType = dataset.slice(dataset.indexOf('.') + 1);
  return {
    record: hex(`record ${submission} ${number}`, 32) as RecordId,
    rowKey: rowKeyOf(dataset, row.id),
    role: row.role ?? 'adult',
    tokens: tokensOf(row.tokens),
    // A candidate key's domain has a colon, which the name of a derivation has not.
    derived: (row.derived ?? []).map(([derivation, value]) => ({
      derivation: derivation.replaceAll(':', '-'),
      version: 1,
      domain: derivation,
      tokens: [hex(`token ${derivation} ${value}`, 32) as PseudonymisedRow['tokens'][number]['token']],
    })),
    attributes: row.note === undefined ? {} : { note: row.note },
    facts:
      dataType === 'user'
        ? { kind: 'registration' }
        : { kind: 'engagement', eventDate: '2023-07-04', sessionKind: 'group', attended: true },
    keyVersion: 1,
    salt: hex(`salt ${submission} ${number}`, 32) as PseudonymisedRow['salt'],
  };
}
