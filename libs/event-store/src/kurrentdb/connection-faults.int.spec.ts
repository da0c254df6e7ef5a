import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createTestDatabases, type TestDatabases } from '@kinledger/database/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import { newEvents, newStream } from '../contract/fixture.js';
import { isStoreUnreachable, type StoreStanding } from '../store-standing.js';
import { READS_WITHIN_MS } from './contract/order-of-starting.features.js';
import { storeOn, until } from './contract/kurrent-server.js';
import type { KurrentDbEventStore } from './kurrentdb-event-store.js';
import { StandInServer } from './testing/stand-in-server.js';
import { createTestAuthority, type TestAuthority } from './testing/test-authority.js';

/** Each fault of a connection to KurrentDB once. The stand-in answers as a real server was measured to answer. */
describe('a store that cannot use KurrentDB (stand-in)', () => {
  const credentials = { username: 'linker', password: 's@sam:e/&?' };
  const other = { username: 'linker', password: 'another' };
  let databases: TestDatabases;
  let authority: TestAuthority;
  let stranger: TestAuthority;
  let folder: string;
  let secured: StandInServer;
  let plain: StandInServer;
  let silent: Server;
  let store: KurrentDbEventStore | undefined;
  let standings: StoreStanding[];

  const file = (name: string) => join(folder, name);
  const open = (connectionString: string) => {
    store = storeOn(databases, connectionString, {
      patienceMs: 0,
      appendTimeoutMs: 3_000,
      onStanding: (standing) => standings.push(standing),
    });
    return store;
  };
  const withAuthority = (name: string, server = secured) =>
    server.connectionString(`&tlsCAFile=${encodeURIComponent(file(name))}`);
  const placeOf = (connectionString: string) =>
    /([\w.]+:\d+)(?:[?,]|$)/.exec(connectionString)?.[1] ?? 'nowhere';
  const failure = (work: Promise<unknown>): Promise<unknown> =>
    work.then(
      () => undefined,
      (error: unknown) => error,
    );

  beforeAll(async () => {
    databases = await createTestDatabases(inject('postgresUrl'));
    folder = await mkdtemp(join(tmpdir(), 'kinledger-faults-'));
    [authority, stranger] = await Promise.all([createTestAuthority(), createTestAuthority()]);
    await writeFile(file('ca.pem'), authority.certificate);
    await writeFile(file('stranger.pem'), stranger.certificate);
    await writeFile(file('no.pem'), 'no certificate');
    secured = await StandInServer.start({ credentials, tls: await authority.issue() });
    plain = await StandInServer.start();
    silent = createServer((socket) => socket.on('error', () => undefined));
    silent.listen(0, '127.0.0.1');
    await once(silent, 'listening');
  });
  beforeEach(() => (standings = []));
  afterEach(async () => {
    await store?.close();
    store = undefined;
  });
  afterAll(async () => {
    secured.stop();
    plain.stop();
    silent.close();
    await rm(folder, { recursive: true, force: true });
    await databases.drop();
  });

  const silentAddress = () => `kurrentdb://127.0.0.1:${(silent.address() as AddressInfo).port}?tls=false`;

  it.each([
    [
      'there is no server',
      () => 'kurrentdb://localhost:1?tls=false',
      'nobody answers at PLACE: start KurrentDB there, or correct the address in KINLEDGER_KURRENTDB_URL',
    ],
    [
      'there is none of several nodes',
      () => 'kurrentdb://localhost:1,localhost:2?tls=false',
      'nobody answers at localhost:1, localhost:2: start KurrentDB there, or correct the address in KINLEDGER_KURRENTDB_URL',
    ],
    [
      'the host name is unknown',
      () => 'kurrentdb://kurrentdb.invalid:2113?tls=false',
      'the host name in PLACE cannot be resolved: correct it in KINLEDGER_KURRENTDB_URL, or add it to DNS',
    ],
    [
      'the server hangs',
      silentAddress,
      'the server at PLACE does not answer: KurrentDB hangs there, or a firewall or proxy drops what is sent',
    ],
    [
      'the password is wrong',
      () => withAuthority('ca.pem').replace(/:s%40[^@]*@/, ':wrong@'),
      'KurrentDB at PLACE refuses the user in KINLEDGER_KURRENTDB_URL: correct name and password there, or let that user read and append to the ledger’s stream',
    ],
    [
      'no user is given',
      () => withAuthority('ca.pem').replace(/linker:[^@]*@/, ''),
      'KurrentDB at PLACE requires a user, but KINLEDGER_KURRENTDB_URL names none: write kurrentdb://user:password@…',
    ],
    [
      'another CA is given',
      () => withAuthority('stranger.pem'),
      'the certificate of KurrentDB at PLACE is not from the given CA: set tlsCAFile in KINLEDGER_KURRENTDB_URL to the certificate of that server’s CA',
    ],
    [
      'no CA is given',
      () => secured.connectionString(),
      'the certificate of KurrentDB at PLACE is not from the given CA: set tlsCAFile in KINLEDGER_KURRENTDB_URL to the certificate of that server’s CA',
    ],
    [
      'the certificate is for another host name',
      () => withAuthority('ca.pem').replace('localhost', '127.0.0.1'),
      'the certificate of KurrentDB at PLACE is for another host name: use the host name in the certificate in KINLEDGER_KURRENTDB_URL',
    ],
    [
      'the server uses TLS and the address says that it does not',
      () =>
        secured
          .connectionString()
          .replace(/linker:[^@]*@/, '')
          .replace('tls=true', 'tls=false'),
      'KurrentDB at PLACE uses TLS, but KINLEDGER_KURRENTDB_URL says tls=false: remove that option',
    ],
    [
      'the server does not use TLS and the address requires it',
      () => withAuthority('ca.pem', plain).replace('tls=false', 'tls=true'),
      'KurrentDB at PLACE does not use TLS, but KINLEDGER_KURRENTDB_URL requires it: give the server a certificate, or add tls=false',
    ],
    [
      'the CA file does not exist',
      () => withAuthority('absent.pem'),
      'the CA file that tlsCAFile in KINLEDGER_KURRENTDB_URL names cannot be read or holds no certificate: correct it, or name another one',
    ],
    [
      'the CA file holds no certificate',
      () => withAuthority('no.pem'),
      'the CA file that tlsCAFile in KINLEDGER_KURRENTDB_URL names cannot be read or holds no certificate: correct it, or name another one',
    ],
  ])(
    'says so in one sentence without a stack, user, password or path if %s',
    async (_, address, sentence) => {
      const connectionString = address();
      const expected = sentence.replace('PLACE', placeOf(connectionString));
      const opened = open(connectionString);
      const append = { expectedRevision: 'no-stream' } as const;
      for (const call of [
        () => opened.head('s'),
        () => opened.readPage('s', 0, 9),
        () => opened.append(newStream(), newEvents(1), append),
      ]) {
        let error: unknown;
        // Detecting a hang takes longer than the first call waits.
        await until(async () => {
          error = await failure(call());
          return !(error instanceof Error && error.message.includes('accepts connections'));
        });
        expect(isStoreUnreachable(error)).toBe(true);
        const { message, stack = '' } = error as Error;
        expect(message).toBe(expected);
        expect(stack).not.toMatch(/^\s+at /m);
        const said = `${message} ${stack} ${JSON.stringify(error)}`;
        for (const secret of ['s@sam', 's%40sam', 'wrong', 'linker', folder])
          expect(said).not.toContain(secret);
      }
      expect(standings).toEqual([{ state: 'away', why: expected }]);
    },
  );

  it.each([
    ['the single node does not lead yet', () => plain.connectionString()],
    ['the cluster has no leader', () => plain.clusterString()],
  ])('reads and appends soon after there is a leader if at first %s', async (_, address) => {
    const stream = newStream();
    plain.mishaps.leaderless = true;
    const opened = open(address());
    await until(async () => {
      const error = await failure(opened.head(stream));
      return error instanceof Error && error.message.includes('no leader at the moment');
    });
    await failure(opened.append(stream, newEvents(1), { expectedRevision: 'no-stream' }));
    plain.mishaps.leaderless = false;
    const began = performance.now();
    await until(async () => (await failure(opened.head(stream))) === undefined);
    expect(performance.now() - began).toBeLessThan(READS_WITHIN_MS);
    await until(
      async () =>
        (await failure(opened.append(stream, newEvents(1), { expectedRevision: 'any' }))) === undefined,
    );
    expect(standings.at(-1)).toMatchObject({ state: 'back' });
  });

  it.each([
    [
      'the certificate was refused',
      async () => secured.restartWith({ credentials, tls: await stranger.issue() }),
      'not from the given CA',
    ],
    [
      'the credentials were refused',
      async () => secured.restartWith({ credentials: other, tls: await authority.issue() }),
      'refuses the user',
    ],
  ])('reads and appends soon after they are right if at first %s', async (_, wrong, said) => {
    const stream = newStream();
    const right = withAuthority('ca.pem');
    await wrong();
    const opened = open(right);
    expect(await failure(opened.head(stream))).toMatchObject({
      message: expect.stringContaining(said) as string,
    });
    expect(
      isStoreUnreachable(
        await failure(opened.append(stream, newEvents(1), { expectedRevision: 'no-stream' })),
      ),
    ).toBe(true);
    await secured.restartWith({ credentials, tls: await authority.issue() });
    const began = performance.now();
    await until(async () => (await failure(opened.head(stream))) === undefined);
    expect(performance.now() - began).toBeLessThan(READS_WITHIN_MS);
    await until(
      async () =>
        (await failure(opened.append(stream, newEvents(1), { expectedRevision: 'any' }))) === undefined,
    );
  });

  it('reads soon after the CA file exists if it did not at first', async () => {
    const opened = open(withAuthority('later.pem'));
    expect(isStoreUnreachable(await failure(opened.head('s')))).toBe(true);
    await writeFile(file('later.pem'), authority.certificate);
    const began = performance.now();
    await until(async () => (await failure(opened.head('s'))) === undefined);
    expect(performance.now() - began).toBeLessThan(READS_WITHIN_MS);
  });

  it('reports each reason once when one follows another', async () => {
    secured.stop();
    const opened = open(withAuthority('ca.pem'));
    await failure(opened.head('s'));
    await secured.restartWith({ credentials, tls: await stranger.issue() });
    await until(async () => {
      await failure(opened.head('s'));
      return standings.length > 1;
    });
    await secured.restartWith({ credentials, tls: await authority.issue() });
    await until(async () => (await failure(opened.head('s'))) === undefined);
    expect(standings).toEqual([
      { state: 'away', why: expect.stringContaining('nobody answers at localhost:') as string },
      { state: 'away', why: expect.stringContaining('not from the given CA') as string },
      { state: 'back', afterMs: expect.any(Number) as number },
    ]);
  });
});
