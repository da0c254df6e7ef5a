/* eslint-disable @typescript-eslint/unbound-method -- the run's methods use no this */
import type {
  CarerTokensErased,
  DataOf,
  DatasetId,
  IndividualId,
  LedgerEvent,
  PseudonymisedRow,
  RecordErased,
  RecordId,
  RowKey,
  StrategyAdopted,
  SubmissionId,
  SubmissionReceived,
} from '@kinledger/contracts';
import { applyEvent } from './apply-event.js';
import type { Archive } from './archive.js';
import { compareRecords, type Comparison } from './compare-records.js';
import { considerRecord, metByToken, type Considered, type MetByToken } from './consider-record.js';
import { contentHashOf } from './content-hash.js';
import {
  submissionNotDecidable,
  type Bodies,
  type ConstraintDecision,
  type DecisionRun,
  type Draft,
  type LinkageDecider,
  type LinkageEngineOptions,
  type LinkageEngineSize,
  type SubmissionRun,
  type SubmissionStanding,
  type Withdrawal,
} from './decider.js';
import { draftDecisions, type Cause } from './draft-decisions.js';
import { LinkageIndex } from './linkage-index.js';
import { findPersons, type PersonSought, type PersonsFound } from './persons-found.js';
import type { MatchWeights } from './pair-account.js';
import { planDecision, type PlannedDecision } from './plan-decision.js';
import type { LiveChange, StagedChunkStart, StagedRows } from './plan-live-records.js';
import { relateRecords, type PairRelation } from './relate-records.js';
import { submissionOf } from './submission-book.js';
import { Int32Column, NONE, Uint8Column } from './typed-column.js';

const constraintOf = { LinkForbidden: 'never-link', LinkReviewed: 'link', LinkAllowed: null } as const;

const noRows = (): StagedRows => ({
  records: new Int32Column(),
  unchanged: new Uint8Array(),
  refused: new Set(),
  repeated: 0,
  chunks: [],
});

/**
 * The linkage of one programme: the results of `partition` and `familiesOf` for the live records, kept up to date. A
 * decision examines only what its submission can reach, and consists of the differences from the current state
 * (architecture §6).
 */
export class LinkageEngine implements LinkageDecider {
  readonly #index: LinkageIndex;
  /** Counts applied events, to detect a run whose index changed before it decided. */
  #applied = 0;

  constructor(options: LinkageEngineOptions) {
    this.#index = new LinkageIndex(options);
  }

  get size(): LinkageEngineSize {
    const { records, keys, tokens, individuals, bytes } = this.#index;
    return {
      records: records.count,
      rowKeys: keys.count,
      tokens: tokens.count,
      individuals: individuals.count,
      bytes,
    };
  }

  begin(accepted: DataOf<typeof SubmissionReceived> & { readonly upload?: string }): SubmissionRun {
    const { upload: _, ...file } = accepted;
    if (this.#index.submissions.find(file.submission) !== NONE) {
      throw submissionNotDecidable(file.submission, 'decided-already');
    }
    const index = this.#index;
    const submission = submissionOf(file, (service) => index.scopesOfService(service));
    const records = new Int32Column();
    const unchanged = new Uint8Column();
    const refused = new Set<number>();
    const chunks: StagedChunkStart[] = [];
    let repeated = 0;
    const push = (record: number, same: boolean) => {
      records.push(record);
      unchanged.push(same ? 1 : 0);
    };
    const { decide } = this.#run({ kind: 'received', file }, { kind: 'received', submission }, () => ({
      records,
      unchanged: unchanged.view(),
      refused,
      repeated,
      chunks,
    }));
    return {
      get rows() {
        return records.length + repeated;
      },
      beginChunk(number: number) {
        chunks.push({ number, firstRow: records.length });
      },
      stage(row: PseudonymisedRow) {
        const content = contentHashOf(row);
        const live = index.keys.liveRecordOf(row.rowKey);
        // A row equal to the live record of its row key needs no new record.
        const same = live !== NONE && index.records.hasContent(live, content);
        push(same ? live : index.stage(row, submission, content), same);
      },
      stagePartly(row: PseudonymisedRow) {
        push(index.stagePartly(row, submission), false);
      },
      stageUnchanged(id: RecordId) {
        const record = index.records.find(id);
        if (record !== NONE && index.records.isLive(record)) push(record, true);
      },
      stageForgotten(placed: Pick<PseudonymisedRow, 'record' | 'rowKey' | 'role'>) {
        const record = index.stageBodiless(placed, submission);
        index.bodiless.add(record);
        push(record, false);
      },
      countRepeated(rows: number) {
        repeated += rows;
      },
      refuse(rowKey: RowKey) {
        refused.add(index.keys.intern(rowKey));
      },
      decide,
    };
  }

  withdraw(command: Withdrawal): DecisionRun {
    const submission = this.#index.submissions.find(command.submission);
    if (submission === NONE) throw submissionNotDecidable(command.submission, 'unknown');
    if (this.standingOf(command.submission) === 'withdrawn') {
      throw submissionNotDecidable(command.submission, 'withdrawn-already');
    }
    return this.#run({ kind: 'withdrawn', command }, { kind: 'withdrawn', submission }, noRows);
  }

  erasable(records: readonly RecordId[]): RecordId[] {
    const { records: table } = this.#index;
    return [...new Set(records)].filter((id) => {
      const record = table.find(id);
      return record !== NONE && !table.isStaged(record) && !table.isErased(record);
    });
  }

  findPersons(sought: PersonSought): PersonsFound {
    return findPersons(this.#index, sought);
  }

  enteredAt(id: RecordId): number | undefined {
    const { records } = this.#index;
    const record = records.find(id);
    return record === NONE || records.isStaged(record) ? undefined : records.enteredAt(record);
  }

  rowOf(id: RecordId): { readonly rowKey: RowKey; readonly dataset: DatasetId } | undefined {
    const { keys, records, submissions } = this.#index;
    const record = records.find(id);
    if (record === NONE || records.isStaged(record)) return undefined;
    const { dataset } = submissions.get(records.submissionOf(record));
    return { rowKey: keys.idOf(records.keyOf(record)), dataset };
  }

  individualOf(id: RecordId): IndividualId | undefined {
    const { individuals, records } = this.#index;
    const record = records.find(id);
    if (record === NONE || records.outcomeOf(record) !== 'placed') return undefined;
    return individuals.idOf(individuals.resolve(records.individualOf(record)));
  }

  consider(id: RecordId, isShown: (dataset: DatasetId) => boolean): Considered | undefined {
    const record = this.#index.records.find(id);
    return record === NONE || !this.#index.records.isLive(record)
      ? undefined
      : considerRecord(this.#index, record, isShown);
  }

  metByToken(
    id: RecordId,
    isShown: (dataset: DatasetId) => boolean,
    isMeant?: (record: RecordId) => boolean,
  ): MetByToken | undefined {
    const record = this.#index.records.find(id);
    return record === NONE || !this.#index.records.isLive(record)
      ? undefined
      : metByToken(this.#index, record, isShown, isMeant);
  }

  compare(
    subject: RecordId,
    candidate: RecordId,
    isShown: (dataset: DatasetId) => boolean,
  ): Comparison | undefined {
    const { records } = this.#index;
    const [one, other] = [records.find(subject), records.find(candidate)];
    if (one === NONE || other === NONE || !records.isLive(one) || !records.isLive(other)) return undefined;
    return compareRecords(this.#index, one, other, isShown);
  }

  relate(
    first: RecordId,
    second: RecordId,
    isShown: (dataset: DatasetId) => boolean,
  ): PairRelation | undefined {
    const { records, submissions } = this.#index;
    const [one, other] = [records.find(first), records.find(second)];
    const isShownPerson = (record: number) =>
      record !== NONE &&
      records.isLive(record) &&
      records.isPerson(record) &&
      isShown(submissions.get(records.submissionOf(record)).dataset);
    return isShownPerson(one) && isShownPerson(other)
      ? relateRecords(this.#index, one, other, isShown)
      : undefined;
  }

  weighLevels(levels: Readonly<Record<string, string>>, score: number): MatchWeights | undefined {
    return this.#index.strategy.pairs?.account?.weighLevels(levels, score);
  }

  erase(erasure: DataOf<typeof RecordErased>): DecisionRun {
    const records = erasure.records.map((id) => this.#index.records.find(id));
    return this.#run({ kind: 'erased', erasure }, { kind: 'erased', records }, noRows);
  }

  eraseCarerTokens(erasure: DataOf<typeof CarerTokensErased>, remaining: Bodies): DecisionRun {
    const ids = erasure.records.map(({ record }) => record);
    const occurrences = this.#index.noteRemaining(ids, remaining);
    const records = ids.map((id) => this.#index.records.find(id));
    return this.#run(
      { kind: 'carers-erased', erasure },
      { kind: 'carers-erased', records, occurrences },
      noRows,
    );
  }

  constrain(decision: ConstraintDecision): DecisionRun {
    const [one, other] = decision.data.rows;
    const { keys } = this.#index;
    const change = {
      keys: [keys.intern(one), keys.intern(other)] as const,
      constraint: constraintOf[decision.type],
    };
    return this.#run({ kind: 'constrained', decision }, { kind: 'constrained', change }, noRows);
  }

  relink(adopted: DataOf<typeof StrategyAdopted>): DecisionRun {
    return this.#run({ kind: 'relinked', adopted }, { kind: 'relinked' }, noRows);
  }

  get bodyMissingAt(): number | undefined {
    const [oldest] = this.#index.bodiless;
    return oldest === undefined ? undefined : this.#index.records.enteredAt(oldest);
  }

  get holdsErased(): boolean {
    return this.#index.holdsErased;
  }

  async passThrough(archive: Archive): Promise<void> {
    const { records } = this.#index;
    if (records.endOfLedger < records.count) throw new Error('rows are staged that no decision has placed');
    await this.#index.passThrough(archive);
  }

  standingOf(submission: SubmissionId): SubmissionStanding {
    return this.#index.submissions.standingOf(submission);
  }

  apply(event: LedgerEvent, bodies?: Bodies): void {
    this.#applied++;
    applyEvent(this.#index, event, bodies);
  }

  #run(cause: Cause, change: LiveChange, rows: () => StagedRows): DecisionRun {
    const index = this.#index;
    const began = this.#applied;
    const requireCurrent = () => {
      if (this.#applied !== began) throw new Error('events were applied between staging and deciding');
    };
    let plan: PlannedDecision | null = null;
    return {
      *decide(nextRevision: number): Generator<Draft, void, undefined> {
        if (plan === null) {
          requireCurrent();
          plan = planDecision(index, change, rows());
        }
        yield* draftDecisions(index, cause, plan, nextRevision);
      },
    };
  }
}
