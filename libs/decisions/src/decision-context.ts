import type { DecisionWriter } from './decision-writer.js';
import type { ProgrammeLedger } from './programme-ledger.js';
import type { StagedRows } from './staged-rows.js';

/** The inputs and output of a decision. */
export interface DecisionContext {
  readonly ledger: ProgrammeLedger;
  readonly writer: DecisionWriter;
  readonly staged: StagedRows;
  readonly signal: AbortSignal;
}
