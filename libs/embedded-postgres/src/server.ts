import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { join, resolve } from 'node:path';
import { serverAccount, type ServerAccount } from './account.js';
import { findBinaries } from './binaries.js';
import { dataDirectory } from './data-directory.js';
import { endLeftover, ServerProcess } from './server-process.js';

export interface EmbeddedPostgresOptions {
  /** A private folder with the superuser's password, the log and (for an ordinary user) the data. */
  readonly directory: string;
  /** The preferred port. If it is 0, absent or taken, the server uses a free one. */
  readonly port?: number;
  /** Additional server settings, e.g. `{ fsync: 'off' }` for tests. */
  readonly settings?: Readonly<Record<string, string>>;
  /**
   * Restarts a server that ends by itself, on the same port and data, with growing back-off. If absent, it is not
   * restarted.
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
  /** Fast shutdown: disconnects clients, keeps all data. Resolves when the process has ended. */
  stop(): Promise<void>;
  /** Stops the server, and deletes the data and the folder. */
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
  // Frequently read pages are in memory, and solid-state disks have no seek time.
  random_page_cost: '1.1',
  log_min_messages: 'warning',
  // Statements and parameters contain row values, which must not get into the log.
  log_min_error_statement: 'panic',
  log_error_verbosity: 'terse',
  log_parameter_max_length: '0',
  log_parameter_max_length_on_error: '0',
};

/**
 * Starts PostgreSQL on loopback, and creates its data directory the first time. First ends a server that a killed
 * launcher left behind.
 * @throws Error with the end of the server's log if it does not start.
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
  mkdirSync(data, { recursive: true });
  // What an interrupted initialisation left behind.
  for (const entry of readdirSync(data)) rmSync(join(data, entry), { recursive: true });
  chmodSync(data, 0o700);
  const passwordFile = `${data}.password`;
  // A leftover of a killed process, or a link made by somebody else.
  rmSync(passwordFile, { recursive: true, force: true });
  writeFileSync(passwordFile, `${password}\n`, { mode: 0o600, flag: 'wx' });
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

/** Retries with another port if another process takes the free port first. */
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
