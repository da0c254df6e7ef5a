import {
  readLedgerEvent,
  type DataOf,
  type FiguresComputed,
  type LedgerDecision,
  type PseudonymisedRow,
  type RecordId,
  type Role,
  type RowKey,
  type SubmissionId,
} from '@kinledger/contracts';
import {
  canonicalBytes,
  commitmentsOf,
  leap1,
  sha256Hex,
  LinkageEngine,
  type ConstraintDecision,
  type Draft,
  type Strategy,
} from '@kinledger/domain';
import { bodiesIn } from '@kinledger/event-store';
import { idOf, received, SmallLedger, STREAM } from './small-ledger.testing.js';

/** A row of a file in a test, with names in place of ids and tokens. */
export interface DecidedRow {
  readonly id: string;
  readonly role: Role;
  readonly email?: string;
  /** A child's identifier, in place of an email. */
  readonly childKey?: string;
  readonly nhsNumber?: string;
  readonly caseNumber?: string;
  readonly carerEmail?: string;
  readonly born?: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly asOf: string;
  /** Whether the row of a user file has no registration date; `asOf` is then ignored. */
  readonly undated?: boolean;
  readonly attended: boolean;
}

export interface DecidedFile {
  readonly dataset: string;
  readonly period: string;
  readonly sequence: number;
  readonly supersedes: readonly SubmissionId[];
  readonly rows: readonly DecidedRow[];
}

/** A ledger decided by the linkage engine, as the linker writes it. */
export class DecidedLedger extends SmallLedger {
  readonly files = new Map<SubmissionId, DecidedFile>();
  engine: LinkageEngine;
  #intake = 0;
  #next = 2; // after the definition and the strategy
  readonly #withoutCarers = new Set<RecordId>();

  /** @param strategy by which it is decided; `leap-1` if it is left out. */
  constructor(strategy: Strategy = leap1({ name: 'leap-1', ...limits })) {
    super();
    this.engine = engineOf(strategy);
  }

  async submit(file: DecidedFile): Promise<SubmissionId> {
    const submission: SubmissionId = idOf(submissionName(file));
    const opening = received(submissionName(file), file.dataset, ++this.#intake, file.period);
    if (opening.type !== 'SubmissionReceived') throw new Error('the event that opens a submission');
    const data = {
      ...opening.data,
      sequence: file.sequence,
      supersedes: [...file.supersedes],
      extractKind: file.dataset.startsWith('breastfeeding') ? ('cumulative' as const) : ('delta' as const),
    };
    const rows = file.rows.map((row, number) => pseudonymised(file, row, number));
    const run = this.engine.begin(data);
    for (const [number, row] of rows.entries()) {
      // Chunks of two rows: a file has several events.
      if (number % 2 === 0) run.beginChunk(number / 2);
      run.stage(row);
    }
    await this.#write([...run.decide(this.#next)], rows);
    this.files.set(submission, file);
    return submission;
  }

  async withdraw(submission: SubmissionId): Promise<void> {
    const command = {
      programme: 'leap' as never,
      submission,
      intake: ++this.#intake,
      reason: 'test',
      by: 'test',
    };
    await this.#write([...this.engine.withdraw(command).decide(this.#next)], []);
  }

  /** Erases all rows of submitted files, and their bodies. */
  async eraseRowsOf(...submissions: readonly SubmissionId[]): Promise<void> {
    const records = submissions.flatMap((submission) => {
      const file = this.files.get(submission);
      return file === undefined ? [] : file.rows.map((_, number) => recordOf(file, number));
    });
    await this.#write([...this.engine.erase({ basis: 'test', records }).decide(this.#next)], []);
    this.forget(records);
  }

  /** Has everything decided anew by another strategy, which reads the ledger first. */
  async adopt(strategy: Strategy): Promise<void> {
    const engine = engineOf(strategy);
    const head = await this.store.head(STREAM);
    const bodies = bodiesIn(await this.store.readSegments(STREAM, 0, head));
    for (let from = 0; from <= head;) {
      const page = await this.store.readPage(STREAM, from, 1000);
      for (const { bytes } of page) engine.apply(readLedgerEvent(bytes), bodies);
      from += page.length;
    }
    this.engine = engine;
    const { name, parameters } = strategy;
    const digest = sha256Hex(name);
    const adopted = { programme: 'leap' as never, strategy: name, parameters, digest };
    await this.#write([...engine.relink(adopted).decide(this.#next)], []);
  }

  /** Erases a record that is not erased yet; does nothing where there is none. */
  async eraseRecord(pick: number): Promise<void> {
    const records = this.engine.erasable([...this.files.values()].flatMap(recordsOf));
    const record = records[pick % Math.max(1, records.length)];
    if (record === undefined) return;
    await this.#write([...this.engine.erase({ basis: 'test', records: [record] }).decide(this.#next)], []);
    this.forget([record]);
  }

  /** Erases the carer tokens of a child's record that still has some; does nothing where there is none. */
  async eraseCarersOf(pick: number): Promise<void> {
    const children = [...this.files.values()]
      .flatMap((file) => file.rows.map((row, number) => pseudonymised(file, row, number)))
      .filter(({ tokens }) => tokens.some(({ use }) => use === 'carer'))
      .filter(({ record }) => this.engine.erasable([record]).length > 0 && !this.#withoutCarers.has(record));
    const row = children[pick % Math.max(1, children.length)];
    if (row === undefined) return;
    this.#withoutCarers.add(row.record);
    const entered = this.engine.enteredAt(row.record) ?? Number.NaN;
    const remaining = { ...row, tokens: row.tokens.filter(({ use }) => use !== 'carer') };
    const erased = row.tokens.flatMap(({ use }, place) => (use === 'carer' ? [place] : []));
    const { tokens } = commitmentsOf(remaining);
    const data = { basis: 'test', records: [{ record: row.record, entered, erased, tokens }] };
    const run = this.engine.eraseCarerTokens(data, new Map([[row.record, remaining]]));
    await this.#write([...run.decide(this.#next)], []);
    this.forgetTokens([
      {
        record: row.record,
        revision: entered,
        cuts: [{ places: erased, tokens, keyVersion: row.keyVersion }],
      },
    ]);
  }

  /** Records what a person decided about two rows. */
  async review(type: ConstraintDecision['type'], picks: readonly [number, number]): Promise<void> {
    const keys = [
      ...new Set(
        [...this.files.values()].flatMap((file) =>
          file.rows.map((row, number) => pseudonymised(file, row, number).rowKey),
        ),
      ),
    ].sort();
    const [one, other] = picks.map((pick) => keys[pick % Math.max(1, keys.length)]);
    if (one === undefined || other === undefined || one === other) return;
    await this.constrain(type, [one, other]);
  }

  /** Records what a person decided about two rows, by their keys. */
  async constrain(type: ConstraintDecision['type'], rows: [RowKey, RowKey]): Promise<void> {
    const data = { rows, reason: 'test', by: 'test' };
    await this.#write([...this.engine.constrain({ type, data }).decide(this.#next)], []);
  }

  /** Records what a person decided about the rows of two records. */
  async decide(type: ConstraintDecision['type'], one: string, other: string): Promise<void> {
    const rows = [one, other].map((record) => this.engine.rowOf(record as RecordId)?.rowKey);
    const [first, second] = rows;
    if (first === undefined || second === undefined) throw new Error('the ledger has no such record');
    await this.constrain(type, [first, second]);
  }

  /** Appends decisions of which linkage knows nothing. */
  async note(...decisions: readonly LedgerDecision[]): Promise<number> {
    await this.append(decisions);
    for (const [index, decision] of decisions.entries()) {
      const revision = this.#next + index;
      this.engine.apply({ ...decision, id: '', version: 1, revision, time: '', cause: '' });
    }
    this.#next += decisions.length;
    return this.#next - 1;
  }

  /** Appends what the linker records of the figures of a closed quarter. */
  async publishFigures(computed: DataOf<typeof FiguresComputed>): Promise<number> {
    const { programme, period, closing, published, commitment } = computed;
    const bytes = canonicalBytes(published);
    const digest = sha256Hex(bytes);
    const data = { programme, period, closing, published: digest, commitment };
    await this.append([{ type: 'FiguresPublished', data }], [], [{ digest, bytes }]);
    this.#next += 1;
    return this.#next - 1;
  }

  async #write(drafts: readonly Draft[], rows: readonly PseudonymisedRow[]): Promise<void> {
    const decisions = drafts.map(({ decision, rows: entering }): LedgerDecision => {
      if (entering === null || decision.type !== 'RecordsPlaced') return decision;
      const placements = decision.data.placements.map((placement, ordinal) => {
        const body = rows[entering[ordinal] ?? Number.NaN];
        return body === undefined ? placement : { ...placement, commitments: commitmentsOf(body) };
      });
      return { ...decision, data: { ...decision.data, placements } };
    });
    await this.append(decisions, rows);
    for (const [index, decision] of decisions.entries()) {
      const revision = this.#next + index;
      this.engine.apply({ ...decision, id: '', version: 1, revision, time: '', cause: '' });
    }
    this.#next += decisions.length;
  }
}

/** Low, so that few rows cross them. */
export const limits = {
  maxBirthDatesPerToken: 2,
  maxCasesPerToken: 3,
  maxHoldersPerToken: 20,
  maxChildrenPerCarerToken: 3,
};

const engineOf = (strategy: Strategy) => new LinkageEngine({ strategy, familyScopes: [] });

const recordsOf = (file: DecidedFile): RecordId[] => file.rows.map((_, number) => recordOf(file, number));

export const submissionName = ({ dataset, period, sequence }: DecidedFile): string =>
  `${dataset} ${period} ${sequence}`;

const recordOf = (file: DecidedFile, number: number): RecordId => idOf(`${submissionName(file)} ${number}`);

export const rowKeyOf = (dataset: string, { id }: DecidedRow): string => idOf(`${dataset} ${id}`);

function pseudonymised(file: DecidedFile, row: DecidedRow, number: number): PseudonymisedRow {
  const token = (domain: string, use: string, value: string | undefined) =>
    value === undefined ? [] : [{ domain, use, token: idOf(`${domain} ${value}`) }];
  const child = row.role === 'child';
  return {
    record: recordOf(file, number),
    rowKey: rowKeyOf(file.dataset, row) as never,
    role: row.role,
    tokens: [
      ...token('nhs-number', 'identity', row.nhsNumber),
      ...token('child-key', 'identity', child ? row.childKey : undefined),
      ...token('email', 'identity', child ? undefined : row.email),
      ...token('email', 'carer', child ? row.carerEmail : undefined),
      ...token('birth-date', 'guard', row.born),
      ...token('case-number:provider', 'local', row.caseNumber),
    ] as PseudonymisedRow['tokens'],
    derived: [],
    attributes: row.attributes,
    facts: file.dataset.endsWith('.user')
      ? { kind: 'registration', ...(row.undated === true ? {} : { registeredOn: row.asOf }) }
      : { kind: 'engagement', eventDate: row.asOf, sessionKind: 'group-session', attended: row.attended },
    keyVersion: 1,
    salt: idOf(`salt ${submissionName(file)} ${number}`),
  };
}
