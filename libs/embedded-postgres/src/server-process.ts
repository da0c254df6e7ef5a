import { spawn, type ChildProcess } from 'node:child_process';
import {
  closeSync,
  existsSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { BackOff, pauseUnlessAborted } from '@kinledger/waiting';
import pg from 'pg';
import type { ServerAccount } from './account.js';

export interface ServerCommand {
  readonly postgres: string;
  readonly data: string;
  readonly flags: readonly string[];
  readonly account: ServerAccount | undefined;
  readonly logFile: string;
  /** The superuser's connection URL, to check whether the server is up. */
  readonly url: string;
}

export interface ServerEvents {
  /** Called when the server ended by itself and is restarted. */
  readonly onRestart: () => void;
  readonly onReady: () => void;
}

const PAUSES = { firstMs: 100, longestMs: 10_000 };
/** After this uptime, the back-off starts again from its minimum. */
const SETTLED_MS = 60_000;
/** A fast shutdown writes a checkpoint, which takes seconds on a busy disk. */
const FAST_WITHIN_MS = 30_000;
/** After a crash the server first replays its write-ahead log, which may be gigabytes. */
const READY_WITHIN_MS = 10 * 60_000;

/** One PostgreSQL server: started, restarted when it ends by itself, stopped. */
export class ServerProcess {
  #server: ChildProcess | undefined;
  #ended: Promise<void> = Promise.resolve();
  readonly #stopping = new AbortController();
  #keeping: Promise<void> = Promise.resolve();
  readonly #command: ServerCommand;

  constructor(command: ServerCommand) {
    this.#command = command;
  }

  /** Resolves once it answers. @throws Error with the end of the server's log if it ends first. */
  async start(): Promise<void> {
    const { postgres, data, flags, account, logFile } = this.#command;
    const log = openSync(logFile, 'a', 0o600);
    // In its own process group, so that Ctrl-C reaches only this process, which stops the server after the services.
    const server = spawn(postgres, ['-D', data, ...flags], {
      ...(account ?? {}),
      cwd: '/',
      detached: true,
      stdio: ['ignore', log, log],
    });
    closeSync(log);
    this.#server = server;
    this.#ended = new Promise<void>((done) => {
      server.once('exit', () => done());
      server.once('error', () => done());
    });
    await this.#untilReady(server);
  }

  /** Restarts it whenever it ends, until `stop`. */
  keepRunning(events: ServerEvents): void {
    this.#keeping = this.#keep(events);
  }

  /**
   * Fast shutdown: disconnects clients, keeps all data. Resolves when the process has ended. Kills a server that does
   * not end in time, for example because one of its processes was killed; committed data is in its log.
   */
  async stop(): Promise<void> {
    this.#stopping.abort();
    const harder = (
      [
        [FAST_WITHIN_MS, 'SIGQUIT'],
        [FAST_WITHIN_MS * 1.5, 'SIGKILL'],
      ] as const
    ).map(([ms, signal]) => setTimeout(() => this.#tell(signal), ms));
    this.#tell('SIGINT');
    await this.#keeping;
    // A server that was starting when `stop` was called.
    this.#tell('SIGINT');
    await this.#ended;
    for (const timer of harder) clearTimeout(timer);
  }

  #tell(signal: 'SIGINT' | 'SIGQUIT' | 'SIGKILL'): void {
    const server = this.#server;
    if (server?.exitCode === null && server.signalCode === null) server.kill(signal);
  }

  async #keep({ onRestart, onReady }: ServerEvents): Promise<void> {
    const { signal } = this.#stopping;
    const backOff = new BackOff(PAUSES);
    let upSince = performance.now();
    for (;;) {
      await this.#ended;
      if (signal.aborted) return;
      if (performance.now() - upSince > SETTLED_MS) backOff.reset();
      onRestart();
      await pauseUnlessAborted(backOff.failed(), signal);
      try {
        // Child processes outlive a killed server for a moment; a new server refuses the data directory until they have
        // ended.
        await endLeftover(this.#command.data);
        signal.throwIfAborted();
        await this.start();
        upSince = performance.now();
        onReady();
      } catch {
        // Why stands in its log; it is tried again.
      }
    }
  }

  async #untilReady(server: ChildProcess): Promise<void> {
    const { url, logFile } = this.#command;
    const log = () => readFileSync(logFile, 'utf8').trim().split('\n').slice(-5).join(' | ');
    for (let waited = 0; waited < READY_WITHIN_MS; waited += 50) {
      if (server.exitCode !== null || server.signalCode !== null || server.pid === undefined) {
        throw new Error(`PostgreSQL did not start: ${log()}`);
      }
      const client = new pg.Client({ connectionString: url });
      // If the server dies while connecting, the query fails, and the client also emits an event.
      client.on('error', () => undefined);
      try {
        await client.connect();
        await client.end();
        return;
      } catch {
        await client.end().catch(() => undefined);
        await pause(50);
      }
    }
    server.kill('SIGINT');
    throw new Error(`PostgreSQL did not answer within ten minutes: ${log()}`);
  }
}

/** Ends a server that still holds the data directory and whose launcher is gone, and what is left of a killed one. */
export async function endLeftover(data: string): Promise<void> {
  await endServer(data);
  await endOrphans(data);
}

async function endServer(data: string): Promise<void> {
  const file = join(data, 'postmaster.pid');
  if (!existsSync(file)) return;
  const pid = Number(readFileSync(file, 'utf8').split('\n')[0]);
  const isServer = () => {
    try {
      process.kill(pid, 0);
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(data);
    } catch {
      return false;
    }
  };
  if (!isServer()) return;
  process.kill(pid, 'SIGINT');
  for (let waited = 0; isServer(); waited += 50) {
    if (waited > 20_000)
      throw new Error(`a PostgreSQL server (process ${pid}) holds ${data} and does not stop`);
    await pause(50);
  }
}

/** How long processes of a killed server get to end by themselves. */
const ORPHANS_END_WITHIN_MS = 2_000;
const GIVE_UP_AFTER_MS = 20_000;

/**
 * Ends processes of a server whose postmaster was killed. Most of them notice it at once. One that waits for a lock whose holder was
 * killed waits for ever, and PostgreSQL does not start while any is left, because it would share their memory.
 */
async function endOrphans(data: string): Promise<void> {
  if (!existsSync('/proc') || !existsSync(data)) return;
  const directory = realpathSync(data);
  for (let waited = 0; ; waited += 50) {
    const orphans = processesOf(directory);
    if (orphans.length === 0) return;
    if (waited > GIVE_UP_AFTER_MS)
      throw new Error(
        `processes ${orphans.join(', ')} of a killed PostgreSQL server hold ${data} and cannot be ended`,
      );
    if (waited >= ORPHANS_END_WITHIN_MS) for (const pid of orphans) endNow(pid);
    await pause(50);
  }
}

/** PostgreSQL's processes work in their data directory, and name themselves. */
function processesOf(directory: string): readonly number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        return (
          readlinkSync(`/proc/${pid}/cwd`) === directory &&
          readFileSync(`/proc/${pid}/cmdline`, 'utf8').startsWith('postgres: ')
        );
      } catch {
        return false; // It has ended, or belongs to somebody else.
      }
    })
    .map(Number);
}

function endNow(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended; if it has not, the caller sees it again.
  }
}
