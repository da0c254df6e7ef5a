import {
  RowChunk,
  Command,
  FileAccepted,
  keptOf,
  read,
  type CommandData,
  type CommandId,
  type SubmissionId,
} from '@kinledger/contracts';
import type { SubmissionProgress } from '@kinledger/decisions';
import type {
  AnsweredCommand,
  CommandAnswer,
  Inbox,
  InboxCounts,
  IncomingChunk,
  IncomingCommand,
  IncomingIntake,
  IncomingUnprocessable,
  Intake,
  IntakeState,
  StagedChunk,
  StagingResult,
  TracedCause,
} from './inbox.js';

interface Held extends IncomingIntake {
  state: IntakeState;
}

interface HeldCommand {
  readonly incoming: IncomingCommand;
  readonly command: CommandData;
  answer?: CommandAnswer;
  answered?: boolean;
  /** Whether what named a person was taken out of it. */
  readonly forgotten?: boolean;
}

/** An inbox in memory only, for decisions without a database. */
export class InMemoryInbox implements Inbox {
  readonly #intakes = new Map<string, Held>();
  readonly #chunks = new Map<SubmissionId, Map<number, IncomingChunk>>();
  readonly #commands = new Map<string, HeldCommand>();
  readonly #unprocessable = new Map<string, string>();

  async stageIntakes(intakes: readonly IncomingIntake[]): Promise<StagingResult> {
    const conflicting: string[] = [];
    let staged = 0;
    for (const item of intakes) {
      const key = keyOf(item.programme, item.intake);
      const held = this.#intakes.get(key);
      const other = held ?? this.#fileOf(item.submission);
      if (other === undefined) {
        this.#intakes.set(key, { ...item, state: 'waiting' });
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
      if (this.#fileOf(item.submission)?.state === 'decided') continue;
      const held = this.#chunks.get(item.submission) ?? new Map<number, IncomingChunk>();
      this.#chunks.set(item.submission, held);
      const there = held.get(item.chunk);
      if (there === undefined) {
        held.set(item.chunk, item);
        staged += 1;
      } else if (!isOlder(item, there) && Buffer.compare(there.body, item.body) !== 0) {
        conflicting.push(`chunk ${item.chunk} of ${item.submission}`);
      }
    }
    return { staged, conflicting };
  }

  async keyVersionsOf(submission: SubmissionId): Promise<readonly number[]> {
    const versions = this.#inOrder(submission).flatMap(({ keyVersion }) => keyVersion ?? []);
    return [...new Set(versions)].sort((one, other) => one - other);
  }

  async chunksBefore(keyVersion: number, limit: number): Promise<readonly StagedChunk[]> {
    return [...this.#chunks.values()]
      .flatMap((chunks) => [...chunks.values()])
      .flatMap(({ submission, chunk, keyVersion: its, body }) =>
        its !== undefined && its < keyVersion ? [{ submission, chunk, keyVersion: its, body }] : [],
      )
      .slice(0, limit);
  }

  async replaceChunks(chunks: readonly StagedChunk[]): Promise<void> {
    for (const { submission, chunk, keyVersion, body } of chunks) {
      const held = this.#chunks.get(submission);
      const there = held?.get(chunk);
      if (there?.keyVersion === undefined || there.keyVersion >= keyVersion) continue;
      held?.set(chunk, { ...there, keyVersion, body });
    }
  }

  async stageUnprocessable(submissions: readonly IncomingUnprocessable[]): Promise<void> {
    for (const { submission, intake, reason } of submissions) {
      if (this.#fileOf(submission)?.state === 'decided') continue;
      const key = keyOf(submission, intake);
      if (!this.#unprocessable.has(key)) this.#unprocessable.set(key, reason);
    }
  }

  async intake(programme: string, intake: number): Promise<Intake | undefined> {
    const held = this.#intakes.get(keyOf(programme, intake));
    if (held === undefined) {
      const taken = this.#commands
        .values()
        .some(({ incoming, answer }) => incoming.intake === intake && answer !== undefined);
      return taken ? { kind: 'used-up', intake } : undefined;
    }
    const { cause, time, state, version, traceparent } = held;
    const data: unknown = JSON.parse(Buffer.from(held.body).toString('utf8'));
    return { kind: 'file', intake, cause, time, state, data: read(FileAccepted, version, data), traceparent };
  }

  async progressOf(submission: SubmissionId, intake: number): Promise<SubmissionProgress> {
    const unprocessable = this.#unprocessable.get(keyOf(submission, intake));
    const chunks = this.#inOrder(submission);
    const end = chunks.findIndex(({ last }) => last);
    const counted = chunks.slice(0, end + 1);
    const whole = end !== -1 && counted.every(({ chunk }, index) => chunk === index);
    const rows = counted.reduce((sum, chunk) => sum + chunk.rows, 0);
    return { complete: whole ? { chunks: counted.length, rows } : undefined, unprocessable };
  }

  async *chunksOf(submission: SubmissionId): AsyncGenerator<RowChunk, void, undefined> {
    for (const chunk of this.#inOrder(submission)) {
      yield new RowChunk(chunk.body);
      if (chunk.last) return;
    }
  }

  async settle(submission: SubmissionId, outcome: 'linked' | 'withdrawn' | 'parked'): Promise<void> {
    const held = this.#fileOf(submission);
    if (held === undefined) return;
    held.state = outcome === 'parked' ? 'parked' : 'decided';
    if (outcome !== 'parked') this.#chunks.delete(submission);
  }

  async stageCommands(commands: readonly IncomingCommand[]): Promise<StagingResult> {
    const conflicting: string[] = [];
    let staged = 0;
    for (const incoming of commands) {
      const key = `${incoming.programme} ${incoming.id}`;
      const there = this.#commands.get(key);
      if (there === undefined) {
        const data: unknown = JSON.parse(Buffer.from(incoming.body).toString('utf8'));
        this.#commands.set(key, { incoming, command: read(Command, incoming.version, data) });
        staged += 1;
      } else if (there.forgotten !== true && Buffer.compare(there.incoming.body, incoming.body) !== 0) {
        conflicting.push(`command ${incoming.id}`);
      }
    }
    return { staged, conflicting };
  }

  async waitingCommands(programme: string, place: number): Promise<readonly CommandData[]> {
    return this.#commandsOf(programme)
      .filter(({ command, answer }) => answer === undefined && command.after <= place)
      .map(({ command }) => command);
  }

  async answer(programme: string, id: CommandId, answer: CommandAnswer): Promise<void> {
    const held = this.#commands.get(`${programme} ${id}`);
    if (held === undefined || held.answer !== undefined) return;
    Object.assign(held, { answer, answered: false });
    const kept = keptOf(held.command);
    if (kept === held.command) return;
    const body = Buffer.from(JSON.stringify(kept), 'utf8');
    Object.assign(held, { command: kept, incoming: { ...held.incoming, body }, forgotten: true });
  }

  async lastPosition(programme: string): Promise<number> {
    return Math.max(
      -1,
      ...this.#commandsOf(programme).flatMap(({ answer }) =>
        answer?.outcome === 'accepted' ? [answer.position] : [],
      ),
    );
  }

  async unanswered(programme: string): Promise<readonly AnsweredCommand[]> {
    return this.#commandsOf(programme).flatMap(({ command, answer, answered }) =>
      answer === undefined || answered === true ? [] : [{ command, answer }],
    );
  }

  async markAnswered(programme: string, ids: readonly CommandId[]): Promise<void> {
    for (const id of ids) {
      const held = this.#commands.get(`${programme} ${id}`);
      if (held?.answer !== undefined) held.answered = true;
    }
  }

  async traceOf(programme: string, what: TracedCause): Promise<string | undefined> {
    if ('command' in what) return this.#commands.get(`${programme} ${what.command}`)?.incoming.traceparent;
    return this.#fileOf(what.submission)?.traceparent;
  }

  async sweep(): Promise<number> {
    let swept = 0;
    for (const [submission, chunks] of this.#chunks) {
      if (this.#fileOf(submission)?.state !== 'decided') continue;
      swept += chunks.size;
      this.#chunks.delete(submission);
    }
    return swept;
  }

  async counts(programme: string): Promise<InboxCounts> {
    const states = [...this.#intakes.values()].filter((held) => held.programme === programme);
    const inState = (state: IntakeState) => states.filter((held) => held.state === state).length;
    const parked = new Set(
      states.filter(({ state }) => state === 'parked').map(({ submission }) => submission),
    );
    const chunks = [...this.#chunks.values()].reduce((sum, held) => sum + held.size, 0);
    const commands = this.#commandsOf(programme);
    return {
      waiting: inState('waiting'),
      commands: commands.filter(({ answer }) => answer === undefined).length,
      parked: parked.size,
      refused: commands.filter(({ answer }) => answer?.outcome === 'refused').length,
      chunks,
    };
  }

  async oldestWaiting(programme: string): Promise<string | undefined> {
    const waiting = [...this.#intakes.values()].filter(
      (held) => held.programme === programme && held.state === 'waiting',
    );
    return waiting.toSorted((one, other) => one.intake - other.intake)[0]?.time;
  }

  #fileOf(submission: SubmissionId): Held | undefined {
    return this.#intakes.values().find((held) => held.submission === submission);
  }

  #commandsOf(programme: string): readonly HeldCommand[] {
    return [...this.#commands.values()].filter(({ incoming }) => incoming.programme === programme);
  }

  #inOrder(submission: SubmissionId): readonly IncomingChunk[] {
    return [...(this.#chunks.get(submission)?.values() ?? [])].sort((a, b) => a.chunk - b.chunk);
  }
}

/** Whether a message that comes again has rows under an older key than those that are staged. */
const isOlder = (item: IncomingChunk, there: IncomingChunk): boolean =>
  item.keyVersion !== undefined && there.keyVersion !== undefined && item.keyVersion < there.keyVersion;

const keyOf = (programme: string, intake: number): string => `${programme} ${intake}`;
