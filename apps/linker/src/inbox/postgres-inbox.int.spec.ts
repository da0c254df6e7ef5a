import { decodeRowChunk } from '@kinledger/contracts';
import { createPool } from '@kinledger/database';
import { createTestDatabases, type TestDatabases } from '@kinledger/database/testing';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, inject, it, vi } from 'vitest';
import { inboxFeatures } from './contract/inbox.features.js';
import { chunkOf, fileIntake, programme, submissionNamed } from '../testing/messages.js';
import type { Inbox } from './inbox.js';
import { PostgresInbox, type InboxMemory } from './postgres-inbox.js';

describe('the inbox in PostgreSQL', () => {
  let databases: TestDatabases;
  let admin: pg.Client;

  beforeAll(async () => {
    databases = await createTestDatabases(inject('postgresUrl'));
    admin = new pg.Client({ connectionString: databases.superuserUrl('platform') });
    await admin.connect();
  });
  afterAll(async () => {
    await admin.end();
    await databases.drop();
  });

  const open = async (memory?: InboxMemory) => {
    await admin.query('TRUNCATE linker.intake, linker.chunk, linker.unprocessable, linker.command');
    const pool = createPool({ url: databases.url('platform', 'linker'), applicationName: 'inbox' });
    return { pool, inbox: new PostgresInbox(pool, memory), close: () => pool.end() };
  };

  inboxFeatures(open);

  const bytesOfOne = chunkOf(submissionNamed('a'), 0, false).body.length;
  describe('with room in memory for few chunks', () =>
    inboxFeatures(() => open({ stagedBytes: 3 * bytesOfOne, readBytes: 2 * bytesOfOne })));

  describe('returns rows', () => {
    const a = submissionNamed('a');
    const chunks = Array.from({ length: 30 }, (_, chunk) => chunkOf(a, chunk, chunk === 29));
    const walk = async (inbox: Inbox) => {
      const walked: unknown[] = [];
      for await (const chunk of inbox.chunksOf(a))
        walked.push({ chunk: chunk.head.chunk, rows: chunk.allRows(), refused: chunk.head.refused });
      return walked;
    };
    const expected = chunks.map(({ chunk, body }) => {
      const { rows, refused } = decodeRowChunk(body);
      return { chunk, rows, refused };
    });

    it('from memory that equal those in the database, which a restart reads', async () => {
      const { pool, inbox, close } = await open();
      await inbox.stageChunks(chunks);
      const query = vi.spyOn(pool, 'query');
      const fromMemory = await walk(inbox);
      expect(query).not.toHaveBeenCalled();
      const restarted = await walk(new PostgresInbox(pool));
      expect(query).toHaveBeenCalled();
      expect(fromMemory).toEqual(expected);
      expect(restarted).toEqual(fromMemory);
      await close();
    });

    it('that another process staged from the database once, and then from memory', async () => {
      const { pool, inbox, close } = await open();
      await inbox.stageChunks(chunks);
      const other = new PostgresInbox(pool);
      const first = await walk(other);
      const query = vi.spyOn(pool, 'query');
      expect(await walk(other)).toEqual(first);
      expect(query).not.toHaveBeenCalled();
      await close();
    });

    for (const [staged, read] of [
      [0, 0],
      [7, 0],
      [0, 11],
      [7, 11],
      [30, 30],
    ] as const) {
      it(`in order with room for ${staged} staged and ${read} read chunks, however they arrived`, async () => {
        const few = { stagedBytes: (staged + 0.5) * bytesOfOne, readBytes: (read + 0.5) * bytesOfOne };
        const { inbox, close } = await open(few);
        const inPart = (from: number, to: number) => inbox.stageChunks(chunks.slice(from, to));
        for (const [from, to] of [
          [20, 30],
          [0, 3],
          [10, 20],
          [3, 10],
        ] as const)
          await inPart(from, to);
        for (let walks = 0; walks < 3; walks += 1) expect(await walk(inbox)).toEqual(expected);
        await close();
      });
    }

    it('of the first chunk when another one claims its number', async () => {
      const { pool, inbox, close } = await open();
      await new PostgresInbox(pool).stageChunks(chunks.slice(0, 1));
      const claim = { ...chunkOf(a, 99, false), chunk: 0 };
      const batch = [claim, ...chunks.slice(1)];
      expect(await inbox.stageChunks(batch)).toEqual({ staged: 29, conflicting: [`chunk 0 of ${a}`] });
      expect(await walk(inbox)).toEqual(expected);
      await close();
    });

    it('of nothing that another process has settled, once it recovers the ledger', async () => {
      const { pool, inbox, close } = await open();
      await inbox.stageIntakes([fileIntake(1, a)]);
      await inbox.stageChunks(chunks);
      await new PostgresInbox(pool).settle(a, 'linked');
      await inbox.sweep();
      expect(await walk(inbox)).toEqual([]);
      await close();
    });
  });

  it('sweeps a chunk that arrived while its submission was settled', async () => {
    const { inbox, close } = await open();
    const a = submissionNamed('a');
    await inbox.stageIntakes([fileIntake(1, a)]);
    await inbox.stageChunks([chunkOf(a, 0, true)]);
    await admin.query(`UPDATE linker.intake SET state = 'decided'`);
    expect(await inbox.sweep()).toBe(1);
    expect((await inbox.counts(programme)).chunks).toBe(0);
    await close();
  });

  for (const role of ['projector', 'reporting', 'eraser'] as const) {
    it(`refuses ${role}`, async () => {
      const client = new pg.Client({ connectionString: databases.url('platform', role) });
      await client.connect();
      for (const table of ['intake', 'chunk', 'unprocessable', 'lease', 'publication']) {
        await expect(client.query(`SELECT FROM linker.${table}`)).rejects.toThrow(/permission denied/);
      }
      await client.end();
    });
  }
});
