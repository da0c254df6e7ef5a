import { copyRows, packBytes } from '@kinledger/database';
import type pg from 'pg';
import { segmentDiffers } from '../errors.js';
import type { Payload, Segment } from '../event-store.js';
import { segmentColumns, toSegment, type SegmentRow } from './rows.js';

/** Returns the segments that the stream does not have yet, each once. @throws SegmentDiffers */
export async function newSegments(
  client: pg.ClientBase,
  name: string,
  stream: number,
  segments: readonly Segment[],
): Promise<Segment[]> {
  if (segments.length === 0) return [];
  const { rows } = await client.query<SegmentRow>({
    text: `SELECT ${segmentColumns} FROM ledger.segment WHERE stream = $1 AND revision = ANY($2::bigint[])`,
    values: [stream, segments.map(({ revision }) => revision)],
    rowMode: 'array',
  });
  const there = new Map(rows.map(toSegment).map((segment) => [segment.revision, segment.bytes]));
  return segments.filter(({ revision, bytes }) => {
    const held = there.get(revision);
    if (held === undefined) {
      there.set(revision, bytes);
      return true;
    }
    if (Buffer.compare(held, bytes) !== 0) throw segmentDiffers(name, revision);
    return false;
  });
}

export async function insertSegments(
  client: pg.ClientBase,
  stream: number,
  segments: readonly Segment[],
): Promise<void> {
  if (segments.length === 0) return;
  await copyRows(
    client,
    'ledger.segment',
    ['stream', 'revision', 'bodies', 'bytes'],
    segments,
    (row, { revision, bodies, bytes }) =>
      row.integer(stream).bigint(revision).integer(bodies).bytes(packBytes(bytes)),
  );
}

/** The digest identifies the content, so an existing row with the digest is the same payload. */
export async function insertPayloads(client: pg.ClientBase, payloads: readonly Payload[]): Promise<void> {
  if (payloads.length === 0) return;
  await client.query(
    `INSERT INTO ledger.payload (digest, bytes)
     SELECT decode(digest, 'hex'), bytes FROM unnest($1::text[], $2::bytea[]) AS payload (digest, bytes)
     ON CONFLICT (digest) DO NOTHING`,
    [payloads.map(({ digest }) => digest), payloads.map(({ bytes }) => Buffer.from(bytes))],
  );
}
