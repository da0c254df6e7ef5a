import {
  closingEvents,
  readLedgerEvent,
  type LedgerEvent,
  type PseudonymisedRow,
} from '@kinledger/contracts';
import { readBody } from '@kinledger/domain';
import type { EventStore, StoredEvent } from '@kinledger/event-store';
import { readCheckpoint } from '@kinledger/read-models';
import type pg from 'pg';
import { DecisionWriter } from './decision-writer.js';
import { DefinitionWriter } from './definition-writer.js';
import { ErasedRecords } from './erased-records.js';

export interface ProjectOptions {
  readonly store: EventStore;
  readonly stream: string;
  /** A connection of its own: it is in a transaction while a decision is written. */
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
  readonly onDecision?: (progress: { readonly position: number; readonly records: number }) => void;
}

const PAGE_EVENTS = 2_000;

/**
 * Applies the ledger to a schema of read models from its checkpoint on, one transaction per decision: rows and
 * checkpoint move together, and a reader never sees half a submission.
 * @returns the last position applied.
 * @throws UnreadableContract for an event that this code does not know: it stops rather than skip.
 */
export async function projectLedger(options: ProjectOptions): Promise<number> {
  const { client, schema, signal } = options;
  const checkpoint = await readCheckpoint(client, schema);
  if (checkpoint === undefined) throw new Error(`schema ${schema} holds no read models of this version`);
  let applied = checkpoint;
  const definitions = new DefinitionWriter(client, schema, options.store);
  await definitions.load();
  const erased = new ErasedRecords(options.store, options.stream, applied + 1);
  const pages = readPages(options, applied + 1);
  let decision: DecisionWriter | undefined;
  let records = 0;
  try {
    for await (const page of pages) {
      for (const { event, row } of page) {
        if (decision === undefined) {
          if (signal.aborted) return applied;
          await client.query('BEGIN');
          await requireCheckpoint(client, schema, applied);
          decision = new DecisionWriter(
            client,
            schema,
            (dataset) => definitions.rulesOf(dataset),
            (record) => erased.has(record),
          );
          await decision.begin();
        }
        if (row !== undefined) records += 1;
        if (event.type === 'ProgrammeDefined' || event.type === 'StrategyAdopted')
          await definitions.take(event);
        else await decision.take(event, row);
        if (closingEvents.has(event.type)) {
          await decision.close(event.revision);
          await client.query('COMMIT');
          decision = undefined;
          applied = event.revision;
          options.onDecision?.({ position: applied, records });
        }
      }
    }
    if (decision !== undefined) await client.query('ROLLBACK');
    return applied;
  } catch (error) {
    if (decision !== undefined) await client.query('ROLLBACK').catch(() => undefined);
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
  await client.query('ROLLBACK');
  throw new Error(
    `the read models stand at ${rows[0]?.position ?? 'no position'}, not at ${applied} any more`,
  );
}

interface ReadEvent {
  readonly event: LedgerEvent;
  /** The body of the record that the event brings into the ledger; absent for other events. */
  readonly row: PseudonymisedRow | undefined;
}

/** Pages of the ledger with their bodies, the next one read while the one before is written. */
async function* readPages(options: ProjectOptions, from: number): AsyncGenerator<ReadEvent[]> {
  const read = (start: number) => {
    const page = options.store
      .readPage(options.stream, start, PAGE_EVENTS)
      .then((events) => withBodies(options, events));
    // Awaited below; if the writer fails first, this one must not count as unhandled.
    page.catch(() => undefined);
    return page;
  };
  let next = from;
  let ahead = read(next);
  let midDecision = false;
  let emptyReads = 0;
  for (;;) {
    let page = await ahead;
    if (page.length === 0) {
      emptyReads += 1;
      if (!midDecision || !(await options.more(emptyReads))) return;
      ahead = read(next);
      continue;
    }
    emptyReads = 0;
    const end = options.upTo;
    if (end !== undefined) page = page.filter(({ event }) => event.revision <= end);
    const last = page.at(-1);
    if (last === undefined) return;
    next = last.event.revision + 1;
    ahead = read(next);
    midDecision = !closingEvents.has(last.event.type);
    yield page;
  }
}

async function withBodies(options: ProjectOptions, events: readonly StoredEvent[]): Promise<ReadEvent[]> {
  const first = events.at(0);
  const last = events.at(-1);
  if (first === undefined || last === undefined) return [];
  const bodies = await options.store.readBodies(options.stream, first.revision, last.revision);
  const rows = new Map(bodies.map(({ revision, bytes }) => [revision, bytes]));
  return events.map(({ bytes, revision }) => {
    const event = readLedgerEvent(bytes);
    const body = rows.get(revision);
    return { event, row: body === undefined ? undefined : readBody(body) };
  });
}
