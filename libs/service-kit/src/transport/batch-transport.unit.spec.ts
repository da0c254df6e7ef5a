import 'reflect-metadata';
import { topics } from '@kinledger/contracts';
import { createInMemoryMessageBus, MAX_MESSAGE_BYTES, type MessageBus } from '@kinledger/message-bus';
import { withMethods } from '@kinledger/test-doubles';
import {
  Catch,
  Controller,
  Injectable,
  Module,
  type CallHandler,
  type ExceptionFilter,
  type INestMicroservice,
  type LoggerService,
  type NestInterceptor,
  type PipeTransform,
  type Provider,
  type Type,
} from '@nestjs/common';
import { APP_FILTER, APP_INTERCEPTOR, NestFactory } from '@nestjs/core';
import { EventPattern, type MicroserviceOptions } from '@nestjs/microservices';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { delay, of, type Observable } from 'rxjs';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { BatchTransport, type BatchTransportOptions } from './batch-transport.js';
import { deadLetterTopic, type DeadLetter } from './dead-letter.js';
import { OnMessages } from './on-messages.js';
import { IntakeController, accepted, acceptedData, unreadable } from './testing-service.js';

const topic = topics.fileAccepted.name;
const group = 'pseudonymiser';

describe('the batch transport', () => {
  let bus: MessageBus;
  let apps: { close(): Promise<void> }[];
  const errors: unknown[] = [];
  const letters: DeadLetter[] = [];
  const logged = { error: vi.fn(), warn: vi.fn(), log: vi.fn() } satisfies LoggerService;

  const transport = (options: Partial<BatchTransportOptions> = {}) =>
    new BatchTransport({
      bus,
      group,
      onError: (error) => errors.push(error),
      onDeadLetter: (letter) => letters.push(letter),
      ...options,
    });

  /** A microservice with one controller, listening. */
  async function start(
    strategy: BatchTransport,
    controllers: Type[] = [IntakeController],
    providers: Provider[] = [],
  ): Promise<INestMicroservice> {
    class Root {}
    Module({ controllers, providers })(Root);
    // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment -- Nest takes any object of that shape
    const app = await NestFactory.createMicroservice<MicroserviceOptions>(Root, {
      strategy,
      logger: logged,
      abortOnError: false,
    });
    apps.push(app);
    await app.listen();
    return app;
  }

  const lag = async () => (await bus.lag(group)).reduce((sum, partition) => sum + partition.lag, 0);
  const soon = { timeout: 20_000, interval: 5 };

  /** The messages in the dead-letter topic, read by a new group. */
  async function deadLetters(count: number) {
    const found: { key: string; headers: Record<string, string>; text: string }[] = [];
    const reader = bus.subscribe(
      { group: 'operator', topics: [deadLetterTopic(topic).name] },
      async ({ messages }) => {
        for (const { key, headers, value } of messages) {
          found.push({ key, headers, text: new TextDecoder().decode(value) });
        }
      },
    );
    await vi.waitFor(() => expect(found.length).toBeGreaterThanOrEqual(count), soon);
    await reader.stop();
    return found;
  }

  beforeEach(() => {
    bus = createInMemoryMessageBus({ pollMs: 20, firstPauseMs: 5, longestPauseMs: 20 });
    apps = [];
    errors.length = letters.length = 0;
    vi.clearAllMocks();
  });
  afterEach(async () => {
    for (const app of apps) await app.close();
    await bus.close();
  });

  it('creates its topics and passes on a whole batch: decoded, in order, with its origin', async () => {
    const app = await start(transport());
    await bus.publish(
      topic,
      ['1', '2', '3'].map((id) => accepted(id)),
    );
    const service = app.get(IntakeController);
    await vi.waitFor(() => expect(service.handled).toHaveLength(3), soon);
    const [batch] = service.batches;
    expect(batch?.messages.map(({ id }) => id)).toEqual(['1', '2', '3']);
    expect(batch?.messages[0]).toEqual({
      id: '1',
      type: 'FileAccepted',
      source: '/ingest',
      time: '2023-10-02T09:00:00Z',
      data: acceptedData,
    });
    expect(batch?.context.topic).toBe(topic);
    expect(batch?.context.received.map(({ offset, partition }) => [offset, partition])).toEqual(
      [0, 1, 2].map((offset) => [offset, batch?.context.partition]),
    );
    await vi.waitFor(async () => expect(await lag()).toBe(0), soon);
  });

  it('passes on an older version as the newest shape', async () => {
    const app = await start(transport());
    const message = accepted('1');
    const supersedes = '1b2c3d4e5f60718293a4b5c6d7e8f90a';
    await bus.publish(topic, [
      {
        ...message,
        headers: { ...message.headers, ce_dataschema: 'urn:kinledger:contract:FileAccepted:1' },
        value: new TextEncoder().encode(JSON.stringify({ ...acceptedData, supersedes })),
      },
    ]);
    const service = app.get(IntakeController);
    await vi.waitFor(() => expect(service.handled).toHaveLength(1), soon);
    expect(service.handled[0]?.data.supersedes).toEqual([supersedes]);
  });

  it("requests batches with the handler's options", async () => {
    const app = await start(transport());
    await bus.publish(
      topic,
      Array.from({ length: 25 }, (_, index) => accepted(String(index))),
    );
    const service = app.get(IntakeController);
    await vi.waitFor(() => expect(service.handled).toHaveLength(25), soon);
    expect(service.batches.map(({ messages }) => messages.length)).toEqual([10, 10, 5]);
  });

  it("passes a handler's error to the bus unchanged, and the whole batch is delivered again", async () => {
    const app = await start(transport());
    const service = app.get(IntakeController);
    const failure = Object.assign(new Error('the disk is full'), { code: 'disk-full' });
    service.during = async () => {
      if (service.batches.length < 3) throw failure;
    };
    await bus.publish(topic, [accepted('1'), accepted('2')]);
    await vi.waitFor(() => expect(service.handled).toHaveLength(2), soon);
    expect(service.batches.map(({ messages }) => messages.map(({ id }) => id))).toEqual([
      ['1', '2'],
      ['1', '2'],
      ['1', '2'],
    ]);
    expect(errors).toEqual([failure, failure]);
    expect(errors[0]).toBe(failure);
    // The bus received the error; Nest does not log it too.
    expect(logged.error).not.toHaveBeenCalled();
  });

  it('passes an error on in spite of a filter of the application', async () => {
    @Catch()
    class Swallow implements ExceptionFilter {
      catch(): Observable<string> {
        return of('swallowed');
      }
    }
    const app = await start(transport(), [IntakeController], [{ provide: APP_FILTER, useClass: Swallow }]);
    const service = app.get(IntakeController);
    service.during = async () => {
      if (service.batches.length === 1) throw new Error('refused by the test');
    };
    await bus.publish(topic, [accepted('1')]);
    await vi.waitFor(() => expect(service.handled).toHaveLength(1), soon);
    expect(errors.map(String)).toEqual(['Error: refused by the test']);
  });

  it("awaits an interceptor's result, and passes its errors on", async () => {
    const finished: number[] = [];
    @Injectable()
    class Slow implements NestInterceptor {
      intercept(_: unknown, next: CallHandler): Observable<unknown> {
        return next.handle().pipe(delay(30));
      }
    }
    const app = await start(
      transport({ onHandled: () => finished.push(service().batches.length) }),
      [IntakeController],
      [{ provide: APP_INTERCEPTOR, useClass: Slow }],
    );
    const service = () => app.get(IntakeController);
    service().during = async () => {
      if (service().batches.length === 1) throw new Error('refused by the test');
    };
    await bus.publish(topic, [accepted('1')]);
    await vi.waitFor(() => expect(finished).toEqual([2]), soon);
    expect(errors.map(String)).toEqual(['Error: refused by the test']);
  });

  it('does not depend on global pipes and filters, which Nest would ignore at that point', async () => {
    class Root {}
    Module({ controllers: [IntakeController] })(Root);
    // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment -- Nest takes any object of that shape
    const app = await NestFactory.create(Root, new FastifyAdapter(), { logger: logged });
    apps.push(app);
    app.connectMicroservice<MicroserviceOptions>({ strategy: transport() });
    const transform = vi.fn((value: unknown) => value);
    app.useGlobalPipes({ transform } satisfies PipeTransform);
    await app.startAllMicroservices();
    await app.init();
    await bus.publish(topic, [unreadable('bad'), accepted('1')]);
    const service = app.get(IntakeController);
    await vi.waitFor(() => expect(service.handled).toHaveLength(1), soon);
    expect(transform).not.toHaveBeenCalled();
    expect(service.handled[0]?.data).toEqual(acceptedData);
    expect(letters).toHaveLength(1);
  });

  it('dead-letters an unreadable message with its reason, and handles the rest of the batch in order', async () => {
    const app = await start(transport());
    const service = app.get(IntakeController);
    await bus.publish(topic, [
      accepted('1'),
      unreadable('2'),
      accepted('3'),
      { key: 'submission-1', headers: { note: 'no CloudEvent' }, value: new TextEncoder().encode('x') },
      accepted('5'),
    ]);
    await vi.waitFor(() => expect(service.handled).toHaveLength(3), soon);
    expect(service.batches).toHaveLength(1);
    expect(service.handled.map(({ id }) => id)).toEqual(['1', '3', '5']);
    expect(service.batches[0]?.context.received.map(({ offset }) => offset)).toEqual([0, 2, 4]);
    await vi.waitFor(async () => expect(await lag()).toBe(0), soon);

    const found = await deadLetters(2);
    expect(found).toHaveLength(2);
    expect(found[0]).toMatchObject({
      key: 'submission-1',
      text: '{"programme":7}',
      headers: {
        ce_id: '2',
        'dead-letter-topic': topic,
        'dead-letter-partition': String(service.batches[0]?.context.partition),
        'dead-letter-offset': '1',
        'dead-letter-group': group,
      },
    });
    expect(found[0]?.headers['dead-letter-reason']).toMatch(
      /^FileAccepted version 3 cannot be read: programme: /,
    );
    expect(found[1]).toMatchObject({
      text: 'x',
      headers: { note: 'no CloudEvent', 'dead-letter-offset': '3' },
    });
    expect(letters.map(({ message }) => message.offset)).toEqual([1, 3]);
  });

  it('dead-letters a message once, however often its batch is delivered', async () => {
    const app = await start(transport());
    const service = app.get(IntakeController);
    service.during = async () => {
      if (service.batches.length < 4) throw new Error('refused by the test');
    };
    await bus.publish(topic, [unreadable('1'), accepted('2')]);
    await vi.waitFor(() => expect(service.handled).toHaveLength(1), soon);
    await bus.publish(topic, [unreadable('3')]);
    const found = await deadLetters(2);
    expect(found.map(({ headers }) => headers['ce_id'])).toEqual(['1', '3']);
    expect(letters).toHaveLength(2);
  });

  it('calls no handler for a batch without a readable message, and commits it', async () => {
    const app = await start(transport());
    await bus.publish(topic, [unreadable('1'), unreadable('2')]);
    await vi.waitFor(() => expect(letters).toHaveLength(2), soon);
    await vi.waitFor(async () => expect(await lag()).toBe(0), soon);
    expect(app.get(IntakeController).batches).toHaveLength(0);
  });

  it('dead-letters even a message of the full size', async () => {
    await start(transport());
    const message = unreadable('1', new Uint8Array(0));
    const room = Object.entries(message.headers).reduce(
      (sum, [name, value]) => sum + name.length + value.length,
      0,
    );
    const value = new Uint8Array(MAX_MESSAGE_BYTES - room - message.key.length);
    await bus.publish(topic, [{ ...message, value }]);
    const [found] = await deadLetters(1);
    expect(found?.text).toHaveLength(value.length);
  });

  it('keeps the batch until its dead letters are durable', async () => {
    const failing: MessageBus = {
      ensureTopics: (settings) => bus.ensureTopics(settings),
      publish: vi.fn((to: string, messages: Parameters<MessageBus['publish']>[1]) =>
        errors.length < 2 ? Promise.reject(new Error('no room for dead letters')) : bus.publish(to, messages),
      ),
      subscribe: (options, handler) => bus.subscribe(options, handler),
      lag: (name) => bus.lag(name),
      topicId: (topic) => bus.topicId(topic),
      applyRetention: (now) => bus.applyRetention(now),
      trim: (topics) => bus.trim(topics),
      close: () => Promise.resolve(),
    };
    const app = await start(transport({ bus: failing }));
    await bus.publish(topic, [unreadable('1'), accepted('2')]);
    const service = app.get(IntakeController);
    await vi.waitFor(() => expect(service.handled).toHaveLength(1), soon);
    expect(errors.map(String)).toEqual(Array.from({ length: 2 }, () => 'Error: no room for dead letters'));
    expect(await deadLetters(1)).toHaveLength(1);
  });

  it('finishes the batch in progress when the application closes', async () => {
    const app = await start(transport());
    const service = app.get(IntakeController);
    let letGo: () => void = () => undefined;
    service.during = () => new Promise((resolve) => (letGo = resolve));
    await bus.publish(topic, [accepted('1')]);
    await vi.waitFor(() => expect(service.batches).toHaveLength(1), soon);
    const closed = app.close();
    await vi.waitFor(() => expect(service.batches[0]?.context.signal.aborted).toBe(true), soon);
    letGo();
    await closed;
    expect(service.handled).toHaveLength(1);
    expect(await lag()).toBe(0);
  });

  it('lets a handler name its own group, and reports what it handled', async () => {
    @Controller()
    class Own {
      @OnMessages(topics.command, { group: 'another' })
      async withdraw(): Promise<void> {
        return Promise.resolve();
      }
    }
    const handled: unknown[] = [];
    await start(transport({ onHandled: (batch) => handled.push(batch) }), [Own]);
    await bus.publish(topics.command.name, [unreadable('1')]);
    await vi.waitFor(() => expect(handled).toHaveLength(1), soon);
    expect(handled[0]).toMatchObject({
      topic: topics.command.name,
      group: 'another',
      messages: 1,
    });
  });

  it('refuses a handler without @OnMessages, and a second one for a topic', async () => {
    @Controller()
    class Undecoded {
      // eslint-disable-next-line @typescript-eslint/no-unnecessary-type-arguments -- picks the overload for any method
      @EventPattern<string>(topic)
      handle(): void {
        throw new Error('never called');
      }
    }
    @Controller()
    class Second extends IntakeController {}
    await expect(start(transport(), [Undecoded])).rejects.toThrow('must use @OnMessages');
    await expect(start(transport(), [IntakeController, Second])).rejects.toThrow('has two handlers');
  });

  it('has the bus delete old messages repeatedly, and continues when that fails', async () => {
    const applied: Date[] = [];
    const retaining = withMethods(bus, {
      applyRetention: (now: Date) => {
        applied.push(now);
        return applied.length === 1 ? Promise.reject(new Error('not now')) : Promise.resolve(0);
      },
    });
    const app = await start(transport({ bus: retaining, retentionEveryMs: 5 }));
    await vi.waitFor(() => expect(applied.length).toBeGreaterThan(2), soon);
    expect(errors.map(String)).toEqual(['Error: not now']);
    await app.close();
    const count = applied.length;
    await bus.publish(topic, [accepted('1')]);
    expect(applied).toHaveLength(count);
  });

  it('is ready when it owns its partitions', async () => {
    const strategy = transport();
    await start(strategy);
    await strategy.ready;
    // With this Nest leaves handlers' streams to the transport, which awaits them.
    expect(strategy.propagatesEventHandlerErrors).toBe(true);
    expect(await bus.lag(group)).toHaveLength(topics.fileAccepted.partitions);
    expect(strategy.unwrap()).toBe(bus);
    expect(() => strategy.on()).toThrow('no client events');
  });
});
