import { fork, type ChildProcess } from 'node:child_process';
import { closeSync, existsSync, fstatSync, openSync } from 'node:fs';
import { BackOff } from '@kinledger/waiting';
import { freePort, isPortTaken } from './free-ports.js';
import { logTail } from './log-tail.js';

export interface ServiceCommand {
  readonly name: string;
  readonly entry: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Options of Node, such as heap limits. */
  readonly nodeOptions: readonly string[];
  readonly logFile: string;
  /**
   * The preferred port; 0 for a free one. If taken, the service takes a free one. It keeps its port across restarts.
   */
  readonly port: number;
}

export interface ServiceEvents {
  /** Called when the service ended by itself after it was ready, and is restarted. */
  readonly onRestart: (name: string) => void;
  readonly onReady: (name: string, url: string) => void;
}

const READY_WITHIN_MS = 120_000;
const STOP_WITHIN_MS = 25_000;
const PAUSES = { firstMs: 250, longestMs: 30_000 };
/** After this uptime, the back-off starts again from its minimum. */
const SETTLED_MS = 60_000;

/** One service as a child process: started, watched, restarted when it crashes, stopped. */
export class ServiceProcess {
  #child: ChildProcess | undefined;
  #stopping = false;
  readonly #backOff = new BackOff(PAUSES);
  #timer: NodeJS.Timeout | undefined;
  #logBegins = 0;
  #port: number;
  /** Whether its address was announced: from then on it restarts there or waits, because callers know that address. */
  #settled = false;
  readonly #command: ServiceCommand;
  readonly #events: ServiceEvents;

  constructor(command: ServiceCommand, events: ServiceEvents) {
    this.#command = command;
    this.#events = events;
    this.#port = command.port;
  }

  get name(): string {
    return this.#command.name;
  }

  /**
   * Starts the service and keeps it running. Resolves with its address once it listens.
   * @throws Error with the service's name and the end of its log if it ends first.
   */
  async start(): Promise<string> {
    const { name, entry } = this.#command;
    if (!existsSync(entry)) throw new Error(`${name} is not built (${entry}): run "npm run build" first`);
    if (!this.#settled && (this.#port === 0 || (await isPortTaken(this.#port))))
      this.#port = await freePort();
    const child = this.#spawn();
    const url = await this.#untilReady(child).catch(async (error: unknown) => {
      // Another launcher, starting at the same time, may have taken the port.
      if (this.#settled || this.#stopping || !(await isPortTaken(this.#port))) throw error;
      return undefined;
    });
    if (url === undefined) return this.start();
    this.#port = Number(new URL(url).port);
    this.#settled = true;
    this.#events.onReady(name, url);
    this.#watch(child);
    return url;
  }

  /** Asks it to finish its work and end, waits, and kills it after a grace period. */
  async stop(): Promise<void> {
    this.#stopping = true;
    clearTimeout(this.#timer);
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise<void>((done) => child.once('exit', () => done()));
    child.kill('SIGTERM');
    const killer = setTimeout(() => child.kill('SIGKILL'), STOP_WITHIN_MS);
    await gone;
    clearTimeout(killer);
  }

  #spawn(): ChildProcess {
    const log = openSync(this.#command.logFile, 'a', 0o600);
    try {
      this.#logBegins = fstatSync(log).size;
      const child = fork(this.#command.entry, [], {
        // In its own process group, so that Ctrl-C reaches only the launcher, which stops services in order.
        detached: true,
        env: { ...inherited(), ...this.#command.environment, KINLEDGER_HTTP_PORT: String(this.#port) },
        execArgv: ['--enable-source-maps', ...this.#command.nodeOptions],
        stdio: ['ignore', log, log, 'ipc'],
      });
      this.#child = child;
      return child;
    } finally {
      closeSync(log);
    }
  }

  #untilReady(child: ChildProcess): Promise<string> {
    const { name, logFile } = this.#command;
    return new Promise((resolve, reject) => {
      const fail = (what: string) => {
        finish();
        reject(new Error(`${name} ${what}. The end of ${logFile}:\n${logTail(logFile, 8, this.#logBegins)}`));
      };
      const timer = setTimeout(() => {
        child.kill('SIGKILL');
        fail('was not ready within two minutes');
      }, READY_WITHIN_MS);
      const onExit = (code: number | null, signal: string | null) =>
        fail(`did not start (${signal ?? `exit code ${String(code)}`})`);
      const onError = (error: Error) => fail(`could not be run: ${error.message}`);
      const onMessage = (message: unknown) => {
        if (!isReady(message)) return;
        finish();
        resolve(message.url);
      };
      const finish = () => {
        clearTimeout(timer);
        child.off('exit', onExit).off('error', onError).off('message', onMessage);
      };
      child.on('exit', onExit).on('error', onError).on('message', onMessage);
    });
  }

  #watch(child: ChildProcess): void {
    const since = performance.now();
    child.once('exit', () => {
      if (this.#stopping) return;
      if (performance.now() - since > SETTLED_MS) this.#backOff.reset();
      this.#restartLater();
    });
  }

  #restartLater(): void {
    this.#events.onRestart(this.name);
    this.#timer = setTimeout(() => {
      this.start().catch(() => {
        if (!this.#stopping) this.#restartLater();
      });
    }, this.#backOff.failed());
  }
}

const isReady = (message: unknown): message is { readonly type: 'ready'; readonly url: string } =>
  typeof message === 'object' &&
  message !== null &&
  'type' in message &&
  message.type === 'ready' &&
  'url' in message;

/**
 * The user's environment without Kinledger's variables, because a service gets only its own. The user may still set log
 * level and limits.
 */
const inherited = (): NodeJS.ProcessEnv =>
  Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !name.startsWith('KINLEDGER_') || isTuning(name)),
  );

const isTuning = (name: string): boolean =>
  ['KINLEDGER_LOG_LEVEL', 'KINLEDGER_SNAPSHOT_EVENTS'].includes(name) || name.startsWith('KINLEDGER_MAX_');
