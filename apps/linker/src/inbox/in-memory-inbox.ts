import {
  FileAccepted,
  read,
  RowPseudonymised,
  UnparkSubmission,
  WithdrawSubmission,
  type SubmissionId,
} from '@kinledger/contracts';
import type { StagedChunk } from '@kinledger/decisions';
import type {
  Inbox,
  InboxCounts,
  IncomingChunk,
  IncomingIntake,
  IncomingUnprocessable,
  Intake,
  IntakeState,
  RefusedCommand,
  StagingResult,
  SubmissionProgress,
} from './inbox.js';

interface Held extends IncomingIntake {
  state: IntakeState;
  reason?: string;
  answered?: boolean;
}

/** An inbox that lasts as long as its process: for decisions that are made without a database. */
export class InMemoryInbox implements Inbox {
  private readonly intakes = new Map<string, Held>();
  private readonly chunks = new Map<SubmissionId, Map<number, IncomingChunk>>();
  private readonly unprocessable = new Map<string, string>();

  async stageIntakes(intakes: readonly IncomingIntake[]): Promise<StagingResult> {
    const conflicting: string[] = [];
    let staged = 0;
    for (const item of intakes) {
      const key = keyOf(item.programme, item.intake);
      const held = this.intakes.get(key);
      const other = held ?? (item.kind === 'file' ? this.fileOf(item.submission) : undefined);
      if (other === undefined) {
        this.intakes.set(key, { ...item, state: 'waiting' });
        staged += 1;
      } else if (held?.cause !== item.cause) {
        conflicting.push(`intake ${item.intake}`);
      }
    }
    return { staged, conflicting };
  }

  async stageChunks(chunks: readonly IncomingChunk[]): Promise<StagingResult> {
    const conflicting: string[] = [];
    let staged = 0;
    for (const item of chunks) {
      if (this.fileOf(item.submission)?.state === 'decided') continue;
      const held = this.chunks.get(item.submission) ?? new Map<number, IncomingChunk>();
      this.chunks.set(item.submission, held);
      const there = held.get(item.chunk);
      if (there === undefined) {
        held.set(item.chunk, item);
        staged += 1;
      } else if (Buffer.compare(there.body, item.body) !== 0) {
        conflicting.push(`chunk ${item.chunk} of ${item.submission}`);
      }
    }
    return { staged, conflicting };
  }

  async stageUnprocessable(submissions: readonly IncomingUnprocessable[]): Promise<void> {
    for (const { submission, intake, reason } of submissions) {
      const key = keyOf(submission, intake);
      if (!this.unprocessable.has(key)) this.unprocessable.set(key, reason);
    }
  }

  async intake(programme: string, intake: number): Promise<Intake | undefined> {
    const held = this.intakes.get(keyOf(programme, intake));
    if (held === undefined) return undefined;
    const { cause, time, state, version } = held;
    const data: unknown = JSON.parse(Buffer.from(held.body).toString('utf8'));
    switch (held.kind) {
      case 'file':
        return { kind: 'file', intake, cause, time, state, data: read(FileAccepted, version, data) };
      case 'withdrawal':
        return {
          kind: 'withdrawal',
          intake,
          cause,
          time,
          state,
          data: read(WithdrawSubmission, version, data),
        };
      case 'unparking': {
        const { unparkedBy: _, ...file } = read(UnparkSubmission, version, data);
        return { kind: 'unparking', intake, cause, time, state, data: file };
      }
    }
  }

  async progressOf(submission: SubmissionId, intake: number): Promise<SubmissionProgress> {
    const unprocessable = this.unprocessable.get(keyOf(submission, intake));
    const chunks = this.inOrder(submission);
    const end = chunks.findIndex(({ last }) => last);
    const counted = chunks.slice(0, end + 1);
    const whole = end !== -1 && counted.every(({ chunk }, index) => chunk === index);
    const rows = counted.reduce((sum, chunk) => sum + chunk.rows.length, 0);
    return { complete: whole ? { chunks: counted.length, rows } : undefined, unprocessable };
  }

  async *chunksOf(submission: SubmissionId): AsyncGenerator<StagedChunk, void, undefined> {
    for (const { chunk, last, version, body } of this.inOrder(submission)) {
      const data: unknown = JSON.parse(Buffer.from(body).toString('utf8'));
      const { rows, refused } = read(RowPseudonymised, version, data);
      yield { chunk, rows, refused };
      if (last) return;
    }
  }

  async settle(programme: string, intake: number, outcome: 'linked' | 'withdrawn' | 'parked'): Promise<void> {
    const held = this.intakes.get(keyOf(programme, intake));
    if (held === undefined) return;
    held.state = outcome === 'parked' ? 'parked' : 'decided';
    if (outcome === 'parked') return;
    for (const other of this.intakes.values()) {
      const ends = other.kind === 'file' || other.state === 'parked';
      if (other.submission === held.submission && ends) other.state = 'decided';
    }
    this.chunks.delete(held.submission);
  }

  async refuse(programme: string, intake: number, reason: string): Promise<void> {
    const held = this.intakes.get(keyOf(programme, intake));
    if (held?.state === 'waiting') Object.assign(held, { state: 'refused', reason, answered: false });
  }

  async unansweredRefusals(programme: string): Promise<readonly RefusedCommand[]> {
    return [...this.intakes.values()]
      .filter((held) => held.programme === programme && held.answered === false)
      .sort((a, b) => a.intake - b.intake)
      .flatMap(({ kind, intake, cause, time, reason = '' }) =>
        kind === 'file' ? [] : [{ kind, intake, commandId: cause, time, reason }],
      );
  }

  async markAnswered(programme: string, intakes: readonly number[]): Promise<void> {
    for (const intake of intakes) {
      const held = this.intakes.get(keyOf(programme, intake));
      if (held?.state === 'refused') held.answered = true;
    }
  }

  async sweep(): Promise<number> {
    let swept = 0;
    for (const [submission, chunks] of this.chunks) {
      if (this.fileOf(submission)?.state !== 'decided') continue;
      swept += chunks.size;
      this.chunks.delete(submission);
    }
    return swept;
  }

  async counts(programme: string): Promise<InboxCounts> {
    const states = [...this.intakes.values()].filter((held) => held.programme === programme);
    const inState = (state: IntakeState) => states.filter((held) => held.state === state).length;
    const parked = new Set(
      states.filter(({ state }) => state === 'parked').map(({ submission }) => submission),
    );
    const chunks = [...this.chunks.values()].reduce((sum, held) => sum + held.size, 0);
    return { waiting: inState('waiting'), parked: parked.size, refused: inState('refused'), chunks };
  }

  private fileOf(submission: SubmissionId): Held | undefined {
    return this.intakes.values().find((held) => held.kind === 'file' && held.submission === submission);
  }

  private inOrder(submission: SubmissionId): readonly IncomingChunk[] {
    return [...(this.chunks.get(submission)?.values() ?? [])].sort((a, b) => a.chunk - b.chunk);
  }
}

const keyOf = (programme: string, intake: number): string => `${programme} ${intake}`;
