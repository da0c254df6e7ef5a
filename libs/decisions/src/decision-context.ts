import type { DecisionWriter } from './decision-writer.js';
import type { ProgrammeLedger } from './programme-ledger.js';
import type { StagedRows } from './staged-rows.js';

/** What a decision is made of and written to. */
export interface DecisionContext {
  readonly ledger: ProgrammeLedger;
  readonly writer: DecisionWriter;
  readonly staged: StagedRows;
  readonly signal: AbortSignal;
}
