import { topics } from '@kinledger/contracts';
import { createTestDatabases, type TestDatabases } from '@kinledger/database/testing';
import { createPostgresMessageBus, type MessageBus } from '@kinledger/message-bus';
import { afterAll, beforeAll, describe, expect, inject, it, vi } from 'vitest';
import { busConfig } from '../config/bus-config.js';
import { createService, type Service } from '../service/create-service.js';
import { IntakeController, accepted, unreadable } from './testing-service.js';

const topic = topics.fileAccepted.name;
const soon = { timeout: 20_000, interval: 20 };

class ConsumerModule {}

describe('a service that names a bus in its configuration', () => {
  let databases: TestDatabases;
  let producer: MessageBus;
  let service: Service;

  beforeAll(async () => {
    databases = await createTestDatabases(inject('postgresUrl'));
    producer = createPostgresMessageBus({
      url: databases.url('bus', 'ingest'),
      applicationName: 'ingest',
    });
    service = await createService(
      {
        name: 'pseudonymiser',
        config: { bus: busConfig },
        module: () => ({ module: ConsumerModule, controllers: [IntakeController] }),
      },
      {
        KINLEDGER_HTTP_PORT: '0',
        KINLEDGER_LOG_LEVEL: 'silent',
        KINLEDGER_BUS_URL: databases.url('bus', 'pseudonymiser'),
      },
    );
  });
  afterAll(async () => {
    await service.close();
    await producer.close();
    await databases.drop();
  });

  const value = async (metric: string, of: string = topic) => {
    const text = await (await fetch(`${service.url}/metrics`)).text();
    const line = text
      .split('\n')
      .find((each) => each.startsWith(`${metric}{`) && each.includes(`topic="${of}"`));
    return line === undefined ? undefined : Number(line.slice(line.lastIndexOf(' ')));
  };

  it('counts from 0 for each topic that the service consumes, and for no other', async () => {
    for (const metric of [
      'kinledger_batch_failures_total',
      'kinledger_dead_letters_total',
      'kinledger_messages_consumed_total',
    ]) {
      expect(await value(metric)).toBe(0);
      expect(await value(metric, topics.command.name)).toBe(0);
      expect(await value(metric, topics.rowPseudonymised.name)).toBeUndefined();
    }
  });

  it('passes batches to its handlers, and counts failures, dead letters, messages and time by topic', async () => {
    const controller = service.app.get(IntakeController);
    let failures = 0;
    controller.during = async () => {
      if (failures < 2) throw new Error(`failure ${(failures += 1)}`);
    };
    await producer.publish(topic, [accepted('1'), unreadable('2'), accepted('3')]);
    await vi.waitFor(() => expect(controller.handled.map(({ id }) => id)).toEqual(['1', '3']), soon);
    await vi.waitFor(async () => expect(await value('kinledger_messages_consumed_total')).toBe(3), soon);
    expect(await value('kinledger_batch_failures_total')).toBe(2);
    expect(await value('kinledger_dead_letters_total')).toBe(1);
    expect(await value('kinledger_batch_seconds_count')).toBe(1);
  });
});
