import type { CommandData } from '@kinledger/contracts';
import type { DecisionOutcome, Halt, ProgrammeLedger } from '@kinledger/decisions';
import type { ErasureStanding } from './pending-erasures.js';

export type LoopState = 'standby' | 'recovering' | 'deciding' | 'halted' | 'stopped';

/** A file or a command that is through: what became of it, and how long it took. */
export interface Decided {
  /** Its place in the order of intake; of a command that takes none, the last place before it. */
  readonly intake: number;
  readonly command: CommandData['kind'] | undefined;
  readonly outcome: DecisionOutcome | 'refused';
  readonly rows: number;
  readonly seconds: number;
}

/** Told of what happens, for metrics and logs; holds no row and no token. */
export interface DecisionObserver {
  state(state: LoopState, halt?: Halt): void;
  /** The ledger as it stands after recovery and after each decision. */
  ledger(ledger: ProgrammeLedger): void;
  decided(decided: Decided): void;
  appended(events: number): void;
  /** The list of erasures is carried out, so far as it can be. */
  erasures(standing: ErasureStanding): void;
  /** Somebody else appended: memory is dropped and the ledger read again. */
  refused(): void;
  /** A failure after which the loop goes on by itself. */
  failed(error: unknown): void;
}
