import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { requireJars } from './jars.js';
import { requireJava } from './java.js';
import { serverProperties, type Membership, type SecuredProtocol } from './server-properties.js';

const run = promisify(execFile);

export interface KafkaBrokerOptions {
  /** Its own folder for data, settings and log. */
  readonly directory: string;
  /** Port for clients; a free one if 0 or absent. Kept across starts. */
  readonly port?: number;
  /** Secured listeners in addition to the plain one; `settings` configures them. */
  readonly secured?: readonly SecuredProtocol[];
  /** Additional broker settings. */
  readonly settings?: Readonly<Record<string, string>>;
  /** SCRAM-SHA-512 users, created at the first start. */
  readonly users?: readonly { readonly name: string; readonly password: string }[];
  /** Whether it outlives the process that starts it. */
  readonly detached?: boolean;
  /** The cluster that it belongs to; absent for a broker on its own. */
  readonly cluster?: ClusterMembership;
}

export interface ClusterMembership extends Membership {
  readonly clusterId: string;
}

export interface KafkaBroker {
  /** `127.0.0.1:port` */
  readonly bootstrap: string;
  /** The address of a secured listener. */
  secured(protocol: SecuredProtocol): string;
  readonly pid: number;
  /** Stops it in order, so that data is flushed. Resolves when the process has ended. */
  stop(): Promise<void>;
  /** Kills it with SIGKILL, like a crash. Resolves when the process has ended. */
  kill(): Promise<void>;
  /** Resolves when the process has ended for any reason. */
  ended(): Promise<void>;
  /**
   * Restarts it, on the same data and port, after it has ended.
   * @throws Error with the end of the log if it ends before it is up; `restart` may be called again.
   */
  restart(): Promise<void>;
  /** Stops it and deletes the folder. */
  destroy(): Promise<void>;
}

/**
 * Java's quick compiler alone. A broker on one machine has little to do, and the optimising compiler would take a quarter of the
 * processor time of its start.
 */
const COMPILE_ONCE = '-XX:TieredStopAtLevel=1';

/** A broker that was killed reads its logs again, and three of them may share two busy processors. */
const UP_WITHIN_MS = 180_000;

/**
 * Starts a broker on loopback and waits until it answers. Fetches its jars and formats its folder the first time.
 * @throws Error if Java or Maven is missing; with the end of the log if it does not start.
 */
export async function startKafkaBroker(options: KafkaBrokerOptions): Promise<KafkaBroker> {
  const java = requireJava();
  const classPath = await requireJars();
  const directory = resolve(options.directory);
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const ports = await portsOf(directory, options.port ?? 0, options.secured ?? []);
  const data = join(directory, 'data');
  const properties = join(directory, 'server.properties');
  const { settings = {}, cluster = alone(ports.controllerPort) } = options;
  writeFileSync(properties, serverProperties({ membership: cluster, ...ports, data, settings }), {
    mode: 0o600,
  });
  if (!existsSync(join(data, 'meta.properties')))
    await format(java, classPath, properties, cluster.clusterId, options.users ?? []);

  const log = join(directory, 'broker.log');
  // One broker of several has a part of the work of one on its own.
  const heapMiB = cluster.controllers.size > 1 ? 320 : 512;
  const spawned = () =>
    spawnBroker(java, classPath, properties, { log, heapMiB, detached: options.detached === true });
  let child = spawned();
  await untilUp(child, ports.port, log);
  const end = async (signal: 'SIGTERM' | 'SIGKILL') => {
    const gone = untilGone(child);
    child.kill(signal);
    await gone;
  };
  return {
    bootstrap: `127.0.0.1:${ports.port}`,
    secured: (protocol) => {
      const port = ports.secured[protocol];
      if (port === undefined) throw new Error(`the broker was started without a listener for ${protocol}`);
      return `127.0.0.1:${port}`;
    },
    get pid() {
      return child.pid ?? 0;
    },
    stop: () => end('SIGTERM'),
    kill: () => end('SIGKILL'),
    ended: () => untilGone(child),
    restart: async () => {
      // From here on, `end` also stops this process, even while it starts.
      child = spawned();
      await untilUp(child, ports.port, log);
    },
    destroy: async () => {
      // The data will be deleted, so it need not flush.
      await end('SIGKILL');
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

export const newClusterId = (): string => randomBytes(16).toString('base64url');

const alone = (controllerPort: number): ClusterMembership => ({
  node: 1,
  controllers: new Map([[1, controllerPort]]),
  clusterId: newClusterId(),
});

async function format(
  java: string,
  classPath: string,
  properties: string,
  clusterId: string,
  users: NonNullable<KafkaBrokerOptions['users']>,
): Promise<void> {
  const scram = users.flatMap(({ name, password }) => [
    '--add-scram',
    `SCRAM-SHA-512=[name=${name},password=${password}]`,
  ]);
  const args = [
    '-cp',
    classPath,
    'kafka.tools.StorageTool',
    'format',
    // As one argument, because an id may begin with a dash.
    `--cluster-id=${clusterId}`,
    '-c',
    properties,
    ...scram,
  ];
  try {
    await run(java, ['-Xmx256m', COMPILE_ONCE, ...args]);
  } catch (error) {
    const said = error instanceof Error && 'stderr' in error ? String(error.stderr) : String(error);
    throw new Error(`Kafka’s storage could not be formatted:\n${said}`);
  }
}

function spawnBroker(
  java: string,
  classPath: string,
  properties: string,
  {
    log: logFile,
    heapMiB,
    detached,
  }: { readonly log: string; readonly heapMiB: number; readonly detached: boolean },
): ChildProcess {
  const log = openSync(logFile, 'a', 0o600);
  const child = spawn(
    java,
    [
      ...[`-Xmx${heapMiB}m`, '-Xms128m', '-XX:+UseSerialGC', '-XX:-UsePerfData', COMPILE_ONCE],
      '-Dorg.slf4j.simpleLogger.defaultLogLevel=warn',
      '-Dorg.slf4j.simpleLogger.showDateTime=true',
      '-Dorg.slf4j.simpleLogger.dateTimeFormat=yyyy-MM-dd HH:mm:ss.SSS',
      ...['-cp', classPath, 'kafka.Kafka', properties],
    ],
    { detached, stdio: ['ignore', log, log] },
  );
  closeSync(log);
  if (detached) child.unref();
  return child;
}

const hasEnded = ({ exitCode, signalCode }: ChildProcess): boolean =>
  exitCode !== null || signalCode !== null;

async function untilGone(child: ChildProcess): Promise<void> {
  if (!hasEnded(child)) await new Promise((done) => child.once('exit', done));
}

/** Waits until it accepts connections, which it does once it is registered and has its metadata. */
async function untilUp(child: ChildProcess, port: number, log: string): Promise<void> {
  const deadline = performance.now() + UP_WITHIN_MS;
  while (!(await answers(port))) {
    if (hasEnded(child) || performance.now() > deadline) {
      child.kill('SIGKILL');
      throw new Error(`the Kafka broker did not come up:\n${readFileSync(log, 'utf8').slice(-3000)}`);
    }
    await pause(50);
  }
}

/** Whether a broker listens on a port of the loopback address. */
export function answers(port: number): Promise<boolean> {
  return new Promise((done) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      done(true);
    });
    socket.once('error', () => done(false));
  });
}

interface Ports {
  readonly port: number;
  readonly controllerPort: number;
  readonly secured: Partial<Record<SecuredProtocol, number>>;
}

/** Keeps the same ports across starts, because clients and the controller quorum rely on them. */
export async function portsOf(
  directory: string,
  wanted: number,
  protocols: readonly SecuredProtocol[],
): Promise<Ports> {
  const file = join(directory, 'ports.json');
  // This function writes the file below.
  const known = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Ports) : undefined;
  const port = known?.port ?? (await freePort(wanted)) ?? (await anyPort());
  const controllerPort = known?.controllerPort ?? (await anyPort());
  const secured: Partial<Record<SecuredProtocol, number>> = {};
  for (const protocol of protocols) secured[protocol] = known?.secured[protocol] ?? (await anyPort());
  const ports = { port, controllerPort, secured };
  writeFileSync(file, JSON.stringify(ports), { mode: 0o600 });
  return ports;
}

async function anyPort(): Promise<number> {
  const port = await freePort(0);
  if (port === undefined) throw new Error('no free port for a Kafka broker');
  return port;
}

/** The port if it is free, or any free one for 0. */
function freePort(wanted: number): Promise<number | undefined> {
  return new Promise((done) => {
    const probe = createServer();
    probe.once('error', () => done(undefined));
    probe.listen({ host: '127.0.0.1', port: wanted, exclusive: true }, () => {
      const address = probe.address();
      probe.close(() => done(typeof address === 'object' ? address?.port : undefined));
    });
  });
}
