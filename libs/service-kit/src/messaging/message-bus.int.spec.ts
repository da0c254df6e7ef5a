import { topics } from '@kinledger/contracts';
import { migrate, type DatabaseName } from '@kinledger/database';
import { createTestDatabases, type TestDatabases } from '@kinledger/database/testing';
import type { MessageBus } from '@kinledger/message-bus';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { busConfig } from '../config/bus-config.js';
import { platformConfig } from '../config/fragments.js';
import { PoolModule } from '../persistence/pool.module.js';
import { createService } from '../service/create-service.js';
import { MESSAGE_BUS } from './message-bus.token.js';

let databases: TestDatabases;

beforeAll(async () => {
  databases = await createTestDatabases(inject('postgresUrl'));
});
afterAll(() => databases.drop());

class LinkerModule {}

const start = (platformUrl: string, patience = '0') =>
  createService(
    {
      name: 'linker',
      config: { bus: busConfig, platform: platformConfig },
      module: ({ platform }) => ({
        module: LinkerModule,
        imports: [PoolModule.forRoot({ database: 'platform', url: platform.url, service: 'linker' })],
      }),
    },
    {
      KINLEDGER_HTTP_PORT: '0',
      KINLEDGER_LOG_LEVEL: 'silent',
      KINLEDGER_BUS_URL: databases.url('bus', 'linker'),
      KINLEDGER_PLATFORM_URL: platformUrl,
      KINLEDGER_START_PATIENCE_SECONDS: patience,
    },
  );

describe('a service with a bus and a database', () => {
  it('finds every topic, is ready while both answer, and closes both', async () => {
    const service = await start(databases.url('platform', 'linker'));
    const bus = service.app.get<MessageBus>(MESSAGE_BUS);
    await bus.publish(topics.commandAnswered.name, []);
    expect(await service.health.readiness()).toEqual({
      ready: true,
      checks: { 'message-bus': 'up', 'platform-database': 'up' },
    });
    const pool = service.app.get<pg.Pool>('kinledger pool platform');
    await service.close();
    expect(pool.ended).toBe(true);
  });

  it('does not start on a database that lacks the migrations of this code', async () => {
    // The bus has other migrations than the platform.
    await expect(start(databases.url('bus', 'linker'))).rejects.toMatchObject({ code: 'not-migrated' });
  });

  it('waits for the migrator where it is told to, because a deployment starts both at once', async () => {
    await query('platform', 'DELETE FROM migrations.function');
    const starting = start(databases.url('platform', 'linker'), '30');
    await expect.poll(() => waitingConnections()).toBeGreaterThan(0);
    await migrate('platform', databases.url('platform', 'migrator'));
    await (await starting).close();
  });
});

const query = async (database: DatabaseName, sql: string) => {
  const client = new pg.Client({ connectionString: databases.url(database, 'migrator') });
  await client.connect();
  return client.query(sql).finally(() => client.end());
};

const waitingConnections = async () =>
  (
    await query(
      'platform',
      `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND usename = 'kinledger_linker'`,
    )
  ).rowCount;
