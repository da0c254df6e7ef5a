import { createPool, type RoleName } from '@kinledger/database';
import { createTestDatabases, type TestDatabases } from '@kinledger/database/testing';
import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { newSegment } from '../contract/fixture.js';
import { eraseBodies } from './erase-bodies.js';
import { PostgresEventStore } from './postgres-event-store.js';

const stream = 'programme-leap';
const segment = newSegment(0);

describe('roles of the ledger', () => {
  let databases: TestDatabases;
  const pools: pg.Pool[] = [];
  const as = (role: RoleName): pg.Pool => {
    const pool = createPool({ url: databases.url('platform', role), applicationName: 'test', max: 1 });
    pools.push(pool);
    return pool;
  };

  beforeAll(async () => {
    databases = await createTestDatabases(inject('postgresUrl'));
    const store = new PostgresEventStore({
      url: databases.url('platform', 'linker'),
      applicationName: 'test',
    });
    await store.append(
      stream,
      [{ id: '00000000-0000-8000-8000-000000000001', type: 'Noted', bytes: Buffer.from('{}') }],
      {
        expectedRevision: 'no-stream',
        segments: [segment],
      },
    );
    await store.close();
  });
  afterAll(async () => {
    await Promise.all(pools.map((pool) => pool.end()));
    await databases.drop();
  });

  const refused: readonly [RoleName, string][] = [
    ...['stream', 'event', 'segment', 'payload'].flatMap((table): [RoleName, string][] => [
      ['linker', `DELETE FROM ledger.${table}`],
      ['linker', `TRUNCATE ledger.${table}`],
      ['projector', `DELETE FROM ledger.${table}`],
      ['reporting', `SELECT 1 FROM ledger.${table}`],
    ]),
    ['linker', `UPDATE ledger.event SET bytes = 'x'`],
    ['linker', `UPDATE ledger.segment SET bytes = 'x'`],
    ['linker', `UPDATE ledger.payload SET bytes = 'x'`],
    ['linker', `UPDATE ledger.stream SET name = 'x'`],
    ['linker', `INSERT INTO ledger.stream (name) VALUES ('x')`],
    [
      'linker',
      `INSERT INTO ledger.event VALUES (1, 0, gen_random_uuid(), 'x', 'x') ON CONFLICT (stream, revision) DO UPDATE SET bytes = 'x'`,
    ],
    ['linker', `ALTER TABLE ledger.event DROP CONSTRAINT event_pkey`],
    ['projector', `INSERT INTO ledger.event VALUES (1, 1, gen_random_uuid(), 'x', 'x')`],
    ['projector', `SELECT * FROM ledger.take_stream('programme-leap')`],
    ['reporting', `SELECT * FROM ledger.take_stream('programme-leap')`],
    ['projector', `SELECT * FROM ledger.segments_ahead`],
    ['projector', `INSERT INTO ledger.segments_ahead VALUES (1, 0, 0)`],
    ['reporting', `SELECT * FROM ledger.segments_ahead`],
    ['linker', `DELETE FROM ledger.segments_ahead`],
    ['eraser', `INSERT INTO ledger.segments_ahead VALUES (1, 0, 0)`],
    ['eraser', `UPDATE ledger.segments_ahead SET last_revision = 7`],
    ['eraser', `SELECT bytes FROM ledger.event`],
    ['eraser', `DELETE FROM ledger.event`],
    ['eraser', `DELETE FROM ledger.payload`],
    ['eraser', `INSERT INTO ledger.segment VALUES (1, 7, 1, 'x')`],
    ['eraser', `UPDATE ledger.segment SET revision = 7`],
  ];
  for (const [role, statement] of refused) {
    it(`refuse ${role}: ${statement}`, async () => {
      await expect(as(role).query(statement)).rejects.toThrow(/permission denied|must be owner/);
    });
  }

  it('let the projector read everything', async () => {
    const pool = as('projector');
    for (const table of ['stream', 'event', 'segment', 'payload']) {
      await expect(pool.query(`SELECT * FROM ledger.${table}`)).resolves.toBeDefined();
    }
  });

  it('let the eraser delete a body for ever', async () => {
    const eraser = as('eraser');
    expect(await eraseBodies(eraser, stream, segment.records)).toBe(1);
    expect(await eraseBodies(eraser, stream, segment.records)).toBe(0);
    const { rows } = await as('projector').query('SELECT revision FROM ledger.segment');
    expect(rows).toEqual([]);
  });
});
