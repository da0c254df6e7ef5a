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

/** A place in the order of intake: an accepted file, or a place that no file has. */
export type Intake = FileIntake | UsedUpPlace;

export interface FileIntake {
  readonly kind: 'file';
  readonly intake: number;
  /** ce_id of the message. */
  readonly cause: string;
  /** ce_time of the message, letter for letter. */
  readonly time: string;
  readonly state: IntakeState;
  readonly data: DataOf<typeof FileAccepted>;
}

/** A command took the place, and was refused or is carried out. */
export interface UsedUpPlace {
  readonly kind: 'used-up';
  readonly intake: number;
}

/** waiting: not decided yet. decided: the ledger has it. parked: the ledger says that it cannot be processed. */
export type IntakeState = 'waiting' | 'decided' | 'parked';

/** A message as it is staged: bytes as they came, and what must be known of them without reading them. */
export interface IncomingIntake {
  readonly programme: string;
  readonly intake: number;
  readonly submission: SubmissionId;
  readonly cause: string;
  readonly time: string;
  readonly version: number;
  readonly body: Uint8Array;
}

export interface IncomingChunk {
  readonly submission: SubmissionId;
  readonly chunk: number;
  readonly last: boolean;
  /** How many there are. */
  readonly rows: number;
  readonly version: number;
  /** A row chunk that was decoded, and so is one. Nobody changes it: it may be kept as it is. */
  readonly body: Uint8Array;
}

export interface IncomingUnprocessable {
  readonly submission: SubmissionId;
  /** The place in the order of intake for which it was tried. */
  readonly intake: number;
  readonly reason: string;
}

export interface StagingResult {
  readonly staged: number;
  /** Keys of messages that claim a place which another message with other bytes has: the first one stays. */
  readonly conflicting: readonly string[];
}

/** A command as it is staged. */
export interface IncomingCommand {
  readonly programme: string;
  readonly id: CommandId;
  readonly kind: CommandKind;
  readonly after: number;
  /** The place in the order of intake that it takes, if it takes one. */
  readonly intake: number | undefined;
  readonly version: number;
  readonly body: Uint8Array;
}

/** What became of a command. */
export type CommandAnswer =
  | { readonly outcome: 'accepted'; readonly position: number }
  | { readonly outcome: 'refused'; readonly reason: string };

/** A command that was decided, and whose reply is due. */
export interface AnsweredCommand {
  readonly command: CommandData;
  readonly answer: CommandAnswer;
}

export interface InboxCounts {
  /** Files. */
  readonly waiting: number;
  /** Commands that wait to be decided. */
  readonly commands: number;
  /** Submissions. */
  readonly parked: number;
  /** Commands. */
  readonly refused: number;
  readonly chunks: number;
}

/**
 * Where messages wait, durably, until they are decided. What is staged twice is staged once; what belongs to a
 * submission that is decided is not staged at all. Every adapter passes the suite in `contract/`.
 */
export interface Inbox extends StagedRows {
  chunksOf(submission: SubmissionId): AsyncIterable<RowChunk>;

  stageIntakes(intakes: readonly IncomingIntake[]): Promise<StagingResult>;
  stageChunks(chunks: readonly IncomingChunk[]): Promise<StagingResult>;
  stageUnprocessable(submissions: readonly IncomingUnprocessable[]): Promise<void>;

  intake(programme: string, intake: number): Promise<Intake | undefined>;
  /** @param intake the place for which it would have said that it cannot be processed. */
  progressOf(submission: SubmissionId, intake: number): Promise<SubmissionProgress>;

  /**
   * Marks a submission as the ledger has it, and lets go of the chunks that nobody needs any more: those of a submission
   * that is linked or withdrawn. A parked one's stay; where it is linked or withdrawn later, it is parked no more.
   * Repeatable.
   */
  settle(submission: SubmissionId, outcome: 'linked' | 'withdrawn' | 'parked'): Promise<void>;

  /** Stages commands in the order in which they come. What comes twice under one id is staged once. */
  stageCommands(commands: readonly IncomingCommand[]): Promise<StagingResult>;
  /** Commands that are not decided and whose turn has come once this place is decided: in the order of their arrival. */
  waitingCommands(programme: string, place: number): Promise<readonly CommandData[]>;
  /** Notes what became of a command that waits, so that its reply is due. The first answer stands. */
  answer(programme: string, id: CommandId, answer: CommandAnswer): Promise<void>;
  /** The highest ledger position of a command that is carried out; -1 where none is. */
  lastPosition(programme: string): Promise<number>;
  unanswered(programme: string): Promise<readonly AnsweredCommand[]>;
  markAnswered(programme: string, ids: readonly CommandId[]): Promise<void>;

  /** Lets go of chunks that arrived while their submission was being settled. Returns how many. */
  sweep(): Promise<number>;
  counts(programme: string): Promise<InboxCounts>;
}
