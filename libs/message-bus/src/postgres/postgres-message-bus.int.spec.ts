import { createTestDatabases } from '@kinledger/database/testing';
import pg from 'pg';
import { inject } from 'vitest';
import { FIRST_PAUSE_MS } from '../contract/bus-under-test.js';
import { FreezableRelay } from '../contract/freezable-relay.js';
import { messageBusFeatures } from '../contract/message-bus.features.js';
import type { MessageBus } from '../message-bus.js';
import { packMessages } from '../packed-messages.js';
import { partitionOf } from '../partition-of.js';
import { createPostgresMessageBus } from './postgres-message-bus.js';

messageBusFeatures('PostgreSQL', async () => {
  const databases = await createTestDatabases(inject('postgresUrl'));
  const connections: { bus: MessageBus; relay: FreezableRelay }[] = [];
  const session = {
    ttlMs: 3000,
    graceMs: 300,
    heartbeatMs: 300,
    pollMs: 200,
    firstPauseMs: FIRST_PAUSE_MS,
    longestPauseMs: 200,
  };
  return {
    connect: async () => {
      const { relay, url } = await FreezableRelay.open(databases.url('bus', 'linker'));
      const bus = createPostgresMessageBus({ url, applicationName: 'contract', session });
      connections.push({ bus, relay });
      return {
        bus,
        loseConnection: () => relay.freeze(),
        regainConnection: () => relay.thaw(),
        severConnections: () => relay.sever(),
        receivedBytes: () => relay.receivedBytes,
      };
    },
    publishSlowly: async (topic, messages) => {
      const client = new pg.Client({ connectionString: databases.url('bus', 'ingest') });
      await client.connect();
      const { rows } = await client.query<{ count: number }>('SELECT bus.partitions($1) AS count', [topic]);
      const { keys, headers, lengths, body } = packMessages(messages);
      const partitions = keys.map((key) => partitionOf(key, rows[0]?.count ?? 1));
      await client.query('BEGIN');
      await client.query('SELECT bus.publish($1, $2, $3, $4, $5, $5, $6)', [
        topic,
        partitions,
        keys,
        headers,
        lengths,
        body,
      ]);
      return {
        finish: async () => {
          await client.query('COMMIT');
          await client.end();
        },
      };
    },
    dispose: async () => {
      await Promise.all(connections.map(({ bus }) => bus.close()));
      await Promise.all(connections.map(({ relay }) => relay.close()));
      await databases.drop();
    },
  };
});
