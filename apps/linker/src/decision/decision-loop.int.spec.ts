import { createPool } from '@kinledger/database';
import { createTestDatabases, type TestDatabases } from '@kinledger/database/testing';
import { topics } from '@kinledger/contracts';
import {
  eraseBodies,
  eraseTokens,
  PostgresBodiesToRekey,
  PostgresEventStore,
  PostgresNameTables,
} from '@kinledger/event-store';
import { createInMemoryMessageBus, topicSettings } from '@kinledger/message-bus';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { PostgresInbox } from '../inbox/postgres-inbox.js';
import { PostgresLeases } from '../lease/postgres-leases.js';
import { PostgresPublicationCursor } from '../publication/publication-cursor.js';
import { interruptedStore } from '../testing/interrupted-store.js';
import { imageOf, startLinker, until, untilDone, type LinkerWorld } from '../testing/linker-world.js';
import { eventfulYear, stageAll } from '../testing/scenario.js';
import { decisionLoopFeatures } from './contract/decision-loop.features.js';
import { keyRotationFeatures } from './contract/key-rotation.features.js';

describe('the decision loop on PostgreSQL', () => {
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

  const open = async () => {
    await admin.query(
      `TRUNCATE linker.intake, linker.chunk, linker.unprocessable, linker.command, linker.publication, linker.lease,
                ledger.event, ledger.segment, ledger.payload`,
    );
    const url = databases.url('platform', 'linker');
    const pool = createPool({ url, applicationName: 'world' });
    const store = new PostgresEventStore({ url, applicationName: 'world' });
    const bus = createInMemoryMessageBus();
    await bus.ensureTopics(Object.values(topics).map(topicSettings));
    const eraser = createPool({ url: databases.url('platform', 'eraser'), applicationName: 'world' });
    const world: LinkerWorld = {
      ...{ store, cursor: new PostgresPublicationCursor(pool), bus },
      inbox: new PostgresInbox(pool),
      inboxElsewhere: () => new PostgresInbox(pool),
      eraseBodies: async (of, records) => {
        await eraseBodies(eraser, of, records);
      },
      eraseTokens: (of, records) => eraseTokens(eraser, of, records),
      bodiesToRekey: new PostgresBodiesToRekey(eraser),
      nameTables: new PostgresNameTables(pool),
    };
    return {
      world,
      close: async () => {
        await Promise.all([bus.close(), store.close(), pool.end(), eraser.end()]);
      },
    };
  };

  decisionLoopFeatures(open);
  keyRotationFeatures(open);

  it('is continued by a standby when the writer is killed in the middle of a decision', async () => {
    const undisturbed = await open();
    await stageAll(undisturbed.world.inbox, eventfulYear().scenario);
    const only = startLinker(undisturbed.world);
    await untilDone(undisturbed.world);
    await only.stop();
    const image = await imageOf(undisturbed.world.store);
    await undisturbed.close();

    const { world, close } = await open();
    await stageAll(world.inbox, eventfulYear().scenario);
    const leasesOf = (name: string) => {
      const pool = createPool({ url: databases.url('platform', 'linker'), applicationName: name });
      return { pool, leases: new PostgresLeases(pool, name, { ttlMs: 2_000, onError: () => undefined }) };
    };
    const [a, b] = [leasesOf('writer'), leasesOf('standby')];
    const limits = { events: 3, bytes: 1024 * 1024 };
    const dying = interruptedStore(world.store, 6, 'after');
    const writer = startLinker({ ...world, store: dying.store }, { leases: a.leases, limits });
    await dying.interrupted;
    const standby = startLinker({ ...world, inbox: world.inboxElsewhere() }, { leases: b.leases, limits });
    await until('the standby has asked', () => standby.observed.states.includes('standby'));
    expect(standby.observed.states).not.toContain('deciding');
    // A kill closes the session that holds the lease.
    await admin.query('SELECT pg_terminate_backend(session) FROM linker.lease');
    await untilDone(world);
    expect(await imageOf(world.store)).toEqual(image);
    writer.kill();
    await standby.stop();
    await Promise.all([b.pool.end(), close()]);
  });
});
