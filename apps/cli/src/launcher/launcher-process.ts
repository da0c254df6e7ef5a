import { fork } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { LauncherMessage, LocalConnection } from '@kinledger/contracts';
import { requireConnection } from '../connection/connection.js';
import { Failure } from '../failure.js';

export interface LauncherOptions {
  readonly home: string;
  readonly programme?: string | undefined;
  readonly earlierDefinition?: boolean | undefined;
  readonly strategy?: string | undefined;
  readonly rowsOfPeople?: number | undefined;
  readonly fresh?: boolean | undefined;
  readonly seed?: string | undefined;
  readonly freePorts?: boolean | undefined;
  readonly bus?: string | undefined;
}

export interface RunningLauncher {
  readonly connection: LocalConnection;
  /** Resolves with the exit code when the launcher ends by itself or is stopped. */
  readonly ended: Promise<number>;
  /** Stops services first and PostgreSQL last, and waits. */
  stop(): Promise<void>;
}

const entry = fileURLToPath(new URL('../../../embedded/dist/main.js', import.meta.url));

/**
 * Starts the launcher as a child process and waits until all services are ready.
 * @throws Failure with the launcher's message if it does not start.
 */
export async function startLauncher(
  options: LauncherOptions,
  onMessage: (message: LauncherMessage) => void,
): Promise<RunningLauncher> {
  if (!existsSync(entry)) throw new Failure('Kinledger is not built: run "npm run build" first');
  const args = [
    ...['--home', options.home],
    ...(options.programme === undefined ? [] : ['--programme', options.programme]),
    ...(options.earlierDefinition === true ? ['--earlier-definition'] : []),
    ...(options.strategy === undefined ? [] : ['--strategy', options.strategy]),
    ...(options.rowsOfPeople === undefined ? [] : ['--rows-of-people', String(options.rowsOfPeople)]),
    ...(options.fresh === true ? ['--fresh'] : []),
    ...(options.freePorts === true ? ['--free-ports'] : []),
    ...(options.seed === undefined ? [] : ['--seed', options.seed]),
    ...(options.bus === undefined ? [] : ['--bus', options.bus]),
  ];
  // In its own process group, so that Ctrl-C reaches only this process, which stops it in order. If this process dies,
  // the channel closes.
  const child = fork(entry, args, {
    detached: true,
    execArgv: [],
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
  const ended = new Promise<number>((done) => {
    child.once('exit', (code) => done(code ?? 1));
    child.once('error', () => done(1));
  });
  const stop = async () => {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM');
    await ended;
  };
  const interrupted = () => void stop().then(() => process.exit(130));
  process.once('SIGINT', interrupted).once('SIGTERM', interrupted);
  try {
    await new Promise<void>((resolve, reject) => {
      let failure = 'the launcher ended before the services were ready';
      child.on('message', (message: LauncherMessage) => {
        onMessage(message);
        if (message.type === 'ready') resolve();
        if (message.type === 'failed') failure = message.message;
      });
      void ended.then(() => reject(new Failure(failure)));
    });
    return { connection: requireConnection(options.home), ended, stop };
  } finally {
    process.off('SIGINT', interrupted).off('SIGTERM', interrupted);
  }
}
