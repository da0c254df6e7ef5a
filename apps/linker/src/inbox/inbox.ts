import type {
  DataOf,
  FileAccepted,
  PseudonymisedRow,
  RowKey,
  SubmissionId,
  WithdrawSubmission,
} from '@kinledger/contracts';
import type { StagedRows } from '@kinledger/decisions';

/** A place in the order of intake: an accepted file, the command to withdraw one, or to try a parked one again. */
export type Intake = FileIntake | WithdrawalIntake;

export interface FileIntake extends Place {
  /** unparking: a file that was parked has its turn again, at this place. */
  readonly kind: 'file' | 'unparking';
  readonly data: DataOf<typeof FileAccepted>;
}

export interface WithdrawalIntake extends Place {
  readonly kind: 'withdrawal';
  readonly data: DataOf<typeof WithdrawSubmission>;
}

interface Place {
  readonly intake: number;
  /** ce_id of the message. */
  readonly cause: string;
  /** ce_time of the message, letter for letter. */
  readonly time: string;
  readonly state: IntakeState;
}

/**
 * waiting: not decided yet. decided: the ledger has it. parked: the ledger says that it cannot be processed.
 * refused: a command that could not be carried out; it holds its place in the order without an event.
 */
export type IntakeState = 'waiting' | 'decided' | 'parked' | 'refused';

/** A message as it is staged: bytes as they came, and what must be known of them without reading them. */
export interface IncomingIntake {
  readonly kind: Intake['kind'];
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
  /** The body’s rows, read and checked, in the newest shape. Nobody changes them: they may be given back as they are. */
  readonly rows: readonly PseudonymisedRow[];
  /** Keys of rows that refuse consent. */
  readonly refused: readonly RowKey[];
  readonly version: number;
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

/** What is known of a submission's rows. */
export interface SubmissionProgress {
  /** Number of chunks once all are staged, the last one included. */
  readonly complete: { readonly chunks: number; readonly rows: number } | undefined;
  readonly unprocessable: string | undefined;
}

export interface RefusedCommand {
  readonly intake: number;
  readonly kind: Exclude<Intake['kind'], 'file'>;
  readonly commandId: string;
  readonly time: string;
  readonly reason: string;
}

export interface InboxCounts {
  readonly waiting: number;
  /** Submissions. */
  readonly parked: number;
  readonly refused: number;
  readonly chunks: number;
}

/**
 * Where messages wait, durably, until they are decided. What is staged twice is staged once; what belongs to a
 * submission that is decided is not staged at all. Every adapter passes the suite in `contract/`.
 */
export interface Inbox extends StagedRows {
  stageIntakes(intakes: readonly IncomingIntake[]): Promise<StagingResult>;
  stageChunks(chunks: readonly IncomingChunk[]): Promise<StagingResult>;
  stageUnprocessable(submissions: readonly IncomingUnprocessable[]): Promise<void>;

  intake(programme: string, intake: number): Promise<Intake | undefined>;
  /** @param intake the place for which it would have said that it cannot be processed. */
  progressOf(submission: SubmissionId, intake: number): Promise<SubmissionProgress>;

  /**
   * Marks an intake as the ledger has it, and lets go of the chunks that nobody needs any more: those of a submission
   * that is linked or withdrawn. A parked one's stay; where it is linked or withdrawn later, it is parked no more.
   * Repeatable.
   */
  settle(programme: string, intake: number, outcome: 'linked' | 'withdrawn' | 'parked'): Promise<void>;

  /** Marks a command as refused: a restart skips it the same way. Repeatable. */
  refuse(programme: string, intake: number, reason: string): Promise<void>;
  unansweredRefusals(programme: string): Promise<readonly RefusedCommand[]>;
  markAnswered(programme: string, intakes: readonly number[]): Promise<void>;

  /** Lets go of chunks that arrived while their submission was being settled. Returns how many. */
  sweep(): Promise<number>;
  counts(programme: string): Promise<InboxCounts>;
}
