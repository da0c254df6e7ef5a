import { spawn, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { KurrentDbEventStore } from '@kinledger/event-store';
import type { LedgerDoor, RunningDatabases, StoreHost } from './store-host.js';
import { areRunning, type Victim } from './victim.js';

/** The server's name as a victim. */
export const KURRENTDB = 'kurrentdb';

const STREAM = 'programme-leap';
const PAGE = 2_000;
/** So that a frozen server does not block the count of steps. */
const READ_TIMEOUT_MS = 3_000;
const standIn = fileURLToPath(
  new URL('../../../libs/event-store/dist/kurrentdb/testing/stand-in-process.js', import.meta.url),
);

/** A KurrentDB for one platform: a real server under a prefix of its own, else a stand-in process. */
export class KurrentDbHost implements StoreHost {
  readonly environment: Readonly<Record<string, string>>;
  readonly #prefix = `chaos-${randomUUID().slice(0, 8)}`;

  static async start(): Promise<KurrentDbHost> {
    const address = process.env['KINLEDGER_KURRENTDB_URL'];
    if (address !== undefined && address !== '') return new KurrentDbHost(address, undefined);
    const server = await StandInProcess.start();
    return new KurrentDbHost(server.connectionString, server);
  }

  readonly #connectionString: string;
  readonly #server: StandInProcess | undefined;

  private constructor(connectionString: string, server: StandInProcess | undefined) {
    this.#connectionString = connectionString;
    this.#server = server;
    this.environment = {
      KINLEDGER_EVENT_STORE: 'kurrentdb',
      KINLEDGER_KURRENTDB_URL: connectionString,
      KINLEDGER_KURRENTDB_PREFIX: this.#prefix,
    };
  }

  /** Only the stand-in: a real server belongs to somebody and is not killed. */
  get victims(): readonly Victim[] {
    const server = this.#server;
    return server === undefined ? [] : [{ name: KURRENTDB, pids: () => server.pids() }];
  }

  openDoor({ url }: RunningDatabases): LedgerDoor {
    const store = new KurrentDbEventStore({
      connectionString: this.#connectionString,
      prefix: this.#prefix,
      platformUrl: url('platform'),
      applicationName: 'kinledger-chaos',
      readTimeoutMs: READ_TIMEOUT_MS,
    });
    return {
      head: () => store.head(STREAM),
      events: async () => {
        const texts: string[] = [];
        for (;;) {
          const page = await store.readPage(STREAM, texts.length, PAGE);
          if (page.length === 0) return texts;
          texts.push(...page.map(({ bytes }) => Buffer.from(bytes).toString('utf8')));
        }
      },
      close: () => store.close(),
    };
  }

  keepLogs(folder: string): void {
    this.#server?.keepJournal(folder);
  }

  async stop(): Promise<void> {
    await this.#server?.stop();
  }
}

/** The stand-in with a journal, restarted whenever it ends. */
class StandInProcess {
  #child: ChildProcess;
  #stopping = false;

  static async start(): Promise<StandInProcess> {
    const folder = mkdtempSync(join(tmpdir(), 'kinledger-chaos-kurrentdb-'));
    const child = spawnStandIn('0', folder);
    const [said] = (await once(child.stdout ?? child, 'data')) as [Buffer];
    return new StandInProcess(said.toString('utf8').trim(), folder, child);
  }

  readonly #folder: string;

  private constructor(
    readonly connectionString: string,
    folder: string,
    child: ChildProcess,
  ) {
    this.#folder = folder;
    this.#child = child;
    this.#keepRunning();
  }

  pids(): readonly number[] {
    return this.#child.pid === undefined || !areRunning([this.#child.pid]) ? [] : [this.#child.pid];
  }

  keepJournal(folder: string): void {
    const file = journalIn(this.#folder);
    if (existsSync(file)) copyFileSync(file, join(folder, 'kurrentdb.journal'));
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    if (this.pids().length > 0) {
      const gone = once(this.#child, 'exit');
      this.#child.kill('SIGKILL');
      await gone;
    }
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #keepRunning(): void {
    this.#child.once('exit', () => {
      if (this.#stopping) return;
      const port = /:(\d+)\?/.exec(this.connectionString)?.[1] ?? '0';
      this.#child = spawnStandIn(port, this.#folder);
      this.#keepRunning();
    });
  }
}

const journalIn = (folder: string): string => join(folder, 'journal');

const spawnStandIn = (port: string, folder: string): ChildProcess =>
  spawn(process.execPath, [standIn, port, journalIn(folder)], { stdio: ['ignore', 'pipe', 'inherit'] });
