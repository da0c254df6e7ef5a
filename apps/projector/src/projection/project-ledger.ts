import { closesDecision } from '@kinledger/contracts';
import type { EventStore } from '@kinledger/event-store';
import { readCheckpoint } from '@kinledger/read-models';
import type pg from 'pg';
import { ledgerPages } from './ledger-pages.js';
import { readModelWriter } from './read-model-writer.js';

export interface ProjectOptions {
  readonly store: EventStore;
  readonly stream: string;
  /** A connection of its own: it is in a transaction while decisions are written. */
  readonly client: pg.ClientBase;
  readonly schema: string;
  /** Apply no decision that closes after this position. */
  readonly upTo?: number;
  /**
   * Asked at the end of the ledger in the middle of a decision, with the number of empty reads in a row: resolves true
   * to look again, false to give up for now. Nothing of an unfinished decision is ever committed.
   */
  readonly more: (emptyReads: number) => Promise<boolean>;
  readonly signal: AbortSignal;
  /** Whether the decisions that a page of the ledger completes share a transaction. Default true. */
  readonly together?: boolean;
  readonly onApplied?: (progress: AppliedDecisions) => void;
}

/** What one transaction brought. */
export interface AppliedDecisions {
  /** Where the read models stand now. */
  readonly position: number;
  readonly decisions: number;
}

/**
 * Applies the ledger to a schema of read models from its checkpoint on, whole decisions at a time. Rows and checkpoint
 * move together, and a reader never sees half a submission.
 * @returns the last position applied.
 * @throws UnreadableContract for an event that this code does not know: it stops rather than skip.
 */
export async function projectLedger(options: ProjectOptions): Promise<number> {
  const { client, schema, signal, together = true } = options;
  const checkpoint = await readCheckpoint(client, schema);
  if (checkpoint === undefined) throw new Error(`schema ${schema} holds no read models of this version`);
  let applied = checkpoint;
  const writer = readModelWriter({ ...options, from: applied + 1 });
  let writing = false;
  let decisions = 0;
  try {
    for await (const page of ledgerPages({ ...options, from: applied + 1 })) {
      const lastClosing = page.findLastIndex(({ event }) => closesDecision(event.type));
      for (const [index, { event, bodies }] of page.entries()) {
        if (!writing) {
          if (signal.aborted) return applied;
          await client.query('BEGIN');
          writing = true;
          await requireCheckpoint(client, schema, applied);
          await writer.begin();
        }
        await writer.take(event, bodies);
        if (!closesDecision(event.type)) continue;
        decisions += 1;
        if (together && index < lastClosing && !signal.aborted) continue;
        await writer.settle(event.revision);
        await client.query('COMMIT');
        writing = false;
        applied = event.revision;
        options.onApplied?.({ position: applied, decisions });
        decisions = 0;
      }
    }
    if (writing) await client.query('ROLLBACK');
    return applied;
  } catch (error) {
    if (writing) await client.query('ROLLBACK').catch(() => undefined);
    // What comes before the decision that fails need not wait for it.
    if (together && decisions > 0) return projectLedger({ ...options, together: false });
    throw error;
  }
}

/**
 * Holds the checkpoint until the transaction ends. Where it is not where we left it, a rebuild took the schema's name or
 * somebody else wrote: what comes next does not belong behind it.
 */
async function requireCheckpoint(client: pg.ClientBase, schema: string, applied: number): Promise<void> {
  const { rows } = await client.query<{ position: number }>(
    `SELECT position::float8 AS position FROM ${schema}.checkpoint FOR UPDATE`,
  );
  if (rows[0]?.position === applied) return;
  throw new Error(
    `the read models stand at ${rows[0]?.position ?? 'no position'}, not at ${applied} any more`,
  );
}
