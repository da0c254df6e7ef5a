import { topics } from '@kinledger/contracts';
import { createPool } from '@kinledger/database';
import { createTestDatabases, type TestDatabases } from '@kinledger/database/testing';
import { KurrentDbEventStore } from '@kinledger/event-store';
import { StandInServer } from '@kinledger/event-store/testing';
import { createInMemoryMessageBus, topicSettings } from '@kinledger/message-bus';
import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { PostgresInbox } from '../inbox/postgres-inbox.js';
import { PostgresPublicationCursor } from '../publication/publication-cursor.js';
import { interruptedStore } from '../testing/interrupted-store.js';
import { imageOf, inMemoryWorld, startLinker, untilDone } from '../testing/linker-world.js';
import { eventfulYear, stageAll } from '../testing/scenario.js';

/** The store has its own suite; this spec shows that loop and store work together. The server is a stand-in. */
describe('the decision loop on kurrentdb (stand-in)', () => {
  let databases: TestDatabases;
  let server: StandInServer;
  let pool: pg.Pool;
  const open = () =>
    new KurrentDbEventStore({
      connectionString: server.connectionString(),
      platformUrl: databases.url('platform', 'linker'),
      eraserUrl: databases.url('platform', 'eraser'),
      applicationName: 'world',
      // The next writer waits twice as long for a killed writer's appends in progress.
      appendTimeoutMs: 500,
    });

  beforeAll(async () => {
    databases = await createTestDatabases(inject('postgresUrl'));
    server = await StandInServer.start();
    pool = createPool({ url: databases.url('platform', 'linker'), applicationName: 'world' });
  });
  afterAll(async () => {
    await pool.end();
    server.stop();
    await databases.drop();
  });

  it('writes the same ledger as in memory, although it is killed twice and the server once', async () => {
    const undisturbed = await inMemoryWorld();
    await stageAll(undisturbed.inbox, eventfulYear().scenario);
    const only = startLinker(undisturbed);
    await untilDone(undisturbed);
    await only.stop();

    const bus = createInMemoryMessageBus();
    await bus.ensureTopics(Object.values(topics).map(topicSettings));
    const inboxElsewhere = () => new PostgresInbox(pool);
    const cursor = new PostgresPublicationCursor(pool);
    // Each process has its own inbox; the first one has staged the rows.
    const roomsOf = (inbox: PostgresInbox) => ({ inbox, inboxElsewhere, cursor, bus });
    const first = inboxElsewhere();
    await stageAll(first, eventfulYear().scenario);
    const limits = { events: 3, bytes: 1024 * 1024 };
    for (const [inbox, nth, moment] of [
      [first, 6, 'after'],
      [inboxElsewhere(), 4, 'before'],
    ] as const) {
      const store = open();
      const dying = interruptedStore(store, nth, moment);
      const killed = startLinker({ ...roomsOf(inbox), store: dying.store }, { limits });
      await dying.interrupted;
      killed.kill();
      await store.close();
    }
    const store = open();
    const world = { ...roomsOf(inboxElsewhere()), store };
    const linker = startLinker(world, { limits });
    await server.restart();
    await untilDone(world);
    expect(await imageOf(store)).toEqual(await imageOf(undisturbed.store));
    await linker.stop();
    await Promise.all([store.close(), bus.close(), undisturbed.bus.close()]);
  });
});
