import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  decodeCloudEvent,
  TokensToWrap,
  TokensWrapped,
  topics,
  type DataOf,
  type ProgrammeId,
  type Token,
} from '@kinledger/contracts';
import { createPool } from '@kinledger/database';
import { createTestDatabases, type TestDatabases } from '@kinledger/database/testing';
import type { IncomingMessage, OutgoingMessage } from '@kinledger/message-bus';
import { createSecrets, createTokenMaster, keysOf, readSecrets } from '@kinledger/pseudonymisation';
import { SealedAnswers } from '@kinledger/service-kit';
import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { requireSameKeys } from '../keys/key-fingerprints.js';
import { TokenKeyInForce } from '../keys/token-key-in-force.js';
import { RowWorkers } from '../worker/row-workers.js';
import { TokenWrapper } from './token-wrapper.js';

const root = fileURLToPath(new URL('../../../../', import.meta.url));
const entry = join(root, 'apps/pseudonymiser/dist/worker/row-worker.js');
const token = '8f83bf72ccad009eb00a569c35d6dbe6' as Token;

describe('requests to wrap tokens', () => {
  let databases: TestDatabases;
  let pool: pg.Pool;
  let home: string;
  let secrets: string;
  let workers: RowWorkers;
  const answers = new SealedAnswers();
  const adopted: number[] = [];

  beforeAll(async () => {
    execFileSync(process.execPath, ['node_modules/typescript/bin/tsc', '-b', 'apps/pseudonymiser'], {
      cwd: root,
    });
    databases = await createTestDatabases(inject('postgresUrl'));
    pool = createPool({ url: databases.url('restricted', 'pseudonymiser'), applicationName: 'test' });
    home = await mkdtemp(join(tmpdir(), 'kinledger-wrapping-'));
    secrets = join(home, 'secrets');
    await createSecrets(secrets, { seed: 'wrapping' });
    await requireSameKeys(pool, await readSecrets(secrets), 1);
    workers = new RowWorkers({
      threads: 1,
      programmeDirectory: join(root, 'programmes/leap'),
      secretsDirectory: secrets,
      ...{ entry, execArgv: [] },
    });
  });
  afterAll(async () => {
    await workers.close();
    await pool.end();
    await databases.drop();
    await rm(home, { recursive: true });
  });

  const asked = async (change: Partial<DataOf<typeof TokensToWrap>>) => {
    const sent: OutgoingMessage[] = [];
    const wrapper = new TokenWrapper({
      programme: 'leap',
      bus: {
        publish: async (topic, messages) => {
          expect(topic).toBe(topics.tokensWrapped.name);
          sent.push(...messages);
        },
      },
      ...{ keys: new TokenKeyInForce(pool, secrets), workers, now: () => new Date() },
      onAdopted: (version) => adopted.push(version),
    });
    const request = TokensToWrap.schema.parse({
      ...TokensToWrap.example,
      sealFor: answers.publicKey,
      ...change,
    });
    await wrapper.answer([request]);
    const [message] = sent;
    if (message === undefined) return undefined;
    const { data } = decodeCloudEvent(TokensWrapped, message as unknown as IncomingMessage);
    expect(data.request).toBe(request.request);
    return { ...data, text: Buffer.from(message.value).toString('latin1') };
  };
  const inForce = () => new TokenKeyInForce(pool, secrets).version();

  it('say which key is the newest, and are not granted for one that is not there', async () => {
    expect(await asked({ act: 'ask', from: 1, to: 1, domains: [] })).toMatchObject({ newest: 1 });
    const wrapped = await asked({ act: 'wrap', from: 1, to: 2 });
    expect(wrapped).toMatchObject({ newest: 1 });
    expect(wrapped?.sealed).toBeUndefined();
    expect(await asked({ act: 'adopt', from: 2, to: 2, domains: [] })).toMatchObject({ newest: 1 });
    expect(await inForce()).toBe(1);
    expect(await asked({ programme: 'other' as ProgrammeId })).toBeUndefined();
  });

  it('are granted for a key that was added while the service runs: sealed, in their order, each domain under its own key', async () => {
    await createTokenMaster(secrets, 2);
    expect(await asked({ act: 'ask', from: 1, to: 1, domains: [] })).toMatchObject({ newest: 2 });
    const domains = ['nhs-number', 'email'].map((domain) => ({ domain, tokens: [token] }));
    const answer = await asked({ act: 'wrap', from: 1, to: 2, domains });
    const { tokens } = keysOf(await readSecrets(secrets));
    const expected = domains.map(({ domain }) => tokens.wrap(domain, token, 1));
    expect(new Set(expected).size).toBe(2);
    const opened = answers.open(Buffer.from(answer?.sealed ?? '', 'base64'));
    expect(opened.toString('hex')).toBe(expected.join(''));
    // A chain: a digest that passes through both keys gives the same token.
    for (const wrapped of expected) expect(answer?.text).not.toContain(wrapped);
  });

  it('put a key into use once, from which on it may not change', async () => {
    expect(await inForce()).toBe(1);
    for (let times = 0; times < 2; times += 1)
      expect(await asked({ act: 'adopt', from: 2, to: 2, domains: [] })).toMatchObject({ newest: 2 });
    expect(adopted).toEqual([2]);
    expect(await inForce()).toBe(2);
    await writeFile(join(secrets, 'token-master-2'), `${'ab'.repeat(32)}\n`);
    const changed = await readSecrets(secrets);
    await expect(requireSameKeys(pool, changed, 2)).rejects.toThrow('token-master-2');
    await rm(join(secrets, 'token-master-2'));
    await expect(requireSameKeys(pool, await readSecrets(secrets), 2)).rejects.toThrow('token-master-2');
  });
});
