import type { CommandData, CommandKind, RecordId, RefusalOf, SubmissionId } from '@kinledger/contracts';
import type { EnteredRecord } from '@kinledger/event-store';
import type { DecisionContext } from '../decision-context.js';
import type { ProgrammeLedger } from '../programme-ledger.js';
import type { Cause } from '../scribe.js';

/** What a decision made of a submission or of records. */
export type DecisionOutcome = 'linked' | 'withdrawn' | 'parked' | 'erased';

/** What is known of a submission's rows. */
export interface SubmissionProgress {
  /** Number of chunks once all are staged, the last one included. */
  readonly complete: { readonly chunks: number; readonly rows: number } | undefined;
  /** Why it cannot be processed, where somebody said so. */
  readonly unprocessable: string | undefined;
}

/** What an erasure does besides its events. */
export interface ErasingHand {
  /**
   * Before the events: what the erasure forgets must not outlive it in a snapshot, and the list outside the databases
   * has to name it before the ledger does.
   */
  prepare(order: ErasureOrder): Promise<void>;
  /** After the events: deletes the bodies of these records for ever. Repeatable. */
  eraseBodies(records: readonly EnteredRecord[]): Promise<void>;
}

/** What is to be erased, as it was ordered. */
export interface ErasureOrder {
  readonly command: CommandData<'erase-records'>;
  readonly records: readonly RecordId[];
}

export interface CommandContext extends DecisionContext {
  readonly cause: Cause;
  /** Of the submission that the command waits for, if it waits for one. */
  readonly progress: SubmissionProgress | undefined;
  /** Absent where nothing can be erased. */
  readonly erasing: ErasingHand | undefined;
}

/** What decides commands of one kind. */
export interface CommandHandler<Kind extends CommandKind> {
  /** Why it cannot be carried out; nothing is recorded then. Asked again of the same ledger, it answers the same. */
  refusalOf(
    ledger: ProgrammeLedger,
    command: CommandData<Kind>,
    can: { readonly erase: boolean },
  ): RefusalOf<Kind> | undefined;
  /** The submission whose rows have to be staged first, and the place in the order of intake that it takes. */
  waitsFor?(command: CommandData<Kind>): { readonly submission: SubmissionId; readonly intake: number };
  /** Carries it out. @returns what became of it, when its events are durable. */
  carryOut(
    context: CommandContext,
    command: CommandData<Kind>,
  ): Promise<{ readonly outcome: DecisionOutcome; readonly rows: number }>;
}
