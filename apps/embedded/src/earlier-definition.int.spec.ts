import { createHash } from 'node:crypto';
import { createTestDatabases, type TestDatabases } from '@kinledger/database/testing';
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import { refuseEarlierDefinition } from './earlier-definition.js';

describe('a definition with which services start', () => {
  let databases: TestDatabases;
  let client: pg.Client;
  beforeAll(async () => {
    databases = await createTestDatabases(inject('postgresUrl'));
    client = new pg.Client({ connectionString: databases.url('platform', 'migrator') });
    await client.connect();
  });
  afterAll(async () => {
    await client.end();
    await databases.drop();
  });
  beforeEach(() => client.query('TRUNCATE ledger.event, ledger.payload, ledger.stream RESTART IDENTITY'));

  const take = async (document: object): Promise<string> => {
    const bytes = Buffer.from(JSON.stringify(document));
    const digest = createHash('sha256').update(bytes).digest();
    await client.query('INSERT INTO ledger.payload (digest, bytes) VALUES ($1, $2) ON CONFLICT DO NOTHING', [
      digest,
      bytes,
    ]);
    return digest.toString('hex');
  };
  /** Puts definitions into force one after the other, each with another event behind it. */
  const inForce = async (id: string, ...versions: readonly number[]) => {
    const { rows } = await client.query<{ stream: number }>(
      'INSERT INTO ledger.stream (name) VALUES ($1) RETURNING stream',
      [`programme-${id}`],
    );
    let revision = 0;
    for (const version of versions) {
      const definition = await take({ definition: { id, version }, schemas: {} });
      for (const [type, data] of [
        ['ProgrammeDefined', { definition }],
        ['SubmissionParked', {}],
      ] as const) {
        const bytes = Buffer.from(JSON.stringify({ data }));
        await client.query(
          'INSERT INTO ledger.event (stream, revision, id, type, bytes) VALUES ($1, $2, gen_random_uuid(), $3, $4)',
          [rows[0]?.stream, revision, type, bytes],
        );
        revision += 1;
      }
    }
  };
  const start = (id: string, version: number) =>
    refuseEarlierDefinition(databases.url('platform', 'projector'), { id, version }, '/programmes/ours');

  it('is taken on an empty ledger, and with the version in force or a higher one', async () => {
    await start('leap', 1);
    await inForce('leap', 3);
    await start('leap', 3);
    await start('leap', 4);
  });

  it('is refused with a lower version than the one in force, in a sentence that says what to do', async () => {
    await inForce('leap', 1, 3);
    await expect(start('leap', 2)).rejects.toThrow(
      'the definition in /programmes/ours has version 2, and the ledger has version 3 in force: name the folder of that one with --programme, or go back with --earlier-definition, which decides every link again',
    );
  });

  it('is compared with the definition in force, not with one that was gone back from', async () => {
    await inForce('leap', 3, 2);
    await start('leap', 2);
    await expect(start('leap', 1)).rejects.toThrow('version 2 in force');
  });

  it('is compared with those of its own programme, and with nothing else beside the ledger', async () => {
    await inForce('other', 7);
    await inForce('leap', 2);
    await take({ figures: [], definition: 'a'.repeat(64) });
    await start('leap', 2);
  });

  it('is compared with the highest version where PostgreSQL holds no event', async () => {
    await take({ definition: { id: 'leap', version: 3 }, schemas: {} });
    await expect(start('leap', 2)).rejects.toThrow('version 3 in force');
  });
});
