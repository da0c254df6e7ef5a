import { copyRows } from '@kinledger/database';
import type pg from 'pg';
import { earlierResult, isAsExpected } from '../append-rules.js';
import { revisionConflict } from '../errors.js';
import type { AppendOptions, AppendResult, EventToAppend, Segment } from '../event-store.js';
import { APPENDED_CHANNEL } from './append-notifications.js';

import { eventColumns, toStoredEvent, type EventRow } from './rows.js';
import { insertPayloads, insertSegments, newSegments } from './write-beside.js';

export interface Append extends AppendOptions {
  readonly stream: string;
  readonly events: readonly EventToAppend[];
}

/**
 * Appends within the client's transaction, under the stream's lock. Assumes that ids and segments are new if the stream
 * is where the writer expects it, which is nearly always true. If not, a unique violation occurs, and `appendAfterCheck`
 * then reports the right error.
 */
export async function appendOptimistically(client: pg.ClientBase, append: Append): Promise<AppendResult> {
  const taken = await takeStream(client, append.stream);
  if (!isAsExpected(append.expectedRevision, taken.head)) return repeatOrRefuse(client, append, taken);
  return write(client, append, taken, append.segments ?? []);
}

/** Appends within the client's transaction, after checking for existing ids and segments. */
export async function appendAfterCheck(client: pg.ClientBase, append: Append): Promise<AppendResult> {
  const taken = await takeStream(client, append.stream);
  const earlier = await findEarlier(client, append, taken);
  if (earlier !== undefined) return earlier;
  if (!isAsExpected(append.expectedRevision, taken.head)) return repeatOrRefuse(client, append, taken);
  const segments = await newSegments(client, append.stream, taken.stream, append.segments ?? []);
  return write(client, append, taken, segments);
}

interface TakenStream {
  readonly stream: number;
  readonly head: number;
}

async function takeStream(client: pg.ClientBase, name: string): Promise<TakenStream> {
  const { rows } = await client.query<TakenStream>('SELECT stream, head FROM ledger.take_stream($1)', [name]);
  const [taken] = rows;
  if (taken === undefined) throw new Error('ledger.take_stream returned no row');
  return taken;
}

async function repeatOrRefuse(
  client: pg.ClientBase,
  append: Append,
  taken: TakenStream,
): Promise<AppendResult> {
  const earlier = await findEarlier(client, append, taken);
  if (earlier === undefined) throw revisionConflict(append.stream, append.expectedRevision, taken.head);
  return earlier;
}

async function findEarlier(
  client: pg.ClientBase,
  { stream, events, expectedRevision }: Append,
  taken: TakenStream,
): Promise<AppendResult | undefined> {
  const { rows } = await client.query<EventRow>({
    text: `SELECT ${eventColumns} FROM ledger.event WHERE stream = $1 AND id = ANY($2::uuid[])`,
    values: [taken.stream, events.map(({ id }) => id)],
    rowMode: 'array',
  });
  const known = new Map(rows.map(toStoredEvent).map((event) => [event.id, event]));
  return earlierResult(stream, events, expectedRevision, taken.head, known);
}

async function write(
  client: pg.ClientBase,
  { events, payloads = [] }: Append,
  { stream, head }: TakenStream,
  segments: readonly Segment[],
): Promise<AppendResult> {
  await copyRows(
    client,
    'ledger.event',
    ['stream', 'revision', 'id', 'type', 'bytes'],
    events,
    (row, { id, type, bytes }, index) =>
      row
        .integer(stream)
        .bigint(head + 1 + index)
        .uuid(id)
        .text(type)
        .bytes(bytes),
  );
  await insertSegments(client, stream, segments);
  await insertPayloads(client, payloads);
  await client.query(`NOTIFY ${APPENDED_CHANNEL}`);
  return { firstRevision: head + 1, lastRevision: head + events.length, repeated: false };
}
