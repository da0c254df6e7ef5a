import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmodSync, chownSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join, resolve } from 'node:path';
import { serverAccount, type ServerAccount } from './account.js';
import { findBinaries } from './binaries.js';
import { dataDirectory } from './data-directory.js';
import { endLeftover, ServerProcess } from './server-process.js';

export interface EmbeddedPostgresOptions {
  /** A private folder of ours; the superuser's password, the log and (for an ordinary user) the data lie in it. */
  readonly directory: string;
  /** 0 or absent: a free port. A port that is taken gives way to a free one. */
  readonly port?: number;
  /** Server settings beside our own, e.g. `{ fsync: 'off' }` for tests. */
  readonly settings?: Readonly<Record<string, string>>;
  /**
   * Keeps the server running: one that ends by itself is started again, on the same port and the same data, after a
   * pause that grows. Absent: it is gone when it ends.
   */
  readonly keepRunning?: {
    readonly onRestart: () => void;
    readonly onReady: () => void;
  };
}

export interface EmbeddedPostgres {
  readonly port: number;
  /** The superuser's connection URL for a database. */
  url(database?: string): string;
  /** Fast shutdown: clients are disconnected, data is safe. Resolves when the process is gone. */
  stop(): Promise<void>;
  /** Stops, and deletes the data and our folder. */
  destroy(): Promise<void>;
}

const SUPERUSER = 'postgres';

const settings = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  password_encryption: 'scram-sha-256',
  max_connections: '120',
  shared_buffers: '512MB',
  work_mem: '32MB',
  maintenance_work_mem: '128MB',
  max_wal_size: '4GB',
  checkpoint_completion_target: '0.9',
  wal_level: 'minimal',
  max_wal_senders: '0',
  timezone: 'UTC',
  jit: 'off',
  // What is read again and again lies in memory, and disks of today have no arm to move.
  random_page_cost: '1.1',
  log_min_messages: 'warning',
  // Statements and parameters carry row values: an error must not write them to the log.
  log_min_error_statement: 'panic',
  log_error_verbosity: 'terse',
  log_parameter_max_length: '0',
  log_parameter_max_length_on_error: '0',
};

/**
 * Starts PostgreSQL on loopback, creating its data folder the first time. A server that an earlier run left behind
 * (its owner was killed) is ended first.
 * @throws Error with the end of the server's log when it does not come up.
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const directory = resolve(options.directory);
  const account = serverAccount();
  const binaries = await findBinaries(account);
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const data = dataDirectory(directory);
  const password = superuserPassword(directory);
  const logFile = join(directory, 'postgresql.log');

  await endLeftover(data);
  if (!existsSync(join(data, 'PG_VERSION'))) {
    await initialise(binaries.initdb, data, password, account);
  }
  const urlAt = (port: number, database = 'postgres') =>
    `postgres://${SUPERUSER}:${password}@127.0.0.1:${port}/${database}`;
  const serverAt = (port: number) =>
    new ServerProcess({
      postgres: binaries.postgres,
      data,
      flags: Object.entries({ ...settings, ...options.settings, port: String(port) }).flatMap(
        ([name, value]) => ['-c', `${name}=${value}`],
      ),
      account,
      logFile,
      url: urlAt(port),
    });
  const { server, port } = await startOnFreePort(serverAt, options.port ?? 0);
  const url = (database?: string) => urlAt(port, database);
  if (options.keepRunning !== undefined) server.keepRunning(options.keepRunning);
  const destroy = async () => {
    await server.stop();
    rmSync(data, { recursive: true, force: true });
    rmSync(directory, { recursive: true, force: true });
  };
  return { port, url, stop: () => server.stop(), destroy };
}

function superuserPassword(directory: string): string {
  const file = join(directory, 'superuser-password');
  if (!existsSync(file)) writeFileSync(file, randomBytes(24).toString('hex'), { mode: 0o600 });
  return readFileSync(file, 'utf8').trim();
}

async function initialise(
  initdb: string,
  data: string,
  password: string,
  account: ServerAccount | undefined,
): Promise<void> {
  rmSync(data, { recursive: true, force: true });
  mkdirSync(data, { recursive: true });
  chmodSync(data, 0o700);
  const passwordFile = `${data}.password`;
  writeFileSync(passwordFile, `${password}\n`, { mode: 0o600 });
  if (account !== undefined) {
    chownSync(data, account.uid, account.gid);
    chownSync(passwordFile, account.uid, account.gid);
  }
  try {
    const child = spawn(
      initdb,
      [
        ...['-D', data, '-U', SUPERUSER, `--pwfile=${passwordFile}`, '--auth=scram-sha-256'],
        ...['--encoding=UTF8', '--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8'],
      ],
      { ...(account ?? {}), cwd: '/', stdio: ['ignore', 'pipe', 'pipe'] },
    );
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
    const code = await new Promise<number | null>((done, fail) => {
      child.once('error', fail);
      child.once('close', done);
    });
    if (code !== 0) throw new Error(`initdb failed: ${output.trim().split('\n').slice(-5).join(' | ')}`);
  } finally {
    rmSync(passwordFile, { force: true });
  }
}

const TRIES = 5;

/** Between finding a port free and taking it, somebody else may have taken it: another server that starts just now. */
async function startOnFreePort(
  serverAt: (port: number) => ServerProcess,
  wanted: number,
): Promise<{ readonly server: ServerProcess; readonly port: number }> {
  for (let tried = 1; ; tried += 1) {
    const port = await freePort(tried === 1 ? wanted : 0);
    const server = serverAt(port);
    try {
      await server.start();
      return { server, port };
    } catch (error) {
      if (tried === TRIES || (await freePort(port)) === port) throw error;
    }
  }
}

async function freePort(wanted: number): Promise<number> {
  const tryPort = (port: number) =>
    new Promise<number | undefined>((done) => {
      const probe = createServer();
      probe.once('error', () => done(undefined));
      probe.listen({ host: '127.0.0.1', port, exclusive: true }, () => {
        const address = probe.address();
        probe.close(() => done(typeof address === 'object' && address !== null ? address.port : undefined));
      });
    });
  const port = (await tryPort(wanted)) ?? (await tryPort(0));
  if (port === undefined) throw new Error('no free port on 127.0.0.1');
  return port;
}
