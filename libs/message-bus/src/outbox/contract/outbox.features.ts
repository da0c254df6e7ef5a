import { createPool, inTransaction } from '@kinledger/database';
import fc from 'fast-check';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Inbox, newTopic, numbered, textOf, unique, until } from '../../contract/bus-under-test.js';
import { isMessageTooLarge, isTopicUnknown } from '../../errors.js';
import { createInMemoryMessageBus } from '../../in-memory/in-memory-message-bus.js';
import { MAX_MESSAGE_BYTES, type MessageBus, type OutgoingMessage } from '../../message-bus.js';
import { OutboxRelay, type OutboxRelayOptions } from '../outbox-relay.js';
import type { OutboxTable } from '../outbox-table.js';

/** The outbox of a service in a test database. */
export interface OutboxUnderTest {
  readonly table: OutboxTable;
  /** The service’s database, in the service’s own role. */
  readonly url: string;
  /** The same database, in a role that may terminate other connections. */
  readonly superuserUrl: string;
  dispose(): Promise<void>;
}

/** The contract of every service's outbox. */
export function outboxFeatures(name: string, open: () => Promise<OutboxUnderTest>): void {
  describe(`outbox contract: ${name}`, () => {
    let underTest: OutboxUnderTest;
    let table: OutboxTable;
    let pool: pg.Pool;
    let bus: MessageBus;
    const relays: OutboxRelay[] = [];
    const relay = (options: Partial<OutboxRelayOptions> = {}) => {
      const created = new OutboxRelay({ pool, table, bus, pollMs: 20, ...options });
      relays.push(created);
      created.start();
      return created;
    };
    const write = (topic: string, messages: readonly OutgoingMessage[]) =>
      inTransaction(pool, (client) =>
        table.write(
          client,
          messages.map((message) => ({ topic, ...message })),
        ),
      );
    const waiting = async () => (await table.waiting(pool)).messages;
    /** A bus that does something else before each publish. */
    const busThat = (before: (topic: string) => Promise<void>): MessageBus => ({
      ensureTopics: (topics) => bus.ensureTopics(topics),
      publish: async (topic, messages) => {
        await before(topic);
        await bus.publish(topic, messages);
      },
      subscribe: (options, handler) => bus.subscribe(options, handler),
      lag: (group) => bus.lag(group),
      topicId: (topic) => bus.topicId(topic),
      applyRetention: (now) => bus.applyRetention(now),
      trim: (topics) => bus.trim(topics),
      close: () => bus.close(),
    });

    const connect = (applicationName: string, max?: number) =>
      createPool({ url: underTest.url, applicationName, ...(max === undefined ? {} : { max }) });

    beforeAll(async () => {
      underTest = await open();
      table = underTest.table;
      pool = connect('outbox test');
    });
    beforeEach(async () => {
      bus = createInMemoryMessageBus({ pollMs: 20 });
      await pool.query(`DELETE FROM ${table.name}`);
    });
    afterEach(async () => {
      await Promise.all(relays.splice(0).map((running) => running.stop()));
      await bus.close();
    });
    afterAll(async () => {
      await pool.end();
      await underTest.dispose();
    });

    it('keeps messages unchanged, in the order in which they are written', async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.array(
            fc.record({
              topic: fc.constantFrom('a', 'b'),
              key: fc.string({ unit: 'grapheme' }).filter((text) => !text.includes('\0')),
              headers: fc.dictionary(
                fc.stringMatching(/^[a-z_]{1,8}$/),
                fc.stringMatching(/^[ -~£“”]{0,20}$/),
              ),
              value: fc.uint8Array({ maxLength: 40 }),
            }),
            { maxLength: 20 },
          ),
          async (messages) => {
            await inTransaction(pool, async (client) => {
              await client.query(`DELETE FROM ${table.name}`);
              await table.write(client, messages);
            });
            const { rows } = await pool.query<(typeof messages)[number]>(
              `SELECT topic, key, headers, value FROM ${table.name} ORDER BY id`,
            );
            expect(rows.map((row) => ({ ...row, value: [...row.value] }))).toEqual(
              messages.map((message) => ({
                ...message,
                headers: { ...message.headers },
                value: [...message.value],
              })),
            );
          },
        ),
        { numRuns: 40 },
      );
    });

    it('counts waiting messages, and the age of the oldest', async () => {
      expect(await table.waiting(pool)).toEqual({ messages: 0, oldestSeconds: 0 });
      const before = performance.now();
      await write('a', numbered('a', 3));
      await pool.query('SELECT pg_sleep(0.05)');
      const { messages, oldestSeconds } = await table.waiting(pool);
      expect(messages).toBe(3);
      expect(oldestSeconds).toBeGreaterThanOrEqual(0.05);
      expect(oldestSeconds).toBeLessThanOrEqual((performance.now() - before) / 1000);
    });

    it('contains nothing of a transaction that was rolled back', async () => {
      const topic = await newTopic(bus);
      await expect(
        inTransaction(pool, async (client) => {
          await table.write(
            client,
            numbered('a', 2).map((message) => ({ topic, ...message })),
          );
          throw new Error('rolled back by the test');
        }),
      ).rejects.toThrow('rolled back by the test');
      expect(await waiting()).toBe(0);
    });

    it('refuses a message that no bus would accept, and writes none of its batch', async () => {
      const tooLarge = { key: 'a', headers: {}, value: new Uint8Array(MAX_MESSAGE_BYTES) };
      await expect(write('t', [...numbered('a', 1), tooLarge])).rejects.toSatisfy(isMessageTooLarge);
      expect(await waiting()).toBe(0);
    });

    it('moves committed messages to the bus, at once when woken, and deletes them', async () => {
      const topic = await newTopic(bus, 2);
      const inbox = new Inbox(bus, { group: unique('group'), topics: [topic] });
      // With so long a poll interval, only the call wakes it.
      const running = relay({ pollMs: 600_000 });
      for (let round = 0; round < 20; round += 1) {
        await write(topic, numbered('a', 10, round * 10));
        running.wake();
      }
      await inbox.receives(200);
      expect(inbox.texts).toEqual(numbered('a', 200).map(({ value }) => new TextDecoder().decode(value)));
      await until('the outbox is empty', async () => (await waiting()) === 0);
    });

    it('finds messages without being woken', async () => {
      const topic = await newTopic(bus);
      const inbox = new Inbox(bus, { group: unique('group'), topics: [topic] });
      relay();
      await write(topic, numbered('a', 3));
      await inbox.receives(3);
    });

    it('moves more than a page of rows, and more than a page of bytes', async () => {
      const topic = await newTopic(bus);
      const inbox = new Inbox(bus, { group: unique('group'), topics: [topic] });
      await write(topic, numbered('a', 2500));
      const large = Array.from({ length: 20 }, () => ({
        key: 'a',
        headers: {},
        value: new Uint8Array(900_000),
      }));
      await write(topic, large);
      await write(topic, numbered('a', 1, 2500));
      relay();
      await inbox.receives(2521);
      expect(inbox.texts.slice(0, 2500)).toEqual(
        numbered('a', 2500).map(({ value }) => new TextDecoder().decode(value)),
      );
      expect(inbox.texts.at(-1)).toBe('a:2500');
    });

    it('publishes again after a crash between publish and delete, and loses nothing', async () => {
      const topic = await newTopic(bus);
      const inbox = new Inbox(bus, { group: unique('group'), topics: [topic] });
      await write(topic, numbered('a', 5));
      const doomed = connect('outbox doomed', 1);
      const admin = new pg.Client({ connectionString: underTest.superuserUrl });
      await admin.connect();
      const errors: unknown[] = [];
      const crashing = relay({
        pool: doomed,
        pollMs: 600_000,
        onError: (error) => errors.push(error),
        bus: {
          ...busThat(() => Promise.resolve()),
          publish: async (to, messages) => {
            await bus.publish(to, messages);
            await admin.query(
              `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'outbox doomed'`,
            );
          },
        },
      });
      await until('the relay lost its connection', () => errors.length > 0);
      await crashing.stop();
      await doomed.end();
      await admin.end();
      expect(await waiting()).toBe(5);

      relay();
      await inbox.receives(10);
      await until('the outbox is empty', async () => (await waiting()) === 0);
      const once = numbered('a', 5).map(({ value }) => new TextDecoder().decode(value));
      expect(inbox.texts).toEqual([...once, ...once]);
    });

    it('moves each row once, in order, when several relays run', async () => {
      const topic = await newTopic(bus, 4);
      const inbox = new Inbox(bus, { group: unique('group'), topics: [topic] });
      const others = [1, 2].map(() => connect('outbox other'));
      const running = [relay(), ...others.map((other) => relay({ pool: other }))];
      const keys = ['a', 'b', 'c', 'd', 'e'];
      for (let round = 0; round < 40; round += 1) {
        await write(
          topic,
          keys.flatMap((key) => numbered(key, 3, round * 3)),
        );
        running[round % 3]?.wake();
      }
      await until('the outbox is empty', async () => (await waiting()) === 0);
      await inbox.receives(600);
      expect(inbox.handled).toHaveLength(600);
      for (const [key, messages] of Map.groupBy(inbox.handled, (message) => message.key)) {
        expect(messages.map(textOf)).toEqual(
          numbered(key, 120).map(({ value }) => new TextDecoder().decode(value)),
        );
      }
      await Promise.all(running.map((one) => one.stop()));
      await Promise.all(others.map((other) => other.end()));
    });

    it('resumes by itself after the bus failed', async () => {
      const topic = await newTopic(bus);
      const inbox = new Inbox(bus, { group: unique('group'), topics: [topic] });
      await write(topic, numbered('a', 3));
      let failures = 0;
      const errors: unknown[] = [];
      relay({
        onError: (error) => errors.push(error),
        bus: busThat(async () => {
          failures += 1;
          if (failures <= 2) throw new Error('the bus is away');
        }),
      });
      await inbox.receives(3);
      expect(errors.map(String)).toEqual(['Error: the bus is away', 'Error: the bus is away']);
    });

    it('holds back the messages of a topic that fails, and no others', async () => {
      const topic = await newTopic(bus);
      const missing = unique('topic');
      const inbox = new Inbox(bus, { group: unique('group'), topics: [topic] });
      await write(missing, numbered('a', 1200));
      await write(topic, numbered('b', 3));
      const errors: unknown[] = [];
      relay({ onError: (error) => errors.push(error) });
      await inbox.receives(3);
      await until('the missing topic is reported', () => errors.some(isTopicUnknown));
      expect(await waiting()).toBe(1200);
      await bus.ensureTopics([{ name: missing, partitions: 1, retentionMs: 1000 }]);
      await until('the outbox is empty', async () => (await waiting()) === 0);
    });

    it('finishes the page in progress when it stops', async () => {
      const topic = await newTopic(bus);
      await write(topic, numbered('a', 3));
      let letGo: () => void = () => undefined;
      let publishing = false;
      const slow = relay({
        bus: busThat(() => {
          publishing = true;
          return new Promise((resolve) => (letGo = resolve));
        }),
      });
      await until('the page is on its way', () => publishing);
      const stopped = slow.stop();
      letGo();
      await stopped;
      expect(await waiting()).toBe(0);
    });
  });
}
