import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, cpSync, mkdtempSync, openSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { localConnection, type LocalConnection } from '@kinledger/contracts';
import { createPool } from '@kinledger/database';
import type pg from 'pg';
import { Installation } from '../../e2e/installation.js';
import { until } from '../until.js';
import { busInPostgres, type BusHost, type ClosableBusDoor } from './bus-host.js';
import { KafkaHost } from './kafka-host.js';
import { KurrentDbHost } from './kurrentdb-host.js';
import type { PlatformFactory, PlatformUnderTest, Row } from './platform-under-test.js';
import { PostgresBusDoor } from './postgres-bus-door.js';
import { storeInPostgres, type LedgerDoor, type StoreHost } from './store-host.js';
import { processes, serviceOf, type Victim } from './victim.js';

type Database = 'restricted' | 'platform' | 'bus';

const services = ['ingest', 'pseudonymiser', 'linker', 'projector', 'reporting-api'];

const busOf = {
  postgres: () => Promise.resolve(busInPostgres((home) => new PostgresBusDoor(home))),
  kafka: () => KafkaHost.start(),
} as const;
const storeOf = {
  postgres: () => Promise.resolve(storeInPostgres),
  kurrentdb: () => KurrentDbHost.start(),
} as const;
export type Bus = keyof typeof busOf;
export type Store = keyof typeof storeOf;

/** The platform as `npm start` runs it: launcher, PostgreSQL and five services, with this bus and this store. */
export function platformOn(bus: Bus, store: Store): PlatformFactory {
  return async (seed) => {
    const busHost = await busOf[bus]();
    try {
      return await startOn(busHost, await storeOf[store](), seed);
    } catch (error) {
      await busHost.stop();
      throw error;
    }
  };
}

/** With bus and ledger in its own PostgreSQL. */
export const startEmbeddedPlatform: PlatformFactory = platformOn('postgres', 'postgres');

/** With a Kafka broker of its own. Needs what `absentBroker` checks. */
export const startKafkaPlatform: PlatformFactory = platformOn('kafka', 'postgres');

/** With its ledger in KurrentDB: the server of KINLEDGER_KURRENTDB_URL, else a stand-in, which is also killed. */
export const startKurrentDbPlatform: PlatformFactory = platformOn('postgres', 'kurrentdb');

async function startOn(bus: BusHost, store: StoreHost, seed: string): Promise<PlatformUnderTest> {
  const platform = new EmbeddedPlatform(bus, store);
  try {
    await platform.start(seed);
    return platform;
  } catch (error) {
    await platform.stop();
    throw error;
  }
}

class EmbeddedPlatform implements PlatformUnderTest {
  readonly victims: Victim[] = [];
  readonly #end = Promise.withResolvers<never>();
  readonly over = this.#end.promise;
  readonly #installation: Installation;
  readonly #pools = new Map<Database, pg.Pool>();
  #launcher: ReturnType<Installation['begin']> | undefined;
  #known: LocalConnection | undefined;
  #door: ClosableBusDoor | undefined;
  #second: ServiceBeside | undefined;

  #stopping = false;

  #ledgerDoor: LedgerDoor | undefined;
  readonly #host: BusHost;
  readonly #store: StoreHost;

  constructor(host: BusHost, store: StoreHost) {
    this.#host = host;
    this.#store = store;
    // If nothing awaits it, the next operation fails instead.
    this.over.catch(() => undefined);
    // So that a killed linker restarts from a snapshot as often as from the whole ledger.
    this.#installation = new Installation({
      KINLEDGER_SNAPSHOT_EVENTS: '1',
      ...host.environment,
      ...store.environment,
    });
  }

  async start(seed: string): Promise<void> {
    const { launcherArguments } = this.#host;
    // With several installations on a machine, a killed database must find its port again.
    this.#launcher = this.#installation.begin('start', '--free-ports', '--seed', seed, ...launcherArguments);
    await this.#launcher.said('Kinledger is running');
    void this.#launcher.ended.then(({ code, stderr }) => {
      if (!this.#stopping) this.#end.reject(new Error(`the launcher ended with ${String(code)}: ${stderr}`));
    });
    const file = readFileSync(join(this.#installation.home, 'connection.json'), 'utf8');
    this.#known = localConnection.parse(JSON.parse(file));
    this.#door = this.#host.openDoor({
      directory: this.#installation.home,
      url: (database) => this.#url(database),
      ask: (database, sql, values) => this.#ask(database, sql, values),
    });
    this.victims.push(...services.map((name) => serviceOf(this.connection.launcher.pid, name)));
    this.victims.push(this.#server(), ...this.#partsOfServer());
    this.#ledgerDoor = this.#store.openDoor({
      url: (database) => this.#url(database),
      ask: (database, sql, values) => this.#ask(database, sql, values),
    });
    this.victims.push(...this.#host.victims, ...this.#store.victims);
  }

  get connection(): LocalConnection {
    if (this.#known === undefined) throw new Error('the platform does not run');
    return this.#known;
  }

  get bus(): ClosableBusDoor {
    if (this.#door === undefined) throw new Error('the platform does not run');
    return this.#door;
  }

  victim(name: string): Victim {
    const found = this.victims.find((victim) => victim.name === name);
    if (found === undefined) throw new Error(`there is no ${name} to disturb`);
    return found;
  }

  query<R extends Row>(
    database: 'restricted' | 'platform',
    sql: string,
    values: unknown[] = [],
  ): Promise<R[]> {
    return this.#ask<R>(database, sql, values);
  }

  ledger(): Promise<readonly string[]> {
    return this.#openLedger.events();
  }

  ledgerHead(): Promise<number> {
    return this.#openLedger.head();
  }

  get #openLedger(): LedgerDoor {
    if (this.#ledgerDoor === undefined) throw new Error('the platform does not run');
    return this.#ledgerDoor;
  }

  rebuild(): Promise<{ readonly before: string; readonly after: string }> {
    return this.#installation.json('rebuild');
  }

  async unpark(submission: string): Promise<number> {
    // With the account used elsewhere, because the ledger records it.
    const { intake } = await this.#installation.json<{ intake: number }>(
      ...['submissions', 'unpark', submission, '--token', this.connection.tokens.dataTeam],
    );
    return intake;
  }

  async startSecondLinker(): Promise<void> {
    const pid = await until('the linker is up', () => this.victim('linker').pids()[0]);
    // The environment of the launcher's own linker, except the port: the same bus, store and keys.
    const environment = Object.fromEntries(
      readFileSync(`/proc/${pid}/environ`, 'utf8')
        .split('\0')
        .filter((entry) => entry.includes('='))
        .map((entry) => [entry.slice(0, entry.indexOf('=')), entry.slice(entry.indexOf('=') + 1)]),
    );
    const entry =
      processes()
        .find((process) => process.pid === pid)
        ?.command.split(' ')
        .at(-1) ?? '';
    const { NODE_CHANNEL_FD: _, ...rest } = environment;
    this.#second = new ServiceBeside(entry, { ...rest, KINLEDGER_HTTP_PORT: '0' }, this.#logFile('linker-2'));
    this.victims.push({ name: 'linker-2', pids: () => this.#second?.pids() ?? [] });
  }

  keepLogs(): string {
    const folder = mkdtempSync(join(tmpdir(), 'kinledger-chaos-logs-'));
    cpSync(join(this.#installation.home, 'logs'), folder, { recursive: true });
    cpSync(join(this.#installation.home, 'postgres', 'postgresql.log'), join(folder, 'postgresql.log'));
    this.#host.keepLogs(folder);
    this.#store.keepLogs(folder);
    return folder;
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    try {
      await this.#second?.stop();
      await this.#door?.close();
      await this.#ledgerDoor?.close();
      for (const pool of this.#pools.values()) await pool.end();
      this.#launcher?.child.kill('SIGINT');
      await this.#launcher?.ended;
      await this.#installation.dispose();
    } finally {
      await Promise.all([this.#host.stop(), this.#store.stop()]);
    }
  }

  async #ask<R extends Row>(database: Database, sql: string, values: unknown[] = []): Promise<R[]> {
    let pool = this.#pools.get(database);
    if (pool === undefined) {
      pool = createPool({ url: this.#url(database), applicationName: 'kinledger-chaos', max: 4 });
      this.#pools.set(database, pool);
    }
    return (await pool.query<R>(sql, values)).rows;
  }

  #url(database: Database): string {
    const url = new URL(this.connection.evaluation.platformUrl);
    url.username = 'postgres';
    url.password = readFileSync(
      join(this.#installation.home, 'postgres', 'superuser-password'),
      'utf8',
    ).trim();
    url.pathname = url.pathname.replace(/platform$/, database);
    return url.href;
  }

  #logFile(service: string): string {
    return join(this.#installation.home, 'logs', `${service}.log`);
  }

  /** The server's main process; all others end with it. */
  #server(): Victim {
    const { pid: launcher } = this.connection.launcher;
    return {
      name: 'postgresql',
      pids: () =>
        processes()
          .filter(({ parent, command }) => parent === launcher && /\bpostgres -D /.test(command))
          .map(({ pid }) => pid),
    };
  }

  #partsOfServer(): readonly Victim[] {
    const children = () => {
      const [server] = this.victim('postgresql').pids();
      return processes().filter(({ parent }) => parent === server);
    };
    return [
      {
        name: 'postgresql-all-processes',
        pids: () => [...children().map(({ pid }) => pid), ...this.victim('postgresql').pids()],
      },
      {
        // The process of one connection: its death makes the server end all others and recover.
        name: 'postgresql-backend',
        pids: () =>
          children()
            .filter(({ command }) => command.startsWith('postgres: kinledger_linker'))
            .slice(0, 1)
            .map(({ pid }) => pid),
      },
    ];
  }
}

/** A service that the harness runs beside the launcher's, and restarts when it ends. */
class ServiceBeside {
  #child: ChildProcess;
  #stopping = false;
  readonly #entry: string;
  readonly #environment: NodeJS.ProcessEnv;
  readonly #logFile: string;

  constructor(entry: string, environment: NodeJS.ProcessEnv, logFile: string) {
    this.#entry = entry;
    this.#environment = environment;
    this.#logFile = logFile;
    this.#child = this.#spawn();
  }

  pids(): readonly number[] {
    const child = this.#child;
    return child.pid === undefined || child.exitCode !== null || child.signalCode !== null ? [] : [child.pid];
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    const child = this.#child;
    if (this.pids().length === 0) return;
    const gone = new Promise((done) => child.once('exit', done));
    child.kill('SIGTERM');
    await gone;
  }

  #spawn(): ChildProcess {
    const log = openSync(this.#logFile, 'a', 0o600);
    const child = spawn(process.execPath, ['--enable-source-maps', this.#entry], {
      env: this.#environment,
      stdio: ['ignore', log, log],
    });
    closeSync(log);
    child.once('exit', () => {
      if (!this.#stopping) this.#child = this.#spawn();
    });
    return child;
  }
}
