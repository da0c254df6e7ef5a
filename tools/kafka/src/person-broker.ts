import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { answers, startKafkaBroker } from './kafka-broker.js';

/** Port of `kafka:start`, if it is free. */
const PORT = 4392;

interface RunningBroker {
  /** `127.0.0.1:port` */
  readonly bootstrap: string;
  readonly pid: number;
}

/** The folder of the user's broker: KINLEDGER_KAFKA_DIR, else `.kinledger/kafka` in the working directory. */
const brokerFolder = (): string => resolve(process.env['KINLEDGER_KAFKA_DIR'] ?? '.kinledger/kafka');

const stateFile = () => join(brokerFolder(), 'broker.json');

/** The broker that `npm run kafka:start` started, if it is running. */
export async function runningBroker(): Promise<RunningBroker | undefined> {
  if (!existsSync(stateFile())) return undefined;
  // `startPersonBroker` writes this file.
  const broker = JSON.parse(readFileSync(stateFile(), 'utf8')) as RunningBroker;
  return (await answers(Number(broker.bootstrap.split(':')[1]))) ? broker : undefined;
}

/** Starts the broker unless it is running. It outlives this process. */
export async function startPersonBroker(): Promise<RunningBroker> {
  const running = await runningBroker();
  if (running !== undefined) return running;
  const { bootstrap, pid } = await startKafkaBroker({
    directory: brokerFolder(),
    port: PORT,
    detached: true,
  });
  writeFileSync(stateFile(), `${JSON.stringify({ bootstrap, pid })}\n`, { mode: 0o600 });
  return { bootstrap, pid };
}

/** Stops the broker in order, and waits. False if none was running. */
export async function stopPersonBroker(): Promise<boolean> {
  const running = await runningBroker();
  rmSync(stateFile(), { force: true });
  if (running === undefined) return false;
  process.kill(running.pid, 'SIGTERM');
  while (isAlive(running.pid)) await pause(50);
  return true;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
