import { topics } from '@kinledger/contracts';
import { createTestDatabases, type TestDatabases } from '@kinledger/database/testing';
import type { MessageBus } from '@kinledger/message-bus';
import type pg from 'pg';
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

const start = (platformUrl: string) =>
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
});
