import {
  CommandAnswered,
  decodeCloudEvent,
  encodeCloudEvent,
  topics,
  type CommandId,
  type DataOf,
  type ProgrammeId,
} from '@kinledger/contracts';
import { createPostgresMessageBus, type MessageBus } from '@kinledger/message-bus';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { ask, type Caller } from '../testing/requests.js';
import { startIngest, type RunningIngest } from '../testing/running-ingest.js';

const record = '1e0f6d2c9b8a47561e0f6d2c9b8a4756';

describe('commands', () => {
  let ingest: RunningIngest;
  /** Answers commands as the linker does. */
  let linker: MessageBus;

  beforeAll(async () => {
    ingest = await startIngest(inject('postgresUrl'), { KINLEDGER_COMMAND_PATIENCE_SECONDS: '3' });
    const url = ingest.databases.url('bus', 'linker');
    linker = createPostgresMessageBus({ url, applicationName: 'linker', onError: () => undefined });
  });
  afterAll(async () => {
    await linker.close();
    await ingest.stop();
  });

  const erase = (body: object, caller: Caller = 'operator') =>
    ask(ingest, caller, 'POST', '/v1/erasures', {
      body: JSON.stringify(body),
      headers: { 'content-type': 'application/json' },
    });
  const close = (body: object, caller: Caller = 'data-team') =>
    ask(ingest, caller, 'POST', '/v1/quarter-closings', {
      body: JSON.stringify(body),
      headers: { 'content-type': 'application/json' },
    });
  const reply = async (command: string, told: Partial<DataOf<typeof CommandAnswered>>) => {
    const data = {
      ...{ programme: 'leap' as ProgrammeId, command: command as CommandId, kind: 'erase-records' as const },
      ...{ outcome: 'accepted' as const, ...told },
    };
    const event = {
      id: `reply-${command}`,
      source: 'urn:kinledger:linker',
      time: '2024-04-02T10:00:00Z',
      data,
    };
    const message = { key: 'leap', ...encodeCloudEvent(CommandAnswered, event) };
    await linker.publish(topics.commandAnswered.name, [message]);
  };
  /** Answers each command once, as `answer` says. */
  const answering = (answer: (command: string) => Partial<DataOf<typeof CommandAnswered>>) =>
    linker.subscribe({ group: 'linker', topics: [topics.command.name] }, async ({ messages }) => {
      for (const message of messages) {
        const { data } = decodeCloudEvent(topics.command.contract, message);
        await reply(data.id, answer(data.id));
      }
    });

  it('are answered with the position that the linker replies', async () => {
    const subscription = answering(() => ({ position: 45 }));
    const { status, body } = await erase({ records: [record], reason: 'data-subject-request' });
    await subscription.stop();
    expect({ status, body }).toMatchObject({
      status: 202,
      body: { kind: 'erase-records', state: 'accepted', position: 45, askedBy: 'operator' },
    });
    expect(JSON.stringify(body)).not.toContain(record);
    const { body: later } = await ask(ingest, 'operator', 'GET', `/v1/commands/${String(body['id'])}`);
    expect(later).toEqual(body);
  });

  it('are answered with the linker’s explanation if it refuses them', async () => {
    const detail = 'All of these records have been erased already.';
    const refused = { outcome: 'refused', reason: 'records-erased-already', detail } as const;
    const subscription = answering(() => refused);
    const { status, body } = await erase({
      id: 'twice-1',
      records: [record],
      reason: 'data-subject-request',
    });
    await subscription.stop();
    expect({ status, body }).toMatchObject({
      status: 409,
      body: { type: 'urn:kinledger:problem:command-refused', detail },
    });
    expect((await ask(ingest, 'operator', 'GET', '/v1/commands/twice-1')).body).toMatchObject({
      state: 'refused',
      refusal: { reason: 'records-erased-already', detail },
    });
  });

  it('are one command under one id, and the first reply stands', async () => {
    const order = { id: 'once-1', records: [record], reason: 'data-subject-request' };
    const both = Promise.all([erase(order), erase(order)]);
    await expect
      .poll(async () => (await ask(ingest, 'operator', 'GET', '/v1/commands/once-1')).status)
      .toBe(200);
    await reply('once-1', { position: 7 });
    await reply('once-1', { position: 8 });
    for (const { body } of await both) expect(body).toMatchObject({ state: 'accepted', position: 7 });
    const { rows } = await ingest.pool.query("SELECT FROM ingest.command WHERE id = 'once-1'");
    expect(rows).toHaveLength(1);
  });

  it('wait while the linker is unavailable, and are executed later', async () => {
    const { status, body } = await erase({
      id: 'later-1',
      records: [record],
      reason: 'data-subject-request',
    });
    expect({ status, body }).toMatchObject({ status: 202, body: { id: 'later-1', state: 'waiting' } });
    await reply('later-1', { position: 9 });
    await expect
      .poll(async () => (await ask(ingest, 'operator', 'GET', '/v1/commands/later-1')).body)
      .toMatchObject({ state: 'accepted', position: 9 });
  });

  it('to erase are for operators, and visible to those whom they concern', async () => {
    const order = { id: 'whose-1', records: [record], reason: 'data-subject-request' };
    for (const caller of ['data-team', 'officer', 'reader'] as const) {
      expect((await erase(order, caller)).status).toBe(403);
    }
    expect((await erase(order, 'nobody')).status).toBe(401);
    await reply('whose-1', { position: 9 });
    await erase(order);
    expect((await ask(ingest, 'data-team', 'GET', '/v1/commands/whose-1')).status).toBe(200);
    expect((await ask(ingest, 'officer', 'GET', '/v1/commands/whose-1')).status).toBe(404);
    expect((await ask(ingest, 'reader', 'GET', '/v1/commands/whose-1')).status).toBe(403);
    expect((await ask(ingest, 'operator', 'GET', '/v1/commands/never-asked')).status).toBe(404);
  });

  it('to close a quarter wait for every submission that is accepted, and take a quarter as people write it', async () => {
    const heard: unknown[] = [];
    const subscription = linker.subscribe(
      { group: 'linker', topics: [topics.command.name] },
      async ({ messages }) => {
        for (const message of messages) {
          const { data } = decodeCloudEvent(topics.command.contract, message);
          heard.push(data);
          await reply(data.id, { kind: 'close-quarter', position: 46 });
        }
      },
    );
    await ingest.pool.query(
      `INSERT INTO ingest.intake (programme, last) VALUES ('leap', 7) ON CONFLICT (programme) DO UPDATE SET last = 7`,
    );
    await ingest.pool.query(
      `INSERT INTO ingest.nil_return (id, provider, dataset, period, made_by, attested_words, made_at, undone_at, undone_by)
       SELECT lpad(n::text, 32, '0'), 'p', dataset, period, 'officer', 1, now(), undone, CASE WHEN undone IS NULL THEN NULL ELSE 'officer' END
       FROM (VALUES (1, 'b.user', '2023-24-Q2', NULL), (2, 'a.outcome', '2022-23-AY', NULL), (3, 'a.user', '2023-24-Q2', now()),
                    (4, 'a.user', '2023-24-Q1', NULL)) AS said (n, dataset, period, undone)`,
    );
    const { status, body } = await close({ period: 'Q2 2023/24', reason: 'quarter-end', id: 'close-1' });
    await subscription.stop();
    expect({ status, body }).toMatchObject({
      ...{
        status: 202,
        body: { kind: 'close-quarter', state: 'accepted', position: 46, askedBy: 'data-team' },
      },
    });
    expect(heard.filter((data) => (data as { id: string }).id === 'close-1')).toMatchObject([
      {
        ...{ kind: 'close-quarter', after: 7, reason: 'quarter-end' },
        payload: {
          period: '2023-24-Q2',
          // Neither one that was undone nor one of a period that ended before.
          nilReturns: [
            { dataset: 'a.outcome', period: '2022-23-AY' },
            { dataset: 'b.user', period: '2023-24-Q2' },
          ],
        },
      },
    ]);
  });

  it('to close a quarter are the data team’s or an operator’s, and name a quarter', async () => {
    for (const caller of ['officer', 'reader'] as const) {
      expect((await close({ period: '2023-24-Q2', reason: 'quarter-end' }, caller)).status).toBe(403);
    }
    for (const period of ['2023-24-AY', 'lifetime', '2023-25-Q1']) {
      const { status, body } = await close({ period, reason: 'quarter-end' });
      expect({ status, type: body['type'] }).toEqual({
        ...{ status: 400, type: 'urn:kinledger:problem:quarter-unreadable' },
      });
    }
  });

  it('require valid ids and a code as reason, and do not repeat invalid input', async () => {
    for (const wrong of [
      { records: ['Amara Okafor'], reason: 'data-subject-request' },
      { records: [record], reason: 'Amara asked' },
      { records: [], reason: 'data-subject-request' },
      { records: [record], reason: 'data-subject-request', id: 'Amara' },
    ]) {
      const { status, text } = await erase(wrong);
      expect(status).toBe(400);
      expect(text).not.toContain('Amara');
    }
  });
});
