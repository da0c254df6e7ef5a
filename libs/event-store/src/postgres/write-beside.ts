import { copyRows } from '@kinledger/database';
import type pg from 'pg';
import { recordBodyDiffers } from '../errors.js';
import type { Payload, RecordBody } from '../event-store.js';

import { bodyColumns, toRecordBody, type BodyRow } from './rows.js';

/** The bodies that are not there yet, each once. @throws RecordBodyDiffers */
export async function newBodies(
  client: pg.ClientBase,
  name: string,
  stream: number,
  bodies: readonly RecordBody[],
): Promise<RecordBody[]> {
  if (bodies.length === 0) return [];
  const { rows } = await client.query<BodyRow>({
    text: `SELECT ${bodyColumns} FROM ledger.record_body WHERE stream = $1 AND record = ANY($2::uuid[])`,
    values: [stream, bodies.map(({ record }) => record)],
    rowMode: 'array',
  });
  const there = new Map(rows.map(toRecordBody).map((body) => [body.record, body.bytes]));
  return bodies.filter(({ record, bytes }) => {
    const held = there.get(record);
    if (held === undefined) {
      there.set(record, bytes);
      return true;
    }
    if (Buffer.compare(held, bytes) !== 0) throw recordBodyDiffers(name, record);
    return false;
  });
}

export async function insertBodies(
  client: pg.ClientBase,
  stream: number,
  bodies: readonly RecordBody[],
): Promise<void> {
  if (bodies.length === 0) return;
  await copyRows(
    client,
    'ledger.record_body',
    ['stream', 'record', 'revision', 'bytes'],
    bodies,
    (row, { record, revision, bytes }) => row.integer(stream).uuid(record).bigint(revision).bytes(bytes),
  );
}

/** The digest is the content: a payload that is there already is the same one. */
export async function insertPayloads(client: pg.ClientBase, payloads: readonly Payload[]): Promise<void> {
  if (payloads.length === 0) return;
  await client.query(
    `INSERT INTO ledger.payload (digest, bytes)
     SELECT decode(digest, 'hex'), bytes FROM unnest($1::text[], $2::bytea[]) AS payload (digest, bytes)
     ON CONFLICT (digest) DO NOTHING`,
    [payloads.map(({ digest }) => digest), payloads.map(({ bytes }) => Buffer.from(bytes))],
  );
}
