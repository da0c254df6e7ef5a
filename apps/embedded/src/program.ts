import { parseArgs } from 'node:util';
import type { LauncherMessage } from '@kinledger/contracts';
import type { ChosenStrategy } from '@kinledger/programme';
import type { BusKind } from './bus.js';
import { launch, type Launcher } from './launcher.js';
import { pagesLink } from './sign-in-link.js';

const help = `Starts Kinledger on this machine: an embedded PostgreSQL and the five services.

  --home DIR        where data, keys and logs lie (default: KINLEDGER_HOME, else .kinledger here)
  --programme DIR   programme definition (default: KINLEDGER_PROGRAMME_DIR, else the home's own, else programmes/leap)
  --earlier-definition  adopts the definition even if its version is lower than that of the one in force
  --strategy NAME   leap-1 or kin-1: gives the home a definition of its own that links by it, now and at later starts
  --rows-of-people N  about how many rows of people kin-1 expects (default: 20000)
  --fresh           deletes the home's data first
  --free-ports      takes free ports, not the usual ones: for several installations on one machine
  --seed TEXT       derives the keys from TEXT. For demonstrations only: whoever knows it knows the keys
  --bus BUS         postgres or kafka (default: what the home has, else postgres). Kafka's brokers are those of
                    KINLEDGER_KAFKA_BROKERS, else the one that "npm run kafka:start" runs
  --help

Ctrl-C stops everything. Addresses and tokens stand in <home>/connection.json while it runs.`;

const abort = new AbortController();

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      home: { type: 'string' },
      programme: { type: 'string' },
      'earlier-definition': { type: 'boolean' },
      strategy: { type: 'string' },
      'rows-of-people': { type: 'string' },
      fresh: { type: 'boolean' },
      seed: { type: 'string' },
      'free-ports': { type: 'boolean' },
      bus: { type: 'string' },
      help: { type: 'boolean' },
    },
  });
  if (values.help === true) {
    console.log(help);
    return;
  }
  requireNode24();
  const {
    'free-ports': freePorts = false,
    'earlier-definition': earlierDefinition = false,
    bus: busName,
    strategy: name,
    'rows-of-people': rows,
    ...rest
  } = values;
  const bus = busName === undefined ? undefined : busKind(busName);
  const strategy = strategyOf(name, rows);
  const options = {
    ...rest,
    freePorts,
    earlierDefinition,
    ...(bus === undefined ? {} : { bus }),
    ...(strategy === undefined ? {} : { strategy }),
  };
  const running: { launcher?: Launcher } = {};
  const end = (code: number) => {
    abort.abort(new Error('told to stop while starting'));
    if (running.launcher !== undefined) void running.launcher.stop().then(() => process.exit(code), fail);
  };
  process.on('SIGINT', () => end(0));
  process.on('SIGTERM', () => end(0));
  process.on('SIGHUP', () => end(0));
  process.on('disconnect', () => end(0));
  process.on('uncaughtException', (error) => {
    console.error(error);
    end(1);
  });
  // The reader of the output may be gone; still stop everything in order.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);

  const launcher = await launch({ ...options, tell }, abort.signal);
  running.launcher = launcher;
  if (abort.signal.aborted) return end(0);
  const { connection, connectionFile } = launcher;
  // A parent process prints this itself.
  if (process.send !== undefined) return;
  console.log(`
Kinledger is running.
  reports      ${await pagesLink(connection)}
               (signs one browser in, once, within an hour; "kinledger sign-in" prints another link)
  uploads      ${connection.services.ingest}
  logs         ${connection.home}/logs
  connection   ${connectionFile}
Ctrl-C stops it.`);
}

function tell(message: LauncherMessage): void {
  if (process.send !== undefined) {
    if (process.connected) process.send(message);
    return;
  }
  if (message.type === 'stage') console.log(message.text);
  if (message.type === 'service' && message.state === 'restarting')
    console.log(`${message.service} stopped by itself; starting it again`);
}

function busKind(text: string): BusKind {
  if (text === 'postgres' || text === 'kafka') return text;
  throw new Error('--bus is postgres or kafka');
}

function strategyOf(name: string | undefined, rows: string | undefined): ChosenStrategy | undefined {
  if (name === undefined && rows !== undefined)
    throw new Error('--rows-of-people needs --strategy kin-1, whose model it is for');
  if (name === undefined) return undefined;
  if (name !== 'leap-1' && name !== 'kin-1') throw new Error('--strategy is leap-1 or kin-1');
  if (rows === undefined) return { name };
  if (name !== 'kin-1' || !/^[1-9]\d{0,8}$/.test(rows) || Number(rows) < 2)
    throw new Error('--rows-of-people is a whole number from 2 on, for --strategy kin-1');
  return { name, rowsOfPeople: Number(rows) };
}

function requireNode24(): void {
  if (Number(process.versions.node.split('.')[0]) < 24) {
    throw new Error(`Node 24 is needed, this is ${process.version}: start with "npm start"`);
  }
}

function fail(error: unknown): void {
  // Being stopped while starting is not a failure.
  if (abort.signal.aborted && error === abort.signal.reason) process.exit(0);
  const message = error instanceof Error ? error.message : String(error);
  console.error(message);
  if (process.send === undefined || !process.connected) process.exit(1);
  process.send({ type: 'failed', message } satisfies LauncherMessage, () => process.exit(1));
}

main().catch(fail);
