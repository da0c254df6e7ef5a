import {
  closesDecision,
  erasesBodies,
  type LedgerEvent,
  type RowOutcomes,
  type SubmissionId,
} from '@kinledger/contracts';
import type { EventStore } from '@kinledger/event-store';
import { readCheckpoint } from '@kinledger/read-models';
import type pg from 'pg';
import { ledgerPages } from './ledger-pages.js';
import { readModelWriter } from './read-model-writer.js';

export interface ProjectOptions {
  readonly store: EventStore;
  readonly stream: string;
  /** A dedicated connection, which is in a transaction while decisions are written. */
  readonly client: pg.ClientBase;
  readonly schema: string;
  /** Apply no decision that closes after this position. */
  readonly upTo?: number;
  /**
   * Called at the ledger's end in the middle of a decision, with the number of consecutive empty reads: resolves true
   * to read again, false to give up for now. An unfinished decision is never committed.
   */
  readonly more: (emptyReads: number) => Promise<boolean>;
  readonly signal: AbortSignal;
  /** Whether the decisions that a page of the ledger completes share a transaction. Default true. */
  readonly together?: boolean;
  /**
   * Called when a quarter has closed and the read models stand at its closing event, in the transaction that applies it.
   * What it does is committed with it.
   */
  readonly onQuarterClosed?:
    ((client: pg.ClientBase, event: QuarterClosedEvent) => Promise<void>) | undefined;
  /**
   * Called when what was told of people has to be forgotten, in the transaction that applies the event: somebody is erased, or another
   * definition may call further datasets sensitive.
   */
  readonly onForget?: ((client: pg.ClientBase) => Promise<void>) | undefined;
  readonly onApplied?: (progress: AppliedDecisions) => void;
}

type QuarterClosedEvent = Extract<LedgerEvent, { readonly type: 'QuarterClosed' }>;

/** The result of one transaction. */
export interface AppliedDecisions {
  /** Position of the read models before it. */
  readonly after: number;
  /** Present position of the read models. */
  readonly position: number;
  readonly decisions: number;
  /** The submissions that it linked. */
  readonly linked: readonly LinkedSubmission[];
  /** When its transaction began, and when it was committed. */
  readonly began: Date;
  readonly committed: Date;
}

export interface LinkedSubmission {
  readonly submission: SubmissionId;
  readonly dataset: string;
  /** When its file was accepted, or un-parked: time of the message that caused the decision, ISO 8601. */
  readonly acceptedAt: string;
  readonly outcomes: RowOutcomes;
}

/**
 * Applies the ledger to a schema of read models from its checkpoint on, whole decisions at a time. Rows and checkpoint
 * move together, and a reader never sees half a submission.
 * @returns the last position applied.
 * @throws UnreadableContract for an unknown event, which it never skips.
 */
export async function projectLedger(options: ProjectOptions): Promise<number> {
  const { client, schema, signal, together = true } = options;
  const checkpoint = await readCheckpoint(client, schema);
  if (checkpoint === undefined) throw new Error(`schema ${schema} holds no read models of this version`);
  let applied = checkpoint;
  const writer = readModelWriter({ ...options, from: applied + 1 });
  let writing = false;
  let began = new Date();
  let decisions = 0;
  let dataset = '';
  let linked: LinkedSubmission[] = [];
  try {
    for await (const page of ledgerPages({ ...options, from: applied + 1 })) {
      const lastClosing = page.findLastIndex(({ type }) => closesDecision(type));
      for (const [index, { event, bodies }] of page.entries()) {
        if (!writing) {
          if (signal.aborted) return applied;
          began = new Date();
          await client.query('BEGIN');
          writing = true;
          await requireCheckpoint(client, schema, applied);
          await writer.begin();
        }
        await writer.take(event, bodies);
        if (forgets(event.type)) await options.onForget?.(client);
        if (event.type === 'SubmissionReceived') dataset = event.data.dataset;
        if (event.type === 'SubmissionLinked') {
          const { submission, outcomes } = event.data;
          linked.push({ submission, dataset, acceptedAt: event.time, outcomes });
        }
        if (!closesDecision(event.type)) continue;
        decisions += 1;
        const closesQuarter = event.type === 'QuarterClosed';
        if (!closesQuarter && together && index < lastClosing && !signal.aborted) continue;
        await writer.settle(event.revision);
        if (closesQuarter) await options.onQuarterClosed?.(client, event);
        await client.query('COMMIT');
        writing = false;
        const after = applied;
        applied = event.revision;
        options.onApplied?.({ after, position: applied, decisions, linked, began, committed: new Date() });
        decisions = 0;
        linked = [];
      }
    }
    if (writing) await client.query('ROLLBACK');
    return applied;
  } catch (error) {
    if (writing) await client.query('ROLLBACK').catch(() => undefined);
    // Apply the decisions before the failing one separately.
    if (together && decisions > 0) return projectLedger({ ...options, together: false });
    throw error;
  }
}

/**
 * Locks the checkpoint until the transaction ends. If it has moved, a rebuild was swapped in or another process wrote,
 * so the next events must not follow it.
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

const forgets = (type: string): boolean =>
  erasesBodies(type) || type === 'CarerTokensErased' || type === 'ProgrammeDefined';
