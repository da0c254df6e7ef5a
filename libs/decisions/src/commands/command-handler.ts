import type {
  CommandData,
  CommandKind,
  DataOf,
  QuarterVersions,
  RecordId,
  RecordsRekeyed,
  RefusalOf,
  SubmissionId,
} from '@kinledger/contracts';
import type { Bodies } from '@kinledger/domain';
import type { EnteredRecord, TokenCuts } from '@kinledger/event-store';
import type { DecisionContext } from '../decision-context.js';
import type { CarerTokens } from '../erase-carer-tokens.js';
import type { ProgrammeLedger } from '../programme-ledger.js';
import type { ReviewPolicy } from '../reviews/review-policy.js';
import type { Cause } from '../scribe.js';

/** The outcome of a decision about a submission, records, a quarter, keys or two rows. */
export type DecisionOutcome =
  | 'linked'
  | 'withdrawn'
  | 'parked'
  | 'erased'
  | 'closed'
  | 'published'
  | 'unpublished'
  | 'rekeyed'
  | 'reviewed';

/** The state of a submission's rows. */
export interface SubmissionProgress {
  /** Number of chunks and rows, once all chunks up to the last are staged. */
  readonly complete: { readonly chunks: number; readonly rows: number } | undefined;
  /** Why the submission cannot be processed, if that was reported. */
  readonly unprocessable: string | undefined;
}

/** The side effects of an erasure besides its events. */
export interface ErasingHand {
  /**
   * Called before the events: deletes snapshots, which must not outlive the erasure, and adds the records to the list
   * outside the databases, which must contain them before the ledger does.
   */
  prepare(order: ErasureOrder): Promise<void>;
  /** The bodies of these records, as they are beside the ledger. */
  readBodies(records: readonly EnteredRecord[]): Promise<Bodies>;
  /** Called after the events: permanently deletes the bodies of these records. Idempotent. */
  eraseBodies(records: readonly EnteredRecord[]): Promise<void>;
  /** Called after the events: permanently cuts tokens out of the bodies of these records. Idempotent. */
  eraseTokens(records: readonly TokenCuts[]): Promise<void>;
}

/** What one line of the list names: records to erase or carer tokens on others, and the command that asked for it. */
export type ErasureOrder = {
  readonly command: CommandData<'erase-records' | 'erase-person'>;
} & ({ readonly records: readonly RecordId[] } | { readonly carerTokens: readonly CarerTokens[] });

/** A rotation of the token keys. */
export interface RekeyingOrder {
  /** The version in force. */
  readonly from: number;
  readonly to: number;
  /** Revision of the last event whose bodies are re-keyed. */
  readonly upTo: number;
}

/** The bodies of one event after they were re-keyed. */
export interface RekeyedBodies {
  readonly placedAt: number;
  /** In the order of the rows; without those that were erased. */
  readonly records: DataOf<typeof RecordsRekeyed>['records'];
}

/** The side effects of a rotation of keys besides its events. */
export interface RekeyingHand {
  /** Called before the first event: deletes snapshots, which must not outlive the rotation. */
  prepare(): Promise<void>;
  /**
   * Puts the new key into use for files that are read from now on, and re-keys the bodies beside the ledger in place, in
   * the order of their events. Bodies are durable before they are yielded; those that have the new key already are
   * left as they are.
   */
  rekey(order: RekeyingOrder, signal: AbortSignal): AsyncIterable<RekeyedBodies>;
}

/** What the installation can do besides writing events. */
export interface Abilities {
  readonly erase: boolean;
  /** Version of the newest token key among the secrets; undefined if keys cannot be rotated here. */
  readonly newestKey?: number | undefined;
  /** What the programme asks of reviews; one reviewer decides where nothing is said. */
  readonly reviews?: ReviewPolicy | undefined;
}

export interface CommandContext extends DecisionContext {
  readonly cause: Cause;
  /** The rows of the submission that the command waits for, if it waits for one. */
  readonly progress: SubmissionProgress | undefined;
  /** Undefined if erasure is not configured. */
  readonly erasing: ErasingHand | undefined;
  /** Undefined if keys cannot be rotated here. */
  readonly rekeying?: RekeyingHand | undefined;
  /** All that figures depend on now, beside the ledger's events; absent where no quarter is closed. */
  readonly quarterVersions?: QuarterVersions | undefined;
  readonly reviews?: ReviewPolicy | undefined;
}

/** Who asked for a command, as events say it. */
export const namedIn = ({ askedBy: { person, organisation } }: Pick<CommandData, 'askedBy'>) => ({
  by: person,
  ...(organisation === undefined ? {} : { organisation }),
});

/** Decides commands of one kind. */
export interface CommandHandler<Kind extends CommandKind> {
  /** Why the command must be refused, if so; nothing is then recorded. A pure function of the ledger. */
  refusalOf(ledger: ProgrammeLedger, command: CommandData<Kind>, can: Abilities): RefusalOf<Kind> | undefined;
  /** What the reason of a refusal counts, where it counts anything. */
  countOf?(ledger: ProgrammeLedger, command: CommandData<Kind>): number | undefined;
  /** The submission whose rows must be staged first, and the intake number that the command takes. */
  waitsFor?(command: CommandData<Kind>): { readonly submission: SubmissionId; readonly intake: number };
  /** Executes the command. @returns its outcome, once its events are durable. */
  carryOut(
    context: CommandContext,
    command: CommandData<Kind>,
  ): Promise<{ readonly outcome: DecisionOutcome; readonly rows: number }>;
}
