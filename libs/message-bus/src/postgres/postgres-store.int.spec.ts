import { createTestDatabases, type TestDatabases } from '@kinledger/database/testing';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { Inbox, newTopic, numbered, totalLag, unique, until } from '../contract/bus-under-test.js';
import { FreezableRelay } from '../contract/freezable-relay.js';
import type { MessageBus } from '../message-bus.js';
import { createPostgresMessageBus, type PostgresMessageBusOptions } from './postgres-message-bus.js';
import { Hints } from './hints.js';

/** Guarantees of the PostgreSQL adapter beyond the port. */
describe('the message bus in PostgreSQL', () => {
  let databases: TestDatabases;
  let admin: pg.Client;
  let bus: MessageBus;
  const open = (options: Partial<PostgresMessageBusOptions> = {}) =>
    createPostgresMessageBus({
      url: databases.url('bus', 'linker'),
      applicationName: 'message bus test',
      ...options,
    });

  beforeAll(async () => {
    databases = await createTestDatabases(inject('postgresUrl'));
    admin = new pg.Client({ connectionString: databases.superuserUrl('bus') });
    await admin.connect();
    bus = open();
  });
  afterAll(async () => {
    await bus.close();
    await admin.end();
    await databases.drop();
  });

  it('lets a service call its functions, but access none of its tables', async () => {
    for (const role of ['ingest', 'pseudonymiser', 'linker', 'projector'] as const) {
      const client = new pg.Client({ connectionString: databases.url('bus', role) });
      await client.connect();
      const { rows: tables } = await admin.query<{ name: string }>(
        `SELECT tablename AS name FROM pg_tables WHERE schemaname = 'bus'`,
      );
      expect(tables.length).toBeGreaterThan(5);
      for (const { name } of tables) {
        for (const statement of [`SELECT FROM bus.${name}`, `DELETE FROM bus.${name}`]) {
          await expect(client.query(statement)).rejects.toMatchObject({ code: '42501' });
        }
      }
      await expect(client.query(`SELECT bus.forget_group('any')`)).rejects.toMatchObject({ code: '42501' });
      await expect(client.query(`SELECT * FROM bus.lag('any')`)).resolves.toMatchObject({ rows: [] });
      await client.end();
    }
  });

  it('gives the partitions of a killed process to the next one at once, long before they expire', async () => {
    const topic = await newTopic(bus, 3);
    const group = unique('group');
    const { relay, url } = await FreezableRelay.open(databases.url('bus', 'linker'));
    // If the leases had to expire, the test would time out.
    const patient = { ttlMs: 600_000, heartbeatMs: 200_000 };
    const killed = open({ url, session: patient });
    const first = new Inbox(killed, { group, topics: [topic] });
    await first.subscription.ready;
    await bus.publish(topic, numbered('a', 1));
    await first.receives(1);
    // A member reports its listening connection once it listens, which may be after it has its first partitions.
    await until('the server knows its listening connection', async () => {
      const { rows } = await admin.query(
        `SELECT FROM bus.member JOIN pg_stat_activity ON pid = backend WHERE group_name = $1`,
        [group],
      );
      return rows.length === 1;
    });
    relay.freeze();
    relay.sever();

    const heir = new Inbox(bus, { group, topics: [topic] });
    await bus.publish(
      topic,
      ['a', 'b', 'c', 'd'].flatMap((key) => numbered(key, 2, 1)),
    );
    // The server notices a severed connection when it next uses it.
    await heir.receives(8);
    await heir.subscription.stop();
    relay.thaw();
    await killed.close();
    await relay.close();
  });

  it('resumes by itself after all its connections were cut, and loses nothing', async () => {
    const topic = await newTopic(bus, 2);
    const group = unique('group');
    const errors: unknown[] = [];
    const cut = open({
      applicationName: 'message bus cut',
      onError: (error) => errors.push(error),
      session: { heartbeatMs: 100, pollMs: 100, firstPauseMs: 20 },
    });
    const inbox = new Inbox(cut, { group, topics: [topic], maxMessages: 5 });
    await inbox.subscription.ready;
    const published = new Set<string>();
    for (let round = 0; round < 5; round += 1) {
      const messages = ['a', 'b'].flatMap((key) => numbered(key, 5, round * 5));
      await bus.publish(topic, messages);
      for (const { value } of messages) published.add(new TextDecoder().decode(value));
      await admin.query(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'message bus cut%'`,
      );
    }
    await until('everything is committed', async () => (await totalLag(bus, group)) === 0);
    expect(new Set(inbox.texts)).toEqual(published);
    // A repeated message arrives in order, after its first time.
    for (const key of ['a', 'b']) {
      const first = [...new Set(inbox.texts.filter((text) => text.startsWith(key)))];
      expect(first).toEqual(numbered(key, 25).map(({ value }) => new TextDecoder().decode(value)));
    }
    await cut.close();
  });

  it('finds messages by polling when it cannot listen', async () => {
    const topic = await newTopic(bus);
    const deaf = open({ applicationName: 'message bus deaf', session: { pollMs: 50 } });
    const inbox = new Inbox(deaf, { group: unique('group'), topics: [topic] });
    await inbox.subscription.ready;
    // The listener reconnects after a tenth of a second at the earliest, each time; meanwhile the poll must find them.
    for (let round = 0; round < 5; round += 1) {
      await admin.query(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'message bus deaf listening'`,
      );
      await bus.publish(topic, numbered('a', 1, round));
      await inbox.receives(round + 1);
    }
    await deaf.close();
  });

  it.each([true, false])('closes during a reconnection; the server answers: %s', async (answers) => {
    const { relay, url } = await FreezableRelay.open(databases.url('bus', 'linker'));
    const hints = new Hints({ url, applicationName: 'message bus closing', onError: () => undefined });
    hints.listen(() => undefined);
    await until('it listens', () => hints.backend !== null);
    relay.freeze();
    relay.sever();
    await until('it reconnects', () => hints.backend === null && relay.hasConnections);
    const closed = hints.close();
    if (answers) relay.thaw();
    await closed;
    await relay.close();
  });

  it('gives up on a server that does not answer', async () => {
    const topic = await newTopic(bus);
    const { relay, url } = await FreezableRelay.open(databases.url('bus', 'linker'));
    const unlucky = open({ url, statementTimeoutMs: 200 });
    await unlucky.publish(topic, numbered('a', 1));
    relay.freeze();
    await expect(unlucky.publish(topic, numbered('a', 1, 1))).rejects.toThrow();
    relay.thaw();
    await unlucky.publish(topic, numbered('a', 1, 2));
    await unlucky.close();
    await relay.close();
  });

  it('holds nothing for a group that an operator has removed', async () => {
    const name = unique('topic');
    await bus.ensureTopics([{ name, partitions: 1, retentionMs: 1000 }]);
    const group = unique('group');
    const gone = new Inbox(bus, { group, topics: [name] });
    await gone.subscription.ready;
    await gone.subscription.stop();
    await bus.publish(name, numbered('a', 4));
    const later = new Date(Date.now() + 60_000);
    expect(await bus.applyRetention(later)).toBe(0);
    await admin.query('SELECT bus.forget_group($1)', [group]);
    expect(await bus.applyRetention(later)).toBe(4);
  });

  it('deletes in bounded steps', async () => {
    const name = await newTopic(bus, 1, 1000);
    await bus.publish(name, numbered('a', 25));
    const { rows } = await admin.query<{ deleted: number }>(
      `SELECT bus.apply_retention(now() + interval '1 minute', 10) AS deleted FROM generate_series(1, 4)`,
    );
    expect(rows.map(({ deleted }) => deleted)).toEqual([10, 10, 5, 0]);
  });
});
