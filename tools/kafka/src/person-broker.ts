import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { answers, startKafkaBroker } from './kafka-broker.js';
import { startKafkaCluster } from './kafka-cluster.js';

/** Port of the first broker of `kafka:start`, if it is free; the others have the next ones. */
const PORT = 4392;

interface RunningBrokers {
  /** `127.0.0.1:port`, separated by commas. */
  readonly bootstrap: string;
  readonly pids: readonly number[];
}

/** The folder of the user's brokers: KINLEDGER_KAFKA_DIR, else `.kinledger/kafka` in the working directory. */
const brokerFolder = (): string => resolve(process.env['KINLEDGER_KAFKA_DIR'] ?? '.kinledger/kafka');

const stateFile = () => join(brokerFolder(), 'broker.json');

/** The brokers that `npm run kafka:start` started, if any of them is running. */
export async function runningBroker(): Promise<RunningBrokers | undefined> {
  if (!existsSync(stateFile())) return undefined;
  // `startPersonBrokers` writes this file.
  const brokers = JSON.parse(readFileSync(stateFile(), 'utf8')) as RunningBrokers;
  for (const address of brokers.bootstrap.split(','))
    if (await answers(Number(address.split(':')[1]))) return brokers;
  return undefined;
}

/**
 * Starts brokers unless some are running. They outlive this process. A cluster has data of its own.
 * @param count 1 by default.
 * @throws Error if another number of them is running.
 */
export async function startPersonBrokers(count: number | undefined): Promise<RunningBrokers> {
  const running = await runningBroker();
  if (running !== undefined) {
    if (count === undefined || count === running.pids.length) return running;
    throw new Error(`${running.pids.length} already run: end them first with "npm run kafka:stop"`);
  }
  const started = await begin(count ?? 1);
  writeFileSync(stateFile(), `${JSON.stringify(started)}\n`, { mode: 0o600 });
  return started;
}

async function begin(count: number): Promise<RunningBrokers> {
  const options = { directory: brokerFolder(), port: PORT, detached: true };
  if (count === 1) {
    const { bootstrap, pid } = await startKafkaBroker(options);
    return { bootstrap, pids: [pid] };
  }
  const directory = join(options.directory, `of-${count}`);
  const { bootstrap, brokers } = await startKafkaCluster({ ...options, directory, brokers: count });
  return { bootstrap, pids: brokers.map(({ pid }) => pid) };
}

/** Stops the brokers in order, and waits. False if none was running. */
export async function stopPersonBrokers(): Promise<boolean> {
  const running = await runningBroker();
  rmSync(stateFile(), { force: true });
  if (running === undefined) return false;
  const alive = running.pids.filter(isAlive);
  for (const pid of alive) process.kill(pid, 'SIGTERM');
  // A broker hands its partitions over before it ends; the last ones have nobody left to hand over to.
  for (let waited = 0; alive.some(isAlive); waited += 50) {
    if (waited === STOP_WITHIN_MS) for (const pid of alive.filter(isAlive)) process.kill(pid, 'SIGKILL');
    await pause(50);
  }
  return true;
}

const STOP_WITHIN_MS = 10_000;

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
