import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { answers, startKafkaBroker } from './kafka-broker.js';

/** Of `kafka:start`, where nobody else has it. */
const PORT = 4392;

interface RunningBroker {
  /** `127.0.0.1:port` */
  readonly bootstrap: string;
  readonly pid: number;
}

/** The folder of a person's broker: KINLEDGER_KAFKA_DIR, else `.kinledger/kafka` in the working directory. */
const brokerFolder = (): string => resolve(process.env['KINLEDGER_KAFKA_DIR'] ?? '.kinledger/kafka');

const stateFile = () => join(brokerFolder(), 'broker.json');

/** The broker that `npm run kafka:start` runs, if it does. */
export async function runningBroker(): Promise<RunningBroker | undefined> {
  if (!existsSync(stateFile())) return undefined;
  // Written by `startPersonBroker`.
  const broker = JSON.parse(readFileSync(stateFile(), 'utf8')) as RunningBroker;
  return (await answers(Number(broker.bootstrap.split(':')[1]))) ? broker : undefined;
}

/** Starts it, or finds it running. It stays when this process ends. */
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

/** Stops it in order, and waits. False when none ran. */
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
