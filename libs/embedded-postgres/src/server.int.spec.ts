import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startEmbeddedPostgres, type EmbeddedPostgres } from './server.js';

let server: EmbeddedPostgres;
let dataDirectory: string;
const told: string[] = [];

beforeAll(async () => {
  const directory = mkdtempSync(join(tmpdir(), 'kinledger-server-'));
  server = await startEmbeddedPostgres({
    directory,
    keepRunning: { onRestart: () => told.push('restart'), onReady: () => told.push('ready') },
  });
  dataDirectory = await ask<string>('SHOW data_directory', 'data_directory');
});
afterAll(() => server.destroy());

/** Runs one query on a new connection; rejects while the server is down. */
async function ask<T>(sql: string, column: string): Promise<T> {
  const client = new pg.Client({ connectionString: server.url() });
  client.on('error', () => undefined);
  await client.connect();
  try {
    const { rows } = await client.query<Record<string, T>>(sql);
    const value = rows[0]?.[column];
    if (value === undefined) throw new Error(`no ${column}`);
    return value;
  } finally {
    await client.end();
  }
}

const postmaster = (): number =>
  Number(readFileSync(join(dataDirectory, 'postmaster.pid'), 'utf8').split('\n')[0]);
const backends = (): number[] =>
  execFileSync('ps', ['-axo', 'pid=,ppid='], { encoding: 'utf8' })
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number))
    .filter(([, parent]) => parent === postmaster())
    .map(([pid]) => pid ?? 0);

/** Kills a process, which may have ended already, because the server ends all its processes when one dies. */
function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}

describe('a PostgreSQL server that is kept running', () => {
  it.each([
    ['alone', () => [postmaster()]],
    ['with all of its processes', () => [...backends(), postmaster()]],
  ])('restarts on its port with all committed data when it is killed %s', async (_, victims) => {
    const before = told.length;
    await ask('DROP TABLE IF EXISTS kept', 'nothing').catch(() => undefined);
    await ask('CREATE TABLE kept AS SELECT 42 AS answer', 'nothing').catch(() => undefined);
    const killed = postmaster();
    for (const pid of victims()) kill(pid);
    await expect.poll(() => told.slice(before), { timeout: 30_000 }).toContain('ready');
    expect(postmaster()).not.toBe(killed);
    expect(await ask('SELECT answer FROM kept', 'answer')).toBe(42);
  });

  it('restarts although a process of the killed server does not notice that it was killed', async () => {
    const before = told.length;
    // A frozen process stands for one that waits for a lock whose holder was killed.
    const client = new pg.Client({ connectionString: server.url() });
    client.on('error', () => undefined);
    await client.connect();
    const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
    const frozen = rows[0]?.pid ?? 0;
    process.kill(frozen, 'SIGSTOP');
    for (const pid of [...backends(), postmaster()]) if (pid !== frozen) kill(pid);
    await expect.poll(() => told.slice(before), { timeout: 30_000 }).toContain('ready');
    expect(await ask('SELECT 42 AS answer', 'answer')).toBe(42);
    await client.end().catch(() => undefined);
  });

  it('stays down after a stop', async () => {
    const before = told.length;
    const pid = postmaster();
    await server.stop();
    expect(() => process.kill(pid, 0)).toThrow();
    expect(told).toHaveLength(before);
  });
});

describe('two PostgreSQL servers that want one port at the same moment', () => {
  it('both start, each on its own port', async () => {
    const port = server.port;
    const start = () =>
      startEmbeddedPostgres({ directory: mkdtempSync(join(tmpdir(), 'kinledger-server-')), port });
    const both = await Promise.all([start(), start()]);
    try {
      expect(new Set(both.map((each) => each.port)).size).toBe(2);
    } finally {
      await Promise.all(both.map((each) => each.destroy()));
    }
  });
});
