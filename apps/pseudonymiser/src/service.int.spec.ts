import { execFileSync, fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  decodeCloudEvent,
  RowPseudonymised,
  SubmissionStateChanged,
  topics,
  type CloudEvent,
} from '@kinledger/contracts';
import { createPool } from '@kinledger/database';
import { createTestDatabases, type TestDatabases } from '@kinledger/database/testing';
import {
  createPostgresMessageBus,
  topicSettings,
  type IncomingMessage,
  type MessageBus,
} from '@kinledger/message-bus';
import { readProgramme, type Programme } from '@kinledger/programme';
import { createSecrets } from '@kinledger/pseudonymisation';
import type pg from 'pg';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { landFile } from './files/landed-file.fixture.js';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const entry = join(root, 'apps/pseudonymiser/dist/main.js');
const programmeDirectory = join(root, 'programmes/leap');

let databases: TestDatabases;
let ingest: pg.Pool;
let bus: MessageBus;
let linkerBus: MessageBus;
let home: string;
let secretsDirectory: string;
let programme: Programme;
const chunks: IncomingMessage[] = [];
const states: CloudEvent<typeof SubmissionStateChanged>[] = [];

interface Started {
  readonly child: ChildProcess;
  readonly url: string;
  readonly ended: Promise<number | null>;
  readonly log: () => string;
}

function spawn(): Omit<Started, 'url'> {
  const child = fork(entry, [], {
    execArgv: [],
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    env: {
      PATH: process.env['PATH'],
      KINLEDGER_HTTP_PORT: '0',
      KINLEDGER_LOG_LEVEL: 'trace',
      KINLEDGER_PROGRAMME_DIR: programmeDirectory,
      KINLEDGER_SECRETS_DIR: secretsDirectory,
      KINLEDGER_RESTRICTED_URL: databases.url('restricted', 'pseudonymiser'),
      KINLEDGER_BUS_URL: databases.url('bus', 'pseudonymiser'),
    },
  });
  let text = '';
  child.stdout?.on('data', (chunk: Buffer) => (text += chunk.toString()));
  child.stderr?.on('data', (chunk: Buffer) => (text += chunk.toString()));
  // The log is complete once its streams have closed; the child may not emit 'close' after `disconnect`.
  const ended = Promise.all(
    [child, child.stdout, child.stderr].map((one) => once(one!, one === child ? 'exit' : 'close')),
  ).then(([exit]) => exit?.[0] as number | null);
  return { child, ended, log: () => text };
}

async function start(): Promise<Started> {
  const started = spawn();
  const ready = once(started.child, 'message') as Promise<[{ type: string; url: string }]>;
  const message = await Promise.race([ready, started.ended]);
  if (!Array.isArray(message)) throw new Error(`the service ended with ${String(message)}: ${started.log()}`);
  return { ...started, url: message[0].url };
}

const land = (count: number, dataset = 'natural-thinkers.user') =>
  landFile(ingest, secretsDirectory, {
    dataset: programme.dataset(dataset)!,
    rows: Array.from({ length: count }, (_, index) => ({
      case_number: `CANARY-${index}`,
      participant_type: 'child',
      first_name: 'ZOE',
      carer_email: `canary${index}@example.org`,
      contact_number: '07700900123',
      date_of_birth: '2020-02-29',
      gender: 'F',
      postcode: 'ZZ1 1AA',
    })),
  });
const stateOf = (submission: string) =>
  states.find(({ data }) => data.submission === submission)?.data.state ?? 'none yet';

beforeAll(async () => {
  execFileSync(process.execPath, ['node_modules/typescript/bin/tsc', '-b', 'apps/pseudonymiser'], {
    cwd: root,
  });
  databases = await createTestDatabases(inject('postgresUrl'));
  ingest = createPool({ url: databases.url('restricted', 'ingest'), applicationName: 'test' });
  home = await mkdtemp(join(tmpdir(), 'kinledger-pseudonymiser-'));
  secretsDirectory = join(home, 'secrets');
  await createSecrets(secretsDirectory);
  programme = await readProgramme(programmeDirectory);
  bus = createPostgresMessageBus({ url: databases.url('bus', 'ingest'), applicationName: 'test' });
  await bus.ensureTopics(Object.values(topics).map(topicSettings));
  linkerBus = createPostgresMessageBus({ url: databases.url('bus', 'linker'), applicationName: 'test' });
  await Promise.all([
    linkerBus.subscribe({ group: 'linker', topics: [topics.rowPseudonymised.name] }, async ({ messages }) => {
      chunks.push(...messages);
    }).ready,
    linkerBus.subscribe(
      { group: 'linker', topics: [topics.submissionStateChanged.name] },
      async ({ messages }) => {
        states.push(...messages.map((message) => decodeCloudEvent(SubmissionStateChanged, message)));
      },
    ).ready,
  ]);
});
afterAll(async () => {
  await Promise.all([linkerBus.close(), bus.close(), ingest.end()]);
  await databases.drop();
  await rm(home, { recursive: true });
});

it('processes accepted files from the bus in spite of faulty ones beside them, and exposes no row in a log or metric', async () => {
  const service = await start();
  const good = [await land(1300), await land(3), await land(0)];
  const odd = await land(2);
  await ingest.query('DELETE FROM landing.chunk WHERE upload = $1', [odd.event.data.upload]);
  await bus.publish(
    topics.fileAccepted.name,
    [...good, odd].map(({ message }) => message),
  );
  for (const { event } of good) {
    await expect.poll(() => stateOf(event.data.submission), { timeout: 30_000 }).toBe('pseudonymised');
  }
  await expect.poll(() => stateOf(odd.event.data.submission), { timeout: 30_000 }).toBe('unprocessable');
  for (const { event } of good) {
    const rows = () =>
      chunks
        .filter(({ key }) => key === event.data.submission)
        .flatMap((message) => decodeCloudEvent(RowPseudonymised, message).data.rows);
    await expect.poll(() => rows().length).toBe(event.data.counts.accepted);
  }

  const metrics = await (await fetch(`${service.url}/metrics`)).text();
  expect(metrics).toMatch(/kinledger_rows_pseudonymised_total\{[^}]*\} 1303/);
  expect(metrics).toMatch(/kinledger_file_lag_seconds_count\{[^}]*stage="pseudonymised"[^}]*\} [1-9]/);
  expect(metrics).toMatch(/kinledger_tokens_total\{kind="child-key",use="identity",[^}]*\} 1303/);
  expect(metrics).toMatch(
    /kinledger_files_finished_total\{outcome="unprocessable",reason="landing-incomplete"/,
  );
  expect((await fetch(`${service.url}/health/ready`)).status).toBe(200);

  service.child.kill('SIGTERM');
  expect(await service.ended).toBe(0);
  const told = service.log() + metrics + JSON.stringify(states);
  const secrets = await Promise.all(
    ['op-leap-salt', 'token-master-1', 'row-key-key', 'record-id-key', 'landing-kek'].map((name) =>
      readFile(join(secretsDirectory, name), 'utf8'),
    ),
  );
  const canaries = [
    /canary/i,
    /7700900123/,
    /zz1 ?1aa/i,
    /2020-02-29|29\.02\.2020/,
    ...secrets.map((text) => new RegExp(text.trim())),
  ];
  expect(canaries.filter((canary) => canary.test(told))).toEqual([]);
});

it('publishes what was missing, in the same bytes, after it was killed halfway and restarted', async () => {
  const file = await land(20_000);
  const { submission } = file.event.data;
  const mine = () => chunks.filter(({ key }) => key === submission);
  const first = await start();
  await bus.publish(topics.fileAccepted.name, [file.message]);
  await expect.poll(() => mine().length, { timeout: 30_000, interval: 5 }).toBeGreaterThan(0);
  first.child.kill('SIGKILL');
  await first.ended;

  const second = await start();
  await expect.poll(() => stateOf(submission), { timeout: 120_000 }).toBe('pseudonymised');
  const byId = Map.groupBy(mine(), ({ headers }) => headers['ce_id']);
  for (const repeats of byId.values()) {
    expect(
      new Set(
        repeats.map(({ value, headers }) => JSON.stringify(headers) + Buffer.from(value).toString('latin1')),
      ).size,
    ).toBe(1);
  }
  const rows = [...byId.values()].flatMap(
    ([message]) => decodeCloudEvent(RowPseudonymised, message!).data.rows,
  );
  expect(new Set(rows.map(({ record }) => record)).size).toBe(20_000);
  second.child.disconnect();
  expect(await second.ended).toBe(0);
  // The dead member keeps its partitions until its lease has expired.
}, 180_000);

it('refuses to start with keys other than those of earlier rows', async () => {
  const kept = await readFile(join(secretsDirectory, 'row-key-key'), 'utf8');
  await writeFile(join(secretsDirectory, 'row-key-key'), `${'ab'.repeat(32)}\n`);
  try {
    const service = spawn();
    expect(await service.ended).toBe(1);
    expect(service.log()).toContain(
      'these secrets differ from those with which earlier rows were made: row-key-key',
    );
    expect(service.log()).not.toContain('abab');
  } finally {
    await writeFile(join(secretsDirectory, 'row-key-key'), kept);
  }
});
