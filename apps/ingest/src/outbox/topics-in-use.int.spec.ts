import { createPool } from '@kinledger/database';
import { createTestDatabases, type TestDatabases } from '@kinledger/database/testing';
import { createInMemoryMessageBus, TopicsInUse, type MessageBus } from '@kinledger/message-bus';
import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';

describe('the topics to which a service published last', () => {
  let databases: TestDatabases;
  let pool: pg.Pool;
  let times = 0;
  const topics = new TopicsInUse('ingest', ['one', 'other']);
  const newBus = async (): Promise<MessageBus> => {
    const bus = createInMemoryMessageBus();
    await bus.ensureTopics(
      ['one', 'other'].map((name) => ({ name, partitions: 1, retentionMs: 86_400_000 })),
    );
    return bus;
  };
  const note = (bus: MessageBus) => topics.noteChange(pool, bus, async () => void (times += 1));

  beforeAll(async () => {
    databases = await createTestDatabases(inject('postgresUrl'));
    pool = createPool({ url: databases.url('restricted', 'ingest'), applicationName: 'test' });
  });
  afterAll(async () => {
    await pool.end();
    await databases.drop();
  });

  it('are noted, and nothing is published again while they are the same', async () => {
    const bus = await newBus();
    expect([await note(bus), await note(bus), times]).toEqual([false, false, 0]);
  });

  it('are found to be others once, whichever process starts first, and again if it fails', async () => {
    const bus = await newBus();
    const failing = topics.noteChange(pool, bus, () => Promise.reject(new Error('the database is away')));
    await expect(failing).rejects.toThrow('away');
    expect((await Promise.all([note(bus), note(bus), note(bus)])).sort()).toEqual([false, false, true]);
    expect([await note(bus), times]).toEqual([false, 1]);
  });
});
