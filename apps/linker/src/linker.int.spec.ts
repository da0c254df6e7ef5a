import { generateKeyPairSync, hash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  isLinked,
  FiguresComputed,
  RowPseudonymised,
  mediaTypeOf,
  SubmissionStateChanged,
  topics,
  type Contract,
  type Topic,
} from '@kinledger/contracts';
import { createTestDatabases, type TestDatabases } from '@kinledger/database/testing';
import { PostgresEventStore } from '@kinledger/event-store';
import {
  createPostgresMessageBus,
  topicSettings,
  type MessageBus,
  type OutgoingMessage,
} from '@kinledger/message-bus';
import { createService, type Service } from '@kinledger/service-kit';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import { linkerService } from './service.js';
import { eventsOf, until } from './testing/linker-world.js';
import { closing, figuresOf, submit, withdrawal, type Submitted } from './testing/messages.js';
import { placementsIn } from './testing/placements.js';
import { adult, child, hexOf } from './testing/rows.js';
import type { IncomingCommand, IncomingIntake } from './inbox/inbox.js';

const programmeDirectory = fileURLToPath(new URL('../../../programmes/leap', import.meta.url));
const operatorToken = 'operator-token';

describe('the linker as a service', () => {
  let databases: TestDatabases;
  let folder: string;
  let env: Record<string, string>;
  let ingest: MessageBus;
  let pseudonymiser: MessageBus;
  let store: PostgresEventStore;
  const services: Service[] = [];

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'kinledger-linker-'));
    const { privateKey } = generateKeyPairSync('ed25519');
    writeFileSync(join(folder, 'signing.pem'), privateKey.export({ type: 'pkcs8', format: 'pem' }));
    const account = { name: 'operator', tokenSha256: hash('sha256', operatorToken), roles: ['operator'] };
    const reader = { name: 'reader', tokenSha256: hash('sha256', 'reader-token'), roles: ['reader'] };
    writeFileSync(join(folder, 'access.json'), JSON.stringify({ accounts: [account, reader] }));
  });
  beforeEach(async () => {
    databases = await createTestDatabases(inject('postgresUrl'));
    env = {
      KINLEDGER_HTTP_PORT: '0',
      KINLEDGER_LOG_LEVEL: 'silent',
      KINLEDGER_PROGRAMME_DIR: programmeDirectory,
      KINLEDGER_BUS_URL: databases.url('bus', 'linker'),
      KINLEDGER_PLATFORM_URL: databases.url('platform', 'linker'),
      KINLEDGER_ACCESS_FILE: join(folder, 'access.json'),
      KINLEDGER_SIGNING_KEY_FILE: join(folder, 'signing.pem'),
      KINLEDGER_LEASE_SECONDS: '2',
    };
    ingest = createPostgresMessageBus({ url: databases.url('bus', 'ingest'), applicationName: 'ingest' });
    pseudonymiser = createPostgresMessageBus({
      url: databases.url('bus', 'pseudonymiser'),
      applicationName: 'pseudonymiser',
    });
    await ingest.ensureTopics(Object.values(topics).map(topicSettings));
    store = new PostgresEventStore({ url: databases.url('platform', 'linker'), applicationName: 'spec' });
  });
  afterEach(async () => {
    await Promise.all(services.splice(0).map((service) => service.close()));
    await Promise.all([ingest.close(), pseudonymiser.close(), store.close()]);
    await databases.drop();
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const boot = async () => {
    const service = await createService(linkerService, env);
    services.push(service);
    return service;
  };
  const get = (service: Service, path: string, token = operatorToken) =>
    fetch(`${service.url}${path}`, { headers: { authorization: `Bearer ${token}` } });
  const isReady = async (service: Service) => (await get(service, '/health/ready')).ok;
  const statusOf = async (service: Service) =>
    (await (await get(service, '/v1/status')).json()) as Record<string, unknown>;

  const message = (
    contract: Contract,
    key: string,
    id: string,
    time: string,
    body: Uint8Array,
  ): OutgoingMessage => ({
    key,
    headers: {
      ce_specversion: '1.0',
      ce_id: id,
      ce_type: contract.name,
      ce_source: 'urn:kinledger:spec',
      ce_time: time,
      ce_dataschema: `urn:kinledger:contract:${contract.name}:${contract.version}`,
      content_type: mediaTypeOf(contract),
    },
    value: body,
  });
  const publishIntake = (topic: Topic, intake: IncomingIntake) =>
    ingest.publish(topic.name, [
      message(topic.contract, intake.submission, intake.cause, intake.time, intake.body),
    ]);
  const publishRows = ({ submission, intake, chunks }: Submitted) =>
    pseudonymiser.publish(
      topics.rowPseudonymised.name,
      chunks.map(({ chunk, body }) =>
        message(RowPseudonymised, submission, `${submission}-${chunk}`, intake.time, body),
      ),
    );

  const people = submit(1, {
    dataset: 'baby-steps.user',
    period: '2023-24-Q2',
    rows: [
      adult({ key: 'a1', email: 'amara@example.org', born: '1990-01-01' }),
      child({ key: 'c1', carer: 'amara@example.org', born: '2020-02-29' }),
      adult({ key: 'a2', email: 'bea@example.org', born: '1991-02-02' }),
      adult({ key: 'a3', email: 'amara@example.org', born: '1990-01-01' }),
    ],
  });

  it('links what the bus delivers, publishes it, and answers a command that it refuses', async () => {
    const service = await boot();
    await until('it is ready', () => isReady(service));
    await publishRows(people);
    await publishIntake(topics.fileAccepted, people.intake);
    const command = withdrawal(2, 1, hexOf('unknown') as typeof people.submission);
    await ingest.publish(topics.command.name, [
      message(topics.command.contract, 'leap', `command:${command.id}`, people.intake.time, command.body),
    ]);
    const heard: string[] = [];
    const listener = createPostgresMessageBus({
      url: databases.url('bus', 'projector'),
      applicationName: 'listener',
    });
    const subscription = listener.subscribe(
      { group: 'projector', topics: [topics.submissionDecided.name] },
      async ({ messages }) => {
        for (const { value } of messages) heard.push(Buffer.from(value).toString('utf8'));
      },
    );
    await until('the decision is published', () => heard.length > 0);
    expect(JSON.parse(heard[0] ?? '')).toMatchObject({ intake: 1, outcome: 'linked' });
    await until('the command is refused', async () => {
      const { decided } = (await statusOf(service)) as { decided: { refused: number } };
      return decided.refused === 1;
    });
    await subscription.stop();
    await listener.close();

    const events = await eventsOf(store);
    const linked = placementsIn(events).filter(isLinked);
    expect(linked.filter(({ registered }) => !registered)).toHaveLength(1);
    expect(linked.filter(({ registered }) => registered)).toHaveLength(3);
    expect(events.filter(({ type }) => type === 'FamiliesLinked').length).toBeGreaterThan(0);
    expect(events.at(-1)?.type).toBe('SubmissionLinked');
    expect(await statusOf(service)).toMatchObject({
      programme: 'leap',
      state: 'deciding',
      position: events.length - 1,
      decided: { linked: 1, refused: 1 },
      inbox: { waiting: 0, chunks: 0 },
    });
    const metrics = await (await get(service, '/metrics')).text();
    expect(metrics).toMatch(/kinledger_linker_rows_total\{[^}]*\} 4\n/);
    expect(metrics).toMatch(/kinledger_linker_lease_held\{[^}]*\} 1\n/);
    expect(metrics).toMatch(/kinledger_file_lag_seconds_count\{[^}]*stage="linked"[^}]*\} 1\n/);
    expect(metrics).toMatch(/kinledger_linker_oldest_file_seconds\{[^}]*\} 0\n/);
    expect(metrics).toMatch(/kinledger_database_connections\{database="platform",state="idle",[^}]*\} \d+\n/);
    expect(metrics).toMatch(/kinledger_backlog_ratio\{what="staged chunks",[^}]*\} 0/);
    expect(metrics).toMatch(/kinledger_linker_decided_total\{[^}]*outcome="linked"[^}]*\} 1\n/);
  });

  it('parks what the pseudonymiser reports as unprocessable', async () => {
    const service = await boot();
    await publishIntake(topics.fileAccepted, people.intake);
    const { programme, submission, intake } = people.intake;
    const state = {
      ...SubmissionStateChanged.example,
      programme,
      submission,
      intake,
      state: 'unprocessable',
      reason: 'landing-unreadable',
    };
    await pseudonymiser.publish(topics.submissionStateChanged.name, [
      message(
        SubmissionStateChanged,
        submission,
        'state-1',
        people.intake.time,
        Buffer.from(JSON.stringify(state)),
      ),
    ]);
    await until('it is parked', async () => (await statusOf(service))['intake'] === 1);
    expect((await eventsOf(store)).at(-1)).toMatchObject({
      type: 'SubmissionParked',
      data: { reason: 'landing-unreadable' },
    });
  });

  it('records figures that the projector sends, and none that come as a person’s command', async () => {
    const service = await boot();
    await until('it is ready', () => isReady(service));
    const order = ({ id, body }: IncomingCommand) =>
      message(topics.command.contract, 'leap', `command:${id}`, people.intake.time, body);
    await ingest.publish(topics.command.name, [order(closing(100, 0, '2023-24-Q1'))]);
    await until(
      'the quarter is closed',
      async () => (await eventsOf(store)).at(-1)?.type === 'QuarterClosed',
    );
    const at = (await eventsOf(store)).length - 1;
    // Of a person: passed over, so that the next command is answered and the ledger has nothing of it.
    await ingest.publish(topics.command.name, [
      order(figuresOf(101, '2023-24-Q1', at)),
      order(closing(102, 0, '2023-24-Q1')),
    ]);
    await until('the closing is refused', async () => {
      const { decided } = (await statusOf(service)) as { decided: { refused: number } };
      return decided.refused === 1;
    });
    expect((await eventsOf(store)).length - 1).toBe(at);
    const projector = createPostgresMessageBus({
      url: databases.url('bus', 'projector'),
      applicationName: 'projector',
    });
    const data = { ...FiguresComputed.example, period: '2023-24-Q1', closing: at };
    const body = Buffer.from(JSON.stringify(data));
    const sent = message(FiguresComputed, 'leap', 'figures-1', data.closedAt, body);
    await projector.publish(topics.figuresComputed.name, [sent]);
    await projector.publish(topics.figuresComputed.name, [
      { ...sent, headers: { ...sent.headers, ce_id: 'again' } },
    ]);
    await projector.close();
    await until('they are published', async () => (await eventsOf(store)).length - 1 > at);
    const [event, ...more] = (await eventsOf(store)).slice(at + 1);
    expect(event).toMatchObject({
      type: 'FiguresPublished',
      cause: `command:figures-2023-24-q1-at-${at}`,
      data: { closing: at, commitment: data.commitment },
    });
    expect(more).toEqual([]);
  });

  it('shows its status to operators only', async () => {
    const service = await boot();
    expect((await get(service, '/v1/status', 'reader-token')).status).toBe(403);
    expect((await fetch(`${service.url}/v1/status`)).status).toBe(401);
    expect((await get(service, '/health/live', 'none')).status).toBe(200);
  });

  it('stands by, ready to take over, while another one writes, and takes over when that one stops', async () => {
    const first = await boot();
    const decides = (service: Service) => async () => (await statusOf(service))['state'] === 'deciding';
    await until('the first decides', decides(first));
    const second = await boot();
    await until('the second stands by', async () => (await statusOf(second))['state'] === 'standby');
    expect(await isReady(second)).toBe(true);
    expect(await isReady(first)).toBe(true);
    await first.close();
    await until('the second decides', decides(second));
    await publishRows(people);
    await publishIntake(topics.fileAccepted, people.intake);
    await until('the file is decided', async () => (await statusOf(second))['intake'] === 1);
    expect((await eventsOf(store)).at(-1)?.type).toBe('SubmissionLinked');
  });
});
