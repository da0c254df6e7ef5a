import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AccessFile, ProviderId } from '@kinledger/contracts';
import { createPool } from '@kinledger/database';
import { createTestDatabases, type TestDatabases } from '@kinledger/database/testing';
import { readProgramme } from '@kinledger/programme';
import { Metrics } from '@kinledger/service-kit';
import { Logger } from '@nestjs/common';
import {
  BasicConstraintsExtension,
  cryptoProvider,
  PemConverter,
  SubjectAlternativeNameExtension,
  X509CertificateGenerator,
} from '@peculiar/x509';
import { PinoLogger } from 'nestjs-pino';
import type pg from 'pg';
import { SMTPServer } from 'smtp-server';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import type { IntakeContext } from '../intake-context.js';
import { ReturnService } from '../returns/return-service.js';
import { recordDecisions } from '../submissions/decision-table.js';
import { leapDirectory } from '../testing/running-ingest.js';
import { MailDelivery, type MailSettings } from './mail-delivery.js';
import { MailMetrics } from './mail-metrics.js';
import { MailServer } from './mail-server.js';
import { takeWaiting } from './mail-table.js';

const OFFICER = 'amara.okafor7@example.org';
const MANAGER = 'manager@example.org';
const PASSWORD = 'of the mail server';
const DATASET = 'baby-steps.user';

interface Received {
  readonly to: readonly string[];
  readonly text: string;
  readonly secure: boolean;
}

let directory: string;
let databases: TestDatabases;
let pool: pg.Pool;
let intake: IntakeContext;
let certified: { readonly key: string; readonly cert: string };

let smtp: SMTPServer;
let port: number;
let received: Received[];
/** What the server says to each recipient. */
let refuse: (address: string) => { readonly status: number } | undefined;
/** Every line that the code logged. */
let logged: string[];

/** A certificate for localhost that is its own authority. */
async function selfSigned(): Promise<typeof certified> {
  // Node's type differs from the browser's in name only.
  cryptoProvider.set(webcrypto as unknown as Parameters<typeof cryptoProvider.set>[0]);
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256' };
  const signingAlgorithm = { name: 'ECDSA', hash: 'SHA-256' };
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const day = 24 * 3600 * 1000;
  const certificate = await X509CertificateGenerator.createSelfSigned({
    ...{ name: 'CN=localhost', keys, signingAlgorithm },
    ...{ notBefore: new Date(Date.now() - day), notAfter: new Date(Date.now() + day) },
    extensions: [
      new BasicConstraintsExtension(true, 0, true),
      new SubjectAlternativeNameExtension([{ type: 'dns', value: 'localhost' }]),
    ],
  });
  const key = await webcrypto.subtle.exportKey('pkcs8', keys.privateKey);
  return { cert: certificate.toString('pem'), key: PemConverter.encode(key, 'PRIVATE KEY') };
}

const portOf = (server: Server): number => (server.address() as AddressInfo).port;

function startSmtp(): Promise<void> {
  smtp = new SMTPServer({
    ...certified,
    authMethods: ['PLAIN'],
    onAuth: ({ username, password }, _session, done) =>
      username === 'kinledger' && password === PASSWORD
        ? done(null, { user: username })
        : done(new Error('wrong password')),
    onRcptTo: ({ address }, _session, done) => {
      const refusal = refuse(address);
      if (refusal === undefined) done();
      else done(Object.assign(new Error(`${address} is unknown`), { responseCode: refusal.status }));
    },
    onData: (stream, session, done) => {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        const to = session.envelope.rcptTo.map(({ address }) => address);
        // Soft line breaks of quoted-printable.
        const text = Buffer.concat(chunks).toString('utf8').replaceAll('=\r\n', '');
        received.push({ to, text, secure: session.secure });
        done();
      });
    },
  });
  return new Promise((resolve) => smtp.listen(port, '127.0.0.1', resolve));
}
const stopSmtp = () => new Promise<void>((resolve) => smtp.close(resolve));

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'kinledger-mails-'));
  databases = await createTestDatabases(inject('postgresUrl'));
  pool = createPool({ url: databases.url('restricted', 'ingest'), applicationName: 'test' });
  // As much of the context as mails need.
  intake = { pool, programme: await readProgramme(leapDirectory) } as unknown as IntakeContext;
  certified = await selfSigned();
  writeFileSync(join(directory, 'ca.pem'), certified.cert);
  writeFileSync(join(directory, 'password'), `${PASSWORD}\n`);
  const account = (name: string, provider: string, email?: string): AccessFile['accounts'][number] => ({
    ...{ name, provider: provider, roles: ['provider'] },
    ...(email === undefined ? {} : { email }),
    tokenSha256: Buffer.from(name.padEnd(32)).toString('hex'),
  });
  const access: AccessFile = {
    accounts: [
      account('officer', 'baby-steps-team', OFFICER),
      account('manager', 'baby-steps-team', MANAGER),
      account('no-mail', 'baby-steps-team'),
      { ...account('gone', 'baby-steps-team', 'gone@example.org'), expiresAt: '2023-01-01T00:00:00Z' },
      account('silent', 'refuge'),
    ],
  };
  writeFileSync(join(directory, 'access.json'), JSON.stringify(access));
});
afterAll(async () => {
  await pool.end();
  await databases.drop();
  rmSync(directory, { recursive: true });
});

beforeEach(async () => {
  received = [];
  logged = [];
  refuse = () => undefined;
  port = 0;
  await startSmtp();
  port = portOf(smtp.server);
  const log = (...line: unknown[]) => logged.push(JSON.stringify(line));
  Logger.overrideLogger({ log, warn: log, error: log });
});
afterEach(async () => {
  Logger.overrideLogger(['error']);
  await stopSmtp();
  const superuser = createPool({ url: databases.superuserUrl('restricted'), applicationName: 'test' });
  await superuser.query('TRUNCATE ingest.mail, ingest.decision, ingest.submission, ingest.upload CASCADE');
  await superuser.end();
});

function delivery(changed: Partial<MailSettings> = {}, reminds = false): MailDelivery {
  const settings: MailSettings = {
    mail: {
      ...{ host: 'localhost', port, tls: 'starttls', caFile: join(directory, 'ca.pem') },
      ...{ user: 'kinledger', passwordFile: join(directory, 'password') },
      ...{ from: 'kinledger@example.org', reminds },
    },
    access: { file: join(directory, 'access.json') },
    public: { url: 'https://intake.example/' },
    everyMs: 20,
    ...changed,
  };
  return new MailDelivery(
    intake,
    new ReturnService(intake),
    new MailMetrics(new Metrics('ingest'), intake),
    new PinoLogger({ pinoHttp: { level: 'silent' } }),
    settings,
  );
}

/** Runs a delivery until a condition holds. */
async function deliver(until: () => boolean | Promise<boolean>, running = [delivery()]): Promise<void> {
  for (const each of running) each.onApplicationBootstrap();
  try {
    await expect.poll(until, { timeout: 10_000, interval: 20 }).toBe(true);
  } finally {
    for (const each of running) await each.beforeApplicationShutdown();
  }
}

const mails = async () => {
  const { rows } = await pool.query<{ id: string; attempts: number; outcome: string | null }>(
    'SELECT id, attempts, outcome FROM ingest.mail ORDER BY id',
  );
  return rows;
};
/** Whether so many mails were made, and all have ended. */
const ended =
  (count = 1) =>
  async () => {
    const all = await mails();
    return all.length === count && all.every(({ outcome }) => outcome !== null);
  };
const dueNow = () => pool.query('UPDATE ingest.mail SET next_at = now()');

let files = 0;
const counts = { read: 30, accepted: 27, warned: 2, rejected: 3, duplicate: 0, consentRefused: 0 };
async function file(state: 'refused' | 'accepted', provider = 'baby-steps-team'): Promise<string> {
  files += 1;
  const id = files.toString(16).padStart(32, '0');
  await pool.query(
    `INSERT INTO ingest.upload (upload, provider, dataset, period, state, reason, uploaded_by, validated_at, expires_at,
       bytes, content_hash, schema_hash, mapping, unknown_columns, counts, findings, submission)
     VALUES ($1, $2, $3, '2023-24-Q2', $4, $5, 'officer', now(), '2023-10-16T10:00:00Z', 1, 'c', 's', '{}', 0, $6, '{}', $7)`,
    [
      ...[id, provider, DATASET, state, state === 'refused' ? 'too-many-rejected-rows' : null],
      ...[JSON.stringify(counts), state === 'refused' ? null : id],
    ],
  );
  if (state === 'accepted')
    await pool.query(
      `INSERT INTO ingest.submission (submission, upload, intake, provider, dataset, period, sequence, mode, supersedes,
         content_hash, schema_hash, agreement, attested_by, accepted_at)
       VALUES ($1, $1, $2, $3, $4, '2023-24-Q2', $2, 'add', '{}', 'c', 's', 'a', 'officer', now())`,
      [id, files, provider, DATASET],
    );
  return id;
}
async function decided(outcome: 'linked' | 'parked', at = new Date()): Promise<string> {
  const id = await file('accepted');
  const decision = { submission: id as never, intake: files, outcome, position: files };
  await recordDecisions(pool, [{ ...decision, at: at.toISOString() }]);
  return id;
}

describe('the mails of results', () => {
  it('go once to the provider’s accounts that have an address, over TLS, whoever sends', async () => {
    const refused = await file('refused');
    const linked = await decided('linked');
    await decided('parked');
    await decided('linked', new Date('2023-01-01'));
    await deliver(ended(3), [delivery(), delivery()]);
    expect(received).toHaveLength(3);
    for (const { to, secure } of received) expect([to, secure]).toEqual([[OFFICER, MANAGER], true]);
    const about = (subject: string) =>
      received.find(({ text }) => text.includes(`Subject: ${subject}`))?.text;
    expect(about('Refused: Baby Steps: people, Q2 2023/24')).toContain(
      `https://intake.example/files/checked/${refused}`,
    );
    expect(about('Received and counted: Baby Steps: people')).toContain(
      `https://intake.example/files/submitted/${linked}`,
    );
    expect(about('Received and counted: Baby Steps: people')).toContain('Rejected: 3');
    expect(about('Not processed yet: Baby Steps: people')).toBeDefined();
    expect(logged.join()).toContain('mail sent');
    for (const secret of [OFFICER, MANAGER, PASSWORD]) expect(logged.join()).not.toContain(secret);
  });

  it('are for nobody where no account of the provider has an address', async () => {
    await file('refused', 'refuge');
    await deliver(async () => (await mails()).some(({ outcome }) => outcome === 'nobody'));
    expect(received).toEqual([]);
  });

  it('wait while the server is away or refuses for now, and are sent when it answers', async () => {
    await file('refused');
    await stopSmtp();
    await deliver(() => logged.join().includes('is sent again'));
    refuse = () => ({ status: 451 });
    await startSmtp();
    await dueNow();
    await deliver(() => logged.filter((line) => line.includes('451')).length === 1);
    refuse = () => undefined;
    await dueNow();
    await deliver(ended());
    expect(await mails()).toMatchObject([{ attempts: 3, outcome: 'sent' }]);
    expect(received).toHaveLength(1);
    expect(logged.join()).not.toContain('@example.org');
  });

  it('are not repeated for recipients whom the server knows not, and reach the others', async () => {
    refuse = (address) => (address === OFFICER ? { status: 550 } : undefined);
    await file('refused');
    await deliver(ended());
    expect(received.map(({ to }) => to)).toEqual([[MANAGER]]);
    refuse = () => ({ status: 550 });
    await file('refused');
    await deliver(ended(2));
    expect((await mails()).map(({ outcome }) => outcome).sort()).toEqual(['refused', 'sent']);
    expect(logged.join()).not.toContain('@example.org');
  });

  it('are sent by another process once the one that took them was killed, with the same id', async () => {
    const id = await file('refused');
    await deliver(ended());
    // It was sent, and its process killed before it could say so.
    await pool.query('UPDATE ingest.mail SET ended_at = NULL, outcome = NULL, next_at = now()');
    expect(await takeWaiting(pool)).toMatchObject({ id: `refused-${id}`, attempts: 2 });
    expect(await takeWaiting(pool)).toBeUndefined();
    await dueNow();
    await deliver(ended());
    const ids = received.map(({ text }) => /^message-id: (.*)$/im.exec(text)?.[1]);
    expect(ids).toEqual([`<refused-${id}@example.org>`, `<refused-${id}@example.org>`]);
  });

  it('are given up after three days', async () => {
    refuse = () => ({ status: 451 });
    await file('refused');
    await deliver(async () => (await mails()).some(({ attempts }) => attempts === 1));
    const superuser = createPool({ url: databases.superuserUrl('restricted'), applicationName: 'test' });
    await superuser.query("UPDATE ingest.mail SET created_at = now() - interval '4 days', next_at = now()");
    await superuser.end();
    await deliver(ended());
    expect(await mails()).toMatchObject([{ outcome: 'given-up' }]);
  });
});

describe('a reminder', () => {
  it('goes once a day to providers with a late return, from eight in the morning on', async () => {
    const at = (clock: string) => delivery({ clock: () => new Date(clock) }, true);
    const looked = at('2023-10-30T07:59:00Z');
    await file('refused');
    await deliver(ended(), [looked]);
    expect((await mails()).map(({ id }) => id.split('-')[0])).toEqual(['refused']);
    await deliver(ended(2), [at('2023-10-30T08:01:00Z')]);
    const [reminder] = received.filter(({ text }) => text.includes('Returns are late'));
    expect(reminder?.text).toContain('- Baby Steps: people, Q2 2023/24');
    expect(reminder?.text).toContain('https://intake.example/returns');
    expect(reminder?.text).not.toContain('PAIRS');
    await file('refused');
    await deliver(ended(3), [at('2023-10-30T18:00:00Z')]);
    expect(received.filter(({ text }) => text.includes('Returns are late'))).toHaveLength(1);
  });
});

describe('a mail server', () => {
  const mail = { id: 'x', to: [OFFICER], subject: 'x', text: 'x' };
  const settings = () =>
    ({ host: 'localhost', port, tls: 'starttls', from: 'kinledger@example.org' }) as const;
  const never = new AbortController().signal;

  it('that says nothing costs its time and no more', async () => {
    const silent = createServer(() => undefined);
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const server = new MailServer({ ...settings(), host: '127.0.0.1', port: portOf(silent) }, 200);
    const began = performance.now();
    expect(await server.send(mail, never)).toMatchObject({ code: 'ETIMEDOUT', isFinal: false });
    expect(performance.now() - began).toBeLessThan(5_000);
    silent.close();
  });

  it('gets nothing without TLS, or with a certificate that nobody vouches for', async () => {
    expect(await new MailServer(settings()).send(mail, never)).toMatchObject({ isFinal: false });
    const plain = new SMTPServer({ authOptional: true, hideSTARTTLS: true, disabledCommands: ['STARTTLS'] });
    await new Promise<void>((resolve) => plain.listen(0, '127.0.0.1', resolve));
    const server = new MailServer({ ...settings(), port: portOf(plain.server) });
    expect(await server.send(mail, never)).toMatchObject({ code: 'ETLS' });
    await new Promise<void>((resolve) => plain.close(resolve));
    expect(received).toEqual([]);
  });

  it('gets nothing with a wrong password', async () => {
    writeFileSync(join(directory, 'wrong'), 'wrong');
    const wrong = {
      caFile: join(directory, 'ca.pem'),
      user: 'kinledger',
      passwordFile: join(directory, 'wrong'),
    };
    const failure = await new MailServer({ ...settings(), ...wrong }).send(mail, never);
    expect(failure).toMatchObject({ code: 'EAUTH', isFinal: false });
  });
});
