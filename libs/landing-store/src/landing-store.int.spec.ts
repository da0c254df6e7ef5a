import { randomBytes } from 'node:crypto';
import type { UploadId } from '@kinledger/contracts';
import { createPool, inTransaction } from '@kinledger/database';
import { createTestDatabases, type TestDatabases } from '@kinledger/database/testing';
import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { kekFrom, openChunk } from './envelope.js';
import { isLandingFileGone } from './errors.js';
import { decodeRows, type LandingRow } from './landing-row.js';
import {
  createFile,
  deleteFile,
  deleteRows,
  readChunk,
  readChunks,
  readFile,
  unwrapFile,
} from './landing-store.js';

const newUpload = () => randomBytes(16).toString('hex') as UploadId;
const rowsFrom = (first: number, count: number): LandingRow[] =>
  Array.from({ length: count }, (_, index) => [first + index, ['amara.okafor7@example.org', null]]);

describe('the landing store', () => {
  const kek = kekFrom(randomBytes(32));
  let databases: TestDatabases;
  let ingest: pg.Pool;
  let pseudonymiser: pg.Pool;

  beforeAll(async () => {
    databases = await createTestDatabases(inject('postgresUrl'));
    ingest = createPool({ url: databases.url('restricted', 'ingest'), applicationName: 'test' });
    pseudonymiser = createPool({
      url: databases.url('restricted', 'pseudonymiser'),
      applicationName: 'test',
    });
  });
  afterAll(async () => {
    await Promise.all([ingest.end(), pseudonymiser.end()]);
    await databases.drop();
  });

  const stored = async (upload: UploadId, chunks: number) => {
    const writer = await createFile(ingest, { upload, kek });
    for (let n = 0; n < chunks; n++) await writer.writeChunk(n, rowsFrom(2 + n * 10, 10));
    await writer.writeErrors(0, [['7', 'invalid-email']]);
    await writer.flush();
  };

  it('lets a write in progress end before an abandoned file is deleted', async () => {
    const upload = newUpload();
    let letGo: () => void = () => undefined;
    const held = new Promise<void>((done) => (letGo = done));
    let writes = 0;
    // A connection with a slow write, as to a busy disk.
    const slow = {
      query: async (text: string, values: unknown[]) => {
        if (text.includes('landing.chunk')) {
          writes += 1;
          await held;
        }
        return ingest.query(text, values);
      },
    } as unknown as pg.Pool;
    const writer = await createFile(slow, { upload, kek });
    // Incompressible data.
    const megabytes: LandingRow[] = [[2, [randomBytes(3 * 1024 * 1024).toString('hex')]]];
    await writer.writeChunk(0, megabytes);
    const order: string[] = [];
    const abandoned = writer.abandon().then(() => order.push('abandoned'));
    order.push('let go');
    letGo();
    await abandoned;
    await deleteFile(ingest, upload, 'interrupted');
    expect(order).toEqual(['let go', 'abandoned']);
    await writer.writeChunk(1, megabytes);
    await writer.flush();
    expect(writes).toBe(1);
    const { rows } = await ingest.query('SELECT FROM landing.chunk WHERE upload = $1', [upload]);
    expect(rows).toEqual([]);
  });

  it('returns to the pseudonymiser what ingest wrote, in order', async () => {
    const upload = newUpload();
    await stored(upload, 5);
    const file = await readFile(pseudonymiser, upload);
    expect(file).toMatchObject({ upload, chunks: 5, rows: 50 });
    const { dataKey, seed } = unwrapFile(kek, file);
    expect(seed.byteLength).toBe(32);
    const chunks = await readChunks(pseudonymiser, upload, { from: 0, limit: 100 });
    const rows = chunks.flatMap((chunk) => decodeRows(openChunk(dataKey, upload, chunk.n, chunk.sealed)));
    expect(rows).toEqual(rowsFrom(2, 50));
    const errors = await readChunk(pseudonymiser, upload, 0, 'errors');
    expect(
      JSON.parse(Buffer.from(openChunk(dataKey, upload, 0, errors.sealed, 'errors')).toString()),
    ).toEqual([['7', 'invalid-email']]);
  });

  it('contains no value in clear', async () => {
    const upload = newUpload();
    await stored(upload, 1);
    const { rows } = await ingest.query<{ found: boolean }>(
      "SELECT position('amara'::bytea IN sealed) > 0 AS found FROM landing.chunk WHERE upload = $1",
      [upload],
    );
    expect(rows.map((row) => row.found)).toEqual([false, false]);
  });

  it('leaves nothing of a deleted file except the record of its deletion', async () => {
    const upload = newUpload();
    await stored(upload, 3);
    await expect(
      inTransaction(pseudonymiser, (client) => deleteFile(client, upload, 'pseudonymised')),
    ).resolves.toBe(4);
    const { rows } = await ingest.query<{ left: number }>(
      `SELECT (SELECT count(*) FROM landing.chunk WHERE upload = $1)
            + (SELECT count(*) FROM landing.file WHERE upload = $1) AS left`,
      [upload],
    );
    expect(rows).toEqual([{ left: 0 }]);
    const deletions = await ingest.query(
      'SELECT reason, chunks, deleted_at IS NOT NULL AS dated FROM landing.deletion WHERE upload = $1',
      [upload],
    );
    expect(deletions.rows).toEqual([{ reason: 'pseudonymised', chunks: 4, dated: true }]);
    await expect(readFile(pseudonymiser, upload)).rejects.toSatisfy(isLandingFileGone);
    await expect(readChunk(pseudonymiser, upload, 0)).rejects.toSatisfy(isLandingFileGone);
  });

  it('records a repeated deletion once', async () => {
    const upload = newUpload();
    await stored(upload, 1);
    await deleteFile(ingest, upload, 'discarded');
    await expect(deleteFile(ingest, upload, 'expired')).resolves.toBe(0);
    const { rows } = await ingest.query('SELECT reason FROM landing.deletion WHERE upload = $1', [upload]);
    expect(rows).toEqual([{ reason: 'discarded' }]);
  });

  it('keeps the error report of a refused file when its rows are deleted', async () => {
    const upload = newUpload();
    await stored(upload, 2);
    await expect(deleteRows(ingest, upload)).resolves.toBe(2);
    await expect(readFile(ingest, upload)).resolves.toMatchObject({ chunks: 0, rows: 0 });
    await expect(readChunk(ingest, upload, 0, 'errors')).resolves.toMatchObject({ rows: 1 });
  });

  it('does not let the pseudonymiser write rows', async () => {
    await expect(createFile(pseudonymiser, { upload: newUpload(), kek })).rejects.toThrow(
      /permission denied/,
    );
  });
});
