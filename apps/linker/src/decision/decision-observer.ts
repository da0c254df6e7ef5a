import type { CommandData, SubmissionId } from '@kinledger/contracts';
import type { DecisionOutcome, Halt, ProgrammeLedger } from '@kinledger/decisions';
import type { ErasureStanding } from './pending-erasures.js';

export type LoopState = 'standby' | 'recovering' | 'deciding' | 'halted' | 'stopped';

/** A file or command that is done: its outcome, and how long it took. */
export interface Decided {
  /** Its intake number; for a command without one, the last intake number before it. */
  readonly intake: number;
  readonly command: CommandData['kind'] | undefined;
  /** The submission that it was about, if it was about one. */
  readonly submission: SubmissionId | undefined;
  /** When a file was accepted: time of its message. Absent for a command. */
  readonly acceptedAt?: string;
  readonly outcome: DecisionOutcome | 'refused';
  readonly rows: number;
  readonly seconds: number;
}

/** The file that is being decided, for log lines about it. */
export interface FileInHand {
  readonly submission: SubmissionId;
  readonly traceparent: string | undefined;
}

/** Receives progress of the decision loop, for metrics and logs; never a row or token. */
export interface DecisionObserver {
  /** @param about the file at which the loop has halted. */
  state(state: LoopState, halt?: Halt, about?: FileInHand): void;
  /** The ledger's state after recovery and after each decision. */
  ledger(ledger: ProgrammeLedger): void;
  decided(decided: Decided): void;
  appended(events: number): void;
  /** The configured key has come into force, at this position. */
  keyChanged(position: number): void;
  /** The list of erasures is executed, as far as possible. */
  erasures(standing: ErasureStanding): void;
  /** Somebody else appended: the state in memory is discarded and the ledger read again. */
  refused(): void;
  /** A failure from which the loop recovers by itself. */
  failed(error: unknown, about?: FileInHand): void;
}
