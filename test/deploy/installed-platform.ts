import { execFile } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import type { ServiceName } from '@kinledger/contracts';
import {
  createPool,
  databaseNames,
  migrate,
  provision,
  roleNames,
  type DatabaseName,
  type RoleName,
} from '@kinledger/database';
import { startEmbeddedPostgres } from '@kinledger/embedded-postgres';
import { absentBroker, startKafkaBroker, type KafkaBroker } from '@kinledger/kafka-broker';
import type pg from 'pg';
import {
  copyNode,
  discard,
  entryOf,
  freePort,
  giveToUser,
  makeReadOnly,
  RunningService,
  runOnce,
  until,
} from './installed-pods.ts';
import { podEnvironment } from './pod-environment.ts';
import {
  programmeFiles,
  render,
  repository,
  ValueFiles,
  workloadsOf,
  type KubernetesObject,
} from './rendering.ts';

const run = promisify(execFile);
const zoneOf = (namespace: string): string => namespace.replace('kinledger-', '');

/** The bus that an installation uses here: Kafka if this machine can start a broker. */
export const bus: 'kafka' | 'postgres' = (await absentBroker()) === undefined ? 'kafka' : 'postgres';

/**
 * Heartbeats of a consumer group, by which its members learn of their partitions: every second instead of Kafka's five.
 * A member that does not leave its group is missed after 45 seconds, as is Kafka's default.
 */
const brokerSettings = {
  'group.consumer.min.heartbeat.interval.ms': '1000',
  'group.consumer.heartbeat.interval.ms': '1000',
};

/**
 * The rendered chart, installed without a cluster: the key ceremony and the migrations by the tools image, each service
 * from the file set of its image, with the files and variables of its pod. Only ports and addresses are this machine's.
 */
export class InstalledPlatform {
  readonly node: string;
  readonly #folder = mkdtempSync(join(tmpdir(), 'kinledger-images-'));
  readonly #values = new ValueFiles();
  readonly #pools = new Map<DatabaseName, pg.Pool>();
  readonly #pods = new Set<Pod>();
  readonly #environments = new Map<ServiceName, Readonly<Record<string, string>>>();
  #objects: readonly KubernetesObject[] = [];
  #postgres: Awaited<ReturnType<typeof startEmbeddedPostgres>> | undefined;
  #broker: KafkaBroker | undefined;
  #token = '';
  /** Below it are the files of pods, by namespace and workload. */
  #podsFolder = 'pods';
  /** Prefix of the databases, as the chart names them or as those of the twin are named. */
  #databases = 'kinledger_';

  private constructor() {
    chmodSync(this.#folder, 0o755);
    this.node = copyNode(this.#folder);
  }

  /** Installs and migrates; starts no service. */
  static async install(helm: string): Promise<InstalledPlatform> {
    const platform = new InstalledPlatform();
    try {
      await platform.#install(helm);
      return platform;
    } catch (error) {
      await platform.destroy();
      throw error;
    }
  }

  /** The token of the account that the ceremony makes. */
  get token(): string {
    return this.#token;
  }

  /** A folder that the programs may write. */
  get shared(): string {
    return join(this.#folder, 'keys');
  }

  /** What the services have logged. */
  get logs(): string {
    return [...this.#pods].map(({ name, process }) => `${name}: ${process.log.slice(-2_000)}`).join('\n');
  }

  /** Runs the tools image. @returns what it printed. */
  tools(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<string> {
    return runOnce(entryOf('tools', this.node, this.#setOf('tools')), args, env);
  }

  /** Variables of a service's pod. */
  environment(service: ServiceName): Readonly<Record<string, string>> {
    return this.#environments.get(service) ?? {};
  }

  /** Starts one more pod of a service, with these variables instead of the chart's. */
  async start(service: ServiceName, instead: Readonly<Record<string, string>> = {}): Promise<Pod> {
    const port = await freePort();
    const environment = {
      ...this.environment(service),
      ...instead,
      KINLEDGER_HTTP_PORT: String(port),
    };
    const pod = new Pod(
      service,
      `http://127.0.0.1:${port}`,
      new RunningService(entryOf(service, this.node, this.#setOf(service)), environment),
    );
    this.#pods.add(pod);
    return pod;
  }

  /** Starts a pod and waits until it is ready. */
  async startReady(service: ServiceName, instead: Readonly<Record<string, string>> = {}): Promise<Pod> {
    const pod = await this.start(service, instead);
    await until(
      `${service} is ready`,
      () => pod.isReady(),
      () => this.logs,
    );
    return pod;
  }

  /** Asks a database as the server's superuser, which sees more than any service. */
  async query<R extends pg.QueryResultRow>(
    database: DatabaseName,
    sql: string,
    values: unknown[] = [],
  ): Promise<R[]> {
    let pool = this.#pools.get(database);
    if (pool === undefined) {
      const url = new URL(this.#server.url());
      url.pathname = `/${this.#databases}${database}`;
      pool = createPool({ url: url.href, applicationName: 'kinledger-day-two', max: 3 });
      this.#pools.set(database, pool);
    }
    return (await pool.query<R>(sql, values)).rows;
  }

  /**
   * Ends all services and goes on as a second installation: empty databases and topics, and the keys, programme and file
   * sets of the first.
   */
  async becomeTwin(): Promise<void> {
    await this.#endServices();
    this.#databases = 'twin_';
    const urls = await provision({
      superuserUrl: this.#server.url(),
      passwords: passwordsIn(this.#keys),
      prefix: this.#databases,
    });
    for (const database of databaseNames) await migrate(database, urls.url(database, 'migrator'));
    this.#podsFolder = 'twin';
    this.#readEnvironments();
    for (const [service, environment] of this.#environments)
      this.#environments.set(service, {
        ...Object.fromEntries(
          Object.entries(environment).map(([name, value]) => [
            name,
            value.replace(/\/kinledger_(restricted|platform|bus)\?/, `/${this.#databases}$1?`),
          ]),
        ),
        ...(bus === 'kafka' ? { KINLEDGER_KAFKA_PREFIX: 'twin.' } : {}),
      });
  }

  /**
   * Gives every role of a service another password and ends its connections, as when a server is replaced meanwhile.
   * @returns what writes the new passwords to the files of the pods.
   */
  async changePasswords(): Promise<() => void> {
    for (const role of roleNames.filter((name) => name !== 'migrator'))
      await this.query('platform', `ALTER ROLE kinledger_${role} PASSWORD '${role}-anew'`);
    await this.query(
      'platform',
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename LIKE 'kinledger_%'`,
    );
    const files = globSync(`${this.#podsFolder}/**/etc/kinledger/database/*/password`, { cwd: this.#folder });
    return () => {
      for (const file of files.map((name) => join(this.#folder, name))) {
        // As the kubelet does: it replaces files, and nobody may write them.
        rmSync(file);
        writeFileSync(file, `${basename(dirname(file))}-anew`);
      }
    };
  }

  /** Runs the migration of a database again, as a Job of an upgrade does. @returns what it printed. */
  async migrateAgain(database: DatabaseName): Promise<string> {
    const job = workloadsOf(this.#objects).find(
      ({ kind, metadata }) => kind === 'Job' && metadata.name.includes(database),
    );
    if (job === undefined) throw new Error(`no job migrates ${database}`);
    return this.tools([...argumentsOf(job), '--json'], this.#environmentOf(job, 'again'));
  }

  async destroy(): Promise<void> {
    await this.#endServices();
    await this.#postgres?.destroy();
    await this.#broker?.destroy();
    this.#values.remove();
    discard(this.#folder);
  }

  get #keys(): string {
    return join(this.#folder, 'keys', 'kinledger');
  }

  get #server() {
    if (this.#postgres === undefined) throw new Error('nothing is installed');
    return this.#postgres;
  }

  #setOf(target: string): string {
    return join(this.#folder, 'sets', target);
  }

  async #install(helm: string): Promise<void> {
    const assemble = join(repository, 'deploy/images/assemble.mjs');
    [this.#postgres, this.#broker] = await Promise.all([
      startEmbeddedPostgres({ directory: join(this.#folder, 'postgres') }),
      bus === 'kafka'
        ? startKafkaBroker({ directory: join(this.#folder, 'kafka'), settings: brokerSettings })
        : undefined,
      run(process.execPath, [assemble, 'all', join(this.#folder, 'sets')]),
    ]);
    makeReadOnly(join(this.#folder, 'sets'));
    mkdirSync(this.shared);
    giveToUser(this.shared);
    const said = await this.tools(['install', 'keys', '--out', this.#keys]);
    this.#token = said.trim().split(/\s+/).at(-1) ?? '';
    // One server stands for three here: its migrator has one password.
    for (const zone of ['platform', 'bus'])
      cpSync(
        join(this.#keys, 'restricted/kinledger-database-migrator'),
        join(this.#keys, zone, 'kinledger-database-migrator'),
        { recursive: true, force: true },
      );
    await provision({ superuserUrl: this.#server.url(), passwords: passwordsIn(this.#keys) });
    const server = { host: '127.0.0.1', port: Number(new URL(this.#server.url()).port) };
    this.#objects = await render(helm, {
      values: [
        this.#values.write('values.json', {
          programme: { files: programmeFiles() },
          bus: this.#busValues(),
          postgresql: {
            ...{ operator: false, insecure: true, sslMode: 'disable' },
            ...{ restricted: server, platform: server, bus: server },
          },
        }),
      ],
    });
    for (const job of workloadsOf(this.#objects).filter(({ kind }) => kind === 'Job'))
      await this.tools(argumentsOf(job), this.#environmentOf(job, 'jobs'));
    this.#readEnvironments();
  }

  #busValues(): object {
    if (this.#broker === undefined) return { kind: 'postgres', caConfigMap: '' };
    const brokers = { operator: false, bootstrapServers: this.#broker.bootstrap };
    return { kind: 'kafka', caConfigMap: '', kafka: { ...brokers, protocol: 'PLAINTEXT', insecure: true } };
  }

  #readEnvironments(): void {
    for (const workload of workloadsOf(this.#objects).filter(({ kind }) => kind === 'Deployment'))
      this.#environments.set(
        workload.metadata.name.replace('kinledger-', '') as ServiceName,
        this.#environmentOf(workload, this.#podsFolder),
      );
  }

  #environmentOf(workload: KubernetesObject, folder: string): Record<string, string> {
    const { namespace, name } = workload.metadata;
    const root = join(this.#folder, folder, namespace, name);
    const environment = podEnvironment({
      ...{ objects: this.#objects, workload, zoneOf, root },
      ...{ keys: this.#keys, others: {} },
    });
    giveToUser(join(this.#folder, folder));
    return environment;
  }

  async #endServices(): Promise<void> {
    await Promise.all([...this.#pods].map(({ process }) => process.kill()));
    this.#pods.clear();
    await Promise.all([...this.#pools.values()].map((pool) => pool.end()));
    this.#pools.clear();
  }
}

/** One process of a service, as a pod would run it. */
export class Pod {
  constructor(
    readonly name: ServiceName,
    readonly url: string,
    readonly process: RunningService,
  ) {}

  async isReady(): Promise<boolean> {
    return (await fetch(`${this.url}/health/ready`)).ok;
  }
}

const argumentsOf = (job: KubernetesObject): string[] =>
  job.spec.template.spec.containers[0].args as string[];

/** The passwords of all roles, from what the ceremony wrote. */
const passwordsIn = (keys: string): Record<RoleName, string> =>
  Object.fromEntries(
    roleNames.map((role) => {
      const [file = ''] = ['restricted', 'platform']
        .map((zone) => join(keys, zone, `kinledger-database-${role}`, 'password'))
        .filter((path) => existsSync(path));
      return [role, readFileSync(file, 'utf8')];
    }),
  ) as Record<RoleName, string>;
