import {
  decodeCloudEvent,
  encodeCloudEvent,
  PersonAnswered,
  topics,
  type CommandData,
  type CommandId,
  type ProgrammeId,
} from '@kinledger/contracts';
import { createPool } from '@kinledger/database';
import { kekFrom, openPersonRequest } from '@kinledger/landing-store';
import { createPostgresMessageBus, type MessageBus } from '@kinledger/message-bus';
import { readSecrets } from '@kinledger/pseudonymisation';
import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { ask, type Caller } from '../testing/requests.js';
import { startIngest, type RunningIngest } from '../testing/running-ingest.js';

const child = {
  carerEmail: ' Amara@Example.org ',
  birthDate: '29/02/2020',
  firstName: 'zoë',
  gender: 'girl',
};
const person = {
  nhsNumber: '943 476 5919',
  child,
  caseNumber: { provider: 'baby-steps-team', number: 'c-17' },
};
const token = { domain: 'nhs-number', use: 'identity', token: '8f83bf72ccad009eb00a569c35d6dbe6' };

describe('requests about people', () => {
  let ingest: RunningIngest;
  let pseudonymiser: pg.Pool;
  let bus: MessageBus;
  const commands: CommandData[] = [];

  beforeAll(async () => {
    ingest = await startIngest(inject('postgresUrl'));
    pseudonymiser = createPool({
      url: ingest.databases.url('restricted', 'pseudonymiser'),
      applicationName: 'test',
    });
    const url = ingest.databases.url('bus', 'pseudonymiser');
    bus = createPostgresMessageBus({ url, applicationName: 'test', onError: () => undefined });
    await bus.subscribe({ group: 'linker', topics: [topics.command.name] }, async ({ messages }) => {
      commands.push(...messages.map((message) => decodeCloudEvent(topics.command.contract, message).data));
    }).ready;
  });
  afterAll(async () => {
    await bus.close();
    await pseudonymiser.end();
    await ingest.stop();
  });

  const post = (body: object, caller: Caller = 'operator', path = '/v1/erasures/person') =>
    ask<{ id: string; suppression: string; errors?: { path: string; message: string }[]; type?: string }>(
      ...[ingest, caller, 'POST', path],
      { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } },
    );
  const reason = 'data-subject-request';
  const tables = async () => {
    const { rows } = await ingest.pool.query<{ text: string }>(
      `SELECT (SELECT string_agg(r::text, ' ') FROM ingest.person_request r) || (SELECT coalesce(string_agg(convert_from(value, 'UTF8'), ' '), '') FROM ingest.outbox) AS text`,
    );
    return rows[0]?.text ?? '';
  };
  /** Answers as the pseudonymiser does. */
  async function answer(
    request: string,
    outcome: 'done' | 'refused' = 'done',
    tokens: readonly object[] = [token],
  ) {
    await pseudonymiser.query(
      `INSERT INTO pseudonymiser.person_answer (request, outcome, refusal, marks, tokens, row_keys, key_version, answered_at)
       VALUES ($1, $2, $3, 1, $4, $5, 1, now()) ON CONFLICT DO NOTHING`,
      [
        request,
        outcome,
        outcome === 'done' ? null : 'names-nobody',
        JSON.stringify(tokens),
        ['ab'.repeat(16)],
      ],
    );
    const data = { programme: 'leap' as ProgrammeId, request: request as CommandId, act: 'erase' as const };
    const event = {
      id: `answer-${request}`,
      source: 'urn:kinledger:pseudonymiser',
      time: '2024-04-02T10:00:00Z',
      data,
    };
    await bus.publish(topics.personAnswered.name, [
      { key: 'leap', ...encodeCloudEvent(PersonAnswered, event) },
    ]);
  }
  const view = async (id: string) => (await ask(ingest, 'operator', 'GET', `/v1/erasures/person/${id}`)).body;

  it('are sealed in canonical form, and stand in no other table or message', async () => {
    const { status, body } = await post({ person, reason, id: 'sealed-1' });
    expect([status, body]).toMatchObject([202, { id: 'sealed-1', suppression: 'waiting' }]);
    const { rows } = await pseudonymiser.query<{ wrappedDataKey: Buffer; sealed: Buffer }>(
      `SELECT wrapped_data_key AS "wrappedDataKey", sealed FROM landing.person_request WHERE request = 'sealed-1'`,
    );
    const kek = kekFrom((await readSecrets(ingest.secretsDirectory)).landingKek);
    expect(JSON.parse(Buffer.from(openPersonRequest(kek, 'sealed-1', rows[0]!)).toString())).toEqual({
      nhsNumber: '9434765919',
      child: { carerEmail: 'amara@example.org', birthDate: '2020-02-29', firstName3: 'ZOE', gender: 'F' },
      caseNumber: { provider: 'baby-steps-team', value: expect.stringMatching(/^c-17$/i) as string },
    });
    expect(() => openPersonRequest(kek, 'another', rows[0]!)).toThrow('cannot be opened');
    expect(await tables()).not.toMatch(/9434765919|amara|zoe|c-17/i);
    // A repeated request is the same one.
    await post({ person: { nhsNumber: '9876543210' }, reason, id: 'sealed-1' });
    const again = await pseudonymiser.query(`SELECT FROM landing.person_request WHERE request = 'sealed-1'`);
    expect(again.rowCount).toBe(1);
  });

  it('become a command when the suppression is durable, once, and the tokens go with the order', async () => {
    await post({ person, reason, id: 'ordered-1', several: true });
    expect(commands).toEqual([]);
    await answer('ordered-1');
    await answer('ordered-1');
    await expect.poll(() => commands.length, { timeout: 20_000 }).toBe(1);
    expect(commands[0]).toMatchObject({
      ...{ id: 'ordered-1', kind: 'erase-person', reason, askedBy: { person: 'operator' }, after: 0 },
      payload: { tokens: [token], rowKeys: ['ab'.repeat(16)], keyVersion: 1, all: true },
    });
    expect(await view('ordered-1')).toMatchObject({
      ...{ suppression: 'in-force', marks: 1, erasure: { kind: 'erase-person', state: 'waiting' } },
    });
    const { rows } = await pseudonymiser.query(
      `SELECT tokens, row_keys FROM pseudonymiser.person_answer WHERE request = 'ordered-1'`,
    );
    expect(rows).toEqual([{ tokens: [], row_keys: [] }]);
  });

  it('keep no row key once the order is given, where nothing but row keys was found', async () => {
    await post({ person, reason, id: 'numbered-1' });
    await answer('numbered-1', 'done', []);
    await expect.poll(() => commands.map(({ id }) => id), { timeout: 20_000 }).toContain('numbered-1');
    const { rows } = await pseudonymiser.query(
      `SELECT tokens, row_keys FROM pseudonymiser.person_answer WHERE request = 'numbered-1'`,
    );
    expect(rows).toEqual([{ tokens: [], row_keys: [] }]);
  });

  it('order nothing where the pseudonymiser refuses, and say why', async () => {
    await post({ person, reason, id: 'refused-1' });
    await answer('refused-1', 'refused');
    await expect
      .poll(() => view('refused-1'), { timeout: 20_000 })
      .toMatchObject({ suppression: 'refused', refusal: { reason: 'names-nobody' } });
    expect(commands.map(({ id }) => id)).not.toContain('refused-1');
  });

  it('tell every field that cannot be read, and no value', async () => {
    const wrong = {
      nhsNumber: '943 476 5918',
      birthDate: '31/02/1990',
      email: 'amara at home',
      mobile: '12',
      child: { carerEmail: 'none@none.com', birthDate: 'soon', firstName: '??', gender: 'lots' },
      caseNumber: { provider: 'amara-okafor', number: '1.2E+08' },
    };
    const { status, body, text } = await post({ person: wrong, reason });
    expect(status).toBe(400);
    expect(body.errors?.map(({ path }) => path.replace('body.person.', '')).sort()).toEqual([
      ...['birthDate', 'caseNumber.number', 'caseNumber.provider', 'child.birthDate', 'child.carerEmail'],
      ...['child.firstName', 'child.gender', 'email', 'mobile', 'nhsNumber'],
    ]);
    expect(text).not.toMatch(/5918|1990|amara|none@|soon|lots|E\+08/i);
    const unknown = await post({ person: { 'amara@example.org': 1, nhsNumber: '9434765919' }, reason });
    expect(unknown.status).toBe(400);
    expect(unknown.text).not.toContain('amara');
  });

  it('are refused where contacts alone or a birth date alone are given, and not where both are', async () => {
    const contacts = { email: 'amara@example.org', mobile: '07700 900123' };
    for (const path of ['/v1/erasures/person', '/v1/erasures/person-liftings']) {
      for (const said of [contacts, { birthDate: '1990-01-01' }]) {
        const { status, body } = await post({ person: said, reason }, 'operator', path);
        expect([status, body.type]).toEqual([400, 'urn:kinledger:problem:names-nobody']);
      }
      const both = { ...contacts, birthDate: '1990-01-01', contacts: 'alone' };
      expect((await post({ person: both, reason }, 'operator', path)).status).toBe(202);
    }
  });

  it('are for operators alone', async () => {
    for (const caller of ['data-team', 'officer', 'reader'] as const)
      expect((await post({ person, reason }, caller)).status).toBe(403);
    expect((await post({ person, reason }, 'nobody')).status).toBe(401);
    expect((await ask(ingest, 'operator', 'GET', '/v1/erasures/person/never-asked')).status).toBe(404);
  });
});
