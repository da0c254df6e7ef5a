import type {
  CommandData,
  CommandId,
  CommandKind,
  DataOf,
  FileAccepted,
  RowChunk,
  SubmissionId,
} from '@kinledger/contracts';
import type { StagedRows, SubmissionProgress } from '@kinledger/decisions';

/** An intake number: that of an accepted file, or one that is used up without a file. */
export type Intake = FileIntake | UsedUpPlace;

export interface FileIntake {
  readonly kind: 'file';
  readonly intake: number;
  /** ce_id of the message. */
  readonly cause: string;
  /** ce_time of the message, character for character. */
  readonly time: string;
  readonly state: IntakeState;
  readonly data: DataOf<typeof FileAccepted>;
  /** The trace of the file, if it has one. */
  readonly traceparent: string | undefined;
}

/** The intake number of a command that was refused or executed. */
export interface UsedUpPlace {
  readonly kind: 'used-up';
  readonly intake: number;
}

/** waiting: not decided yet. decided: in the ledger. parked: the ledger says that it cannot be processed. */
export type IntakeState = 'waiting' | 'decided' | 'parked';

/** A staged message: its bytes as received, and the fields needed without parsing them. */
export interface IncomingIntake {
  readonly programme: string;
  readonly intake: number;
  readonly submission: SubmissionId;
  readonly cause: string;
  readonly time: string;
  readonly version: number;
  readonly body: Uint8Array;
  /** Well-formed. */
  readonly traceparent: string | undefined;
}

export interface IncomingChunk {
  readonly submission: SubmissionId;
  readonly chunk: number;
  readonly last: boolean;
  /** Number of rows. */
  readonly rows: number;
  /** Version of the token keys of its rows; undefined if it has none. */
  readonly keyVersion: number | undefined;
  /** A row chunk that was already decoded, and so is valid. Immutable: it may be kept without a copy. */
  readonly body: Uint8Array;
}

/** Rows as they are staged. */
export interface StagedChunk {
  readonly submission: SubmissionId;
  readonly chunk: number;
  readonly keyVersion: number;
  readonly body: Uint8Array;
}

export interface IncomingUnprocessable {
  readonly submission: SubmissionId;
  /** The intake number at which processing was tried. */
  readonly intake: number;
  readonly reason: string;
}

export interface StagingResult {
  readonly staged: number;
  /** Names of messages that claim a place already taken by a different message; the first one stays. */
  readonly conflicting: readonly string[];
}

/** What has a trace of its own: a command, or the file of a submission. */
export type TracedCause = { readonly command: CommandId } | { readonly submission: SubmissionId };

/** A command to stage. */
export interface IncomingCommand {
  readonly programme: string;
  readonly id: CommandId;
  readonly kind: CommandKind;
  readonly after: number;
  /** Its intake number, if it takes one. */
  readonly intake: number | undefined;
  readonly version: number;
  readonly body: Uint8Array;
  /** Well-formed. */
  readonly traceparent: string | undefined;
}

/** The outcome of a command. */
export type CommandAnswer =
  | { readonly outcome: 'accepted'; readonly position: number }
  | {
      readonly outcome: 'refused';
      readonly reason: string;
      /** What the reason counts, if it counts anything. */
      readonly count?: number;
    };

/** A decided command whose reply is due. */
export interface AnsweredCommand {
  readonly command: CommandData;
  readonly answer: CommandAnswer;
}

export interface InboxCounts {
  /** Number of files that wait. */
  readonly waiting: number;
  /** Number of commands that wait to be decided. */
  readonly commands: number;
  /** Number of parked submissions. */
  readonly parked: number;
  /** Number of refused commands. */
  readonly refused: number;
  readonly chunks: number;
}

/**
 * Stores messages durably until they are decided. Staging is idempotent; chunks of a decided submission are not staged.
 * Every adapter passes the suite in `contract/`.
 */
export interface Inbox extends StagedRows {
  chunksOf(submission: SubmissionId): AsyncIterable<RowChunk>;

  stageIntakes(intakes: readonly IncomingIntake[]): Promise<StagingResult>;
  stageChunks(chunks: readonly IncomingChunk[]): Promise<StagingResult>;
  /** The key versions of a submission's staged rows, in ascending order. */
  keyVersionsOf(submission: SubmissionId): Promise<readonly number[]>;
  /** Staged chunks whose rows have an older key, whatever their submission waits for. */
  chunksBefore(keyVersion: number, limit: number): Promise<readonly StagedChunk[]>;
  /** Replaces chunks by the same rows under a newer key. Those that are settled or replaced meanwhile stay as they are. */
  replaceChunks(chunks: readonly StagedChunk[]): Promise<void>;

  stageUnprocessable(submissions: readonly IncomingUnprocessable[]): Promise<void>;

  intake(programme: string, intake: number): Promise<Intake | undefined>;
  /** @param intake the number at which the submission may have been reported as unprocessable. */
  progressOf(submission: SubmissionId, intake: number): Promise<SubmissionProgress>;

  /**
   * Records a submission's outcome from the ledger, and deletes chunks that are no longer needed: those of a linked or
   * withdrawn submission. A parked one keeps its chunks; once linked or withdrawn, it is no longer parked. Idempotent.
   */
  settle(submission: SubmissionId, outcome: 'linked' | 'withdrawn' | 'parked'): Promise<void>;

  /** Stages commands in order of arrival; each id once. */
  stageCommands(commands: readonly IncomingCommand[]): Promise<StagingResult>;
  /** Undecided commands whose turn has come once this intake number is decided, in order of arrival. */
  waitingCommands(programme: string, place: number): Promise<readonly CommandData[]>;
  /**
   * Records the outcome of a waiting command, so that its reply is due, and removes everything from the command that names
   * a person. The first outcome stands. Staging the same command again changes nothing.
   */
  answer(programme: string, id: CommandId, answer: CommandAnswer): Promise<void>;
  /** The highest ledger position of an executed command; -1 if there is none. */
  lastPosition(programme: string): Promise<number>;
  unanswered(programme: string): Promise<readonly AnsweredCommand[]>;
  markAnswered(programme: string, ids: readonly CommandId[]): Promise<void>;

  /** The trace in which a file was submitted, or a command ordered, if it has one. */
  traceOf(programme: string, what: TracedCause): Promise<string | undefined>;

  /** Deletes chunks that arrived while their submission was being settled. Returns their number. */
  sweep(): Promise<number>;
  counts(programme: string): Promise<InboxCounts>;
  /** Time of the message (ISO 8601) of the oldest file that waits; undefined if none does. */
  oldestWaiting(programme: string): Promise<string | undefined>;
}
