import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { LauncherMessage, LocalConnection } from '@kinledger/contracts';
import { startEmbeddedPostgres } from '@kinledger/embedded-postgres';
import { KeptDefinition, readProgramme, type ChosenStrategy } from '@kinledger/programme';
import { openAccounts } from './accounts.js';
import { chooseBus, type BusKind } from './bus.js';
import { migrateDatabases, provisionDatabases } from './databases.js';
import { chooseDefinition } from './choose-definition.js';
import { refuseEarlierDefinition } from './earlier-definition.js';
import { untilErased } from './erase-first.js';
import { freePort, isPortTaken } from './free-ports.js';
import { lockHome } from './home-lock.js';
import { emptyHome, openHome, writePrivately } from './home.js';
import { ensureKeys } from './keys.js';
import { areReadModelsMade } from './read-models-made.js';
import { ServiceProcess } from './service-process.js';
import { memorySettings } from './memory-settings.js';
import { entryOf, services, type Surroundings } from './services.js';

export interface LauncherOptions {
  readonly home?: string;
  /**
   * Folder of a programme definition. Default: that of the variable `KINLEDGER_PROGRAMME_DIR`, else the home's own, else
   * the one in this checkout. A home that has its own keeps a copy of the one that is named.
   */
  readonly programme?: string;
  /** Goes back to a definition whose version is lower than that of the one in force. */
  readonly earlierDefinition?: boolean;
  /** Links by this strategy from now on: gives the home a definition of its own that says so. */
  readonly strategy?: ChosenStrategy;
  /** Deletes the home's data first. */
  readonly fresh?: boolean;
  /** Derives the keys from this seed, for demonstrations only. */
  readonly seed?: string;
  /**
   * Use free ports only, for several installations on one machine; by default each server tries its usual port first.
   */
  readonly freePorts?: boolean;
  /** The message bus. Default: the home's, else PostgreSQL. */
  readonly bus?: BusKind;
  readonly tell: (message: LauncherMessage) => void;
}

export interface Launcher {
  readonly connection: LocalConnection;
  readonly connectionFile: string;
  /** Stops services in reverse order, then PostgreSQL. Leaves no process and no connection file. */
  stop(): Promise<void>;
}

const POSTGRES_PORT = 4319;

/** Making empty read models takes a second or two; only a part that does not answer takes longer. */
const READ_MODELS_WITHIN_MS = 30_000;

const leap = fileURLToPath(new URL('../../../programmes/leap', import.meta.url));

/**
 * Starts PostgreSQL and the five services on a home folder, and writes the connection file once all are ready and figures
 * can be asked for.
 * @throws HomeInUse; or the error of the first part that did not start, after stopping the others.
 */
export async function launch(options: LauncherOptions, aborted: AbortSignal): Promise<Launcher> {
  const home = openHome(options.home);
  const undo: (() => void | Promise<void>)[] = [lockHome(home.lockFile, home.directory)];
  const stop = once(async () => {
    rmSync(home.connectionFile, { force: true });
    for (const step of undo.toReversed()) await step();
  });
  try {
    // A connection file without a launcher is left from a killed one.
    rmSync(home.connectionFile, { force: true });
    const kept = new KeptDefinition(home.definition);
    await kept.settle();
    const { named, becomesOwn } = chooseDefinition(home.definition, options, process.env, leap);
    // Before anything is deleted: a definition with faults starts nothing, and one in the home is copied first.
    const { definition: given } = await readProgramme(named);
    if (becomesOwn) await kept.prepare(named, options.strategy);
    if (options.fresh === true) emptyHome(home);
    const { definition } = becomesOwn ? await readProgramme(kept.prepared) : { definition: given };
    const programmeDirectory = becomesOwn ? home.definition : named;
    const bus = await chooseBus(home, options.bus);
    aborted.throwIfAborted();

    options.tell({ type: 'stage', stage: 'database', text: 'starting PostgreSQL' });
    const postgres = await startEmbeddedPostgres({
      directory: home.postgres,
      port:
        options.freePorts === true || (await isPortTaken(POSTGRES_PORT)) ? await freePort() : POSTGRES_PORT,
      // As in production, the database restarts and the services survive its absence.
      keepRunning: {
        onRestart: () => options.tell({ type: 'service', service: 'postgresql', state: 'restarting' }),
        onReady: () => options.tell({ type: 'service', service: 'postgresql', state: 'ready' }),
      },
    });
    undo.push(() => postgres.stop());
    aborted.throwIfAborted();

    options.tell({ type: 'stage', stage: 'migrations', text: 'preparing databases' });
    const urls = await provisionDatabases(home, postgres.url());
    await migrateDatabases(urls);
    if (options.earlierDefinition !== true)
      await refuseEarlierDefinition(urls.url('platform', 'projector'), definition, named);
    if (becomesOwn) await kept.replace();
    const { id, version } = definition;
    const text = `programme ${id}, version ${version} of the definition in ${programmeDirectory}`;
    options.tell({ type: 'stage', stage: 'migrations', text });
    options.tell({ type: 'stage', stage: 'keys', text: 'preparing keys and accounts' });
    await ensureKeys(home, options.seed);
    const providers = [...new Set(definition.services.map(({ provider }) => provider))].sort();
    const { tokens, without } = openAccounts(home, providers);
    for (const provider of without) {
      const text = `provider ${provider} has no account: kinledger accounts add ${provider}-officer --role provider --provider ${provider}`;
      options.tell({ type: 'stage', stage: 'keys', text });
    }
    aborted.throwIfAborted();

    options.tell({ type: 'stage', stage: 'services', text: 'starting services' });
    const surroundings = { home, programmeDirectory, urls, bus };
    const starting = startServices(surroundings, tokens.operator, options, undo, aborted);
    const serviceUrls = await Promise.race([starting, rejectionOf(aborted)]);
    const connection: LocalConnection = {
      version: 1,
      launcher: { pid: process.pid },
      home: home.directory,
      programme: definition.id,
      programmeDirectory,
      services: serviceUrls,
      tokens,
      evaluation: { platformUrl: urls.url('platform', 'inspector'), secretsDirectory: home.secrets },
    };
    writePrivately(home.connectionFile, `${JSON.stringify(connection, undefined, 2)}\n`);
    options.tell({ type: 'ready', connectionFile: home.connectionFile });
    return { connection, connectionFile: home.connectionFile, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function startServices(
  surroundings: Surroundings,
  operator: string,
  { tell, freePorts }: LauncherOptions,
  undo: (() => void | Promise<void>)[],
  aborted: AbortSignal,
): Promise<LocalConnection['services']> {
  const { home, programmeDirectory } = surroundings;
  mkdirSync(home.logs, { recursive: true, mode: 0o700 });
  const processes: ServiceProcess[] = [];
  for (const service of services) {
    const memory = memorySettings(service.name);
    const command = {
      name: service.name,
      entry: entryOf(service.name),
      nodeOptions: memory.nodeOptions,
      logFile: join(home.logs, `${service.name}.log`),
      environment: {
        ...memory.environment,
        ...service.environment(surroundings),
        KINLEDGER_PROGRAMME_DIR: programmeDirectory,
        KINLEDGER_HTTP_HOST: '127.0.0.1',
      },
      port: freePorts === true ? 0 : service.port,
    };
    const started = new ServiceProcess(command, {
      onReady: (name) => tell({ type: 'service', service: name, state: 'ready' }),
      onRestart: (name) => tell({ type: 'service', service: name, state: 'restarting' }),
    });
    processes.push(started);
    undo.push(() => started.stop());
  }
  const urls = new Map<string, string>();
  const start = async (each: ServiceProcess) => urls.set(each.name, await each.start());
  const linker = processes.find(({ name }) => name === 'linker');
  if (linker !== undefined && existsSync(home.eraseFirst)) {
    tell({ type: 'stage', stage: 'services', text: 'erasing what was erased since the backup' });
    await start(linker);
    await untilErased(urls.get('linker') ?? '', operator, aborted);
    rmSync(home.eraseFirst);
  }
  await Promise.all(processes.filter(({ name }) => !urls.has(name)).map(start));
  const reporting = urls.get('reporting-api') ?? '';
  if (!(await areReadModelsMade(reporting, operator, READ_MODELS_WITHIN_MS, aborted))) {
    const text = 'the read models are not there yet: figures answer once the projector has made them';
    tell({ type: 'stage', stage: 'services', text });
  }
  // One entry per service of the list above.
  return Object.fromEntries(urls) as LocalConnection['services'];
}

/** Rejects when the signal aborts; never resolves. */
function rejectionOf(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason as Error);
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
  });
}

function once(work: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | undefined;
  return () => (running ??= work());
}
