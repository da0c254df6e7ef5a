import 'reflect-metadata';
import { topics } from '@kinledger/contracts';
import { createTestDatabases, type TestDatabases } from '@kinledger/database/testing';
import { createPostgresMessageBus, type MessageBus } from '@kinledger/message-bus';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { MicroserviceOptions } from '@nestjs/microservices';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { afterAll, beforeAll, describe, expect, inject, it, vi } from 'vitest';
import { BatchTransport } from './batch-transport.js';
import { IntakeController, accepted, unreadable } from './testing-service.js';

const topic = topics.fileAccepted.name;
const soon = { timeout: 20_000, interval: 20 };

/** `logger: false` would silence every service that is started after this one in the same process. */
const nothing = () => undefined;
const silent = { log: nothing, error: nothing, warn: nothing };

describe('the batch transport over PostgreSQL', () => {
  let databases: TestDatabases;
  let producer: MessageBus;
  const open = (role: 'ingest' | 'pseudonymiser') =>
    createPostgresMessageBus({
      url: databases.url('bus', role),
      applicationName: role,
      session: { firstPauseMs: 10 },
    });

  beforeAll(async () => {
    databases = await createTestDatabases(inject('postgresUrl'));
    producer = open('ingest');
  });
  afterAll(async () => {
    await producer.close();
    await databases.drop();
  });

  /** A service with HTTP and the bus, like all of ours. */
  async function boot() {
    @Module({ controllers: [IntakeController] })
    class Root {}
    const bus = open('pseudonymiser');
    const deadLetters: string[] = [];
    // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment -- Nest takes any object of that shape
    const app = await NestFactory.create(Root, new FastifyAdapter(), { logger: silent });
    const strategy = new BatchTransport({
      bus,
      group: 'pseudonymiser',
      onDeadLetter: ({ message }) => deadLetters.push(message.headers['ce_id'] ?? ''),
    });
    app.connectMicroservice<MicroserviceOptions>({ strategy });
    await app.startAllMicroservices();
    await strategy.ready;
    return {
      service: app.get(IntakeController),
      deadLetters,
      close: async () => {
        await app.close();
        await bus.close();
      },
    };
  }

  it('delivers, redelivers, dead-letters, and resumes after a restart where it was', async () => {
    const first = await boot();
    let failures = 0;
    first.service.during = async () => {
      if (failures < 2) throw new Error(`failure ${(failures += 1)}`);
    };
    await producer.publish(topic, [accepted('1'), unreadable('2'), accepted('3')]);
    await vi.waitFor(() => expect(first.service.handled).toHaveLength(2), soon);
    expect(first.service.batches).toHaveLength(3);
    expect(first.deadLetters).toEqual(['2']);
    await first.close();

    await producer.publish(topic, [accepted('4')]);
    const second = await boot();
    await vi.waitFor(() => expect(second.service.handled).toHaveLength(1), soon);
    expect(second.service.handled.map(({ id }) => id)).toEqual(['4']);
    await second.close();
    const lags = await producer.lag('pseudonymiser');
    expect(lags.every(({ lag }) => lag === 0)).toBe(true);
  });
});
