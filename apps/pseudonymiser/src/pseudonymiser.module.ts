import { topics } from '@kinledger/contracts';
import { type MessageBus } from '@kinledger/message-bus';
import { readProgramme } from '@kinledger/programme';
import { readSecrets } from '@kinledger/pseudonymisation';
import {
  Backlog,
  MESSAGE_BUS,
  Metrics,
  Outbox,
  OutboxModule,
  PoolModule,
  poolToken,
  type ServiceConfig,
} from '@kinledger/service-kit';
import { Injectable, Logger, Module, type DynamicModule, type OnApplicationShutdown } from '@nestjs/common';
import type pg from 'pg';
import type { pseudonymiserConfig } from './config.js';
import { FileMetrics } from './files/file-metrics.js';
import { FilePseudonymiser } from './files/file-pseudonymiser.js';
import { FilesController } from './files/files.controller.js';
import { statesOutbox } from './files/states-outbox.js';
import { requireSameKeys } from './keys/key-fingerprints.js';
import { TokenKeyInForce } from './keys/token-key-in-force.js';
import { publishSaltMarks } from './keys/salt-marks-table.js';
import { PeopleController } from './people/people.controller.js';
import { PersonRequests } from './people/person-requests.js';
import { SuppressionFile } from './people/suppression-file.js';
import { RowWorkers } from './worker/row-workers.js';
import { TokenWrapper } from './wrapping/token-wrapper.js';
import { WrappingController } from './wrapping/wrapping.controller.js';

type Config = ServiceConfig<typeof pseudonymiserConfig>;

/** Two, so that one file is hashed while another waits for the database or the bus. */
const FILES_PER_THREAD = 2;

/** Stops the threads with the service, after the files in progress. */
@Injectable()
class RowWorkersLifetime implements OnApplicationShutdown {
  readonly #workers: RowWorkers;

  constructor(workers: RowWorkers) {
    this.#workers = workers;
  }

  onApplicationShutdown(): Promise<void> {
    return this.#workers.close();
  }
}

@Module({})
export class PseudonymiserModule {
  static forRoot(config: Config): DynamicModule {
    return {
      module: PseudonymiserModule,
      imports: [
        PoolModule.forRoot({ database: 'restricted', url: config.restricted.url, service: 'pseudonymiser' }),
        OutboxModule.forRoot({ database: 'restricted', table: statesOutbox }),
      ],
      controllers: [FilesController, PeopleController, WrappingController],
      providers: [
        FileMetrics,
        {
          provide: TokenKeyInForce,
          inject: [poolToken('restricted')],
          useFactory: (pool: pg.Pool) => new TokenKeyInForce(pool, config.secrets.directory),
        },
        {
          provide: RowWorkers,
          inject: [poolToken('restricted'), TokenKeyInForce],
          useFactory: (pool: pg.Pool, keys: TokenKeyInForce) => startWorkers(pool, keys, config),
        },
        {
          provide: TokenWrapper,
          inject: [MESSAGE_BUS, TokenKeyInForce, RowWorkers],
          useFactory: async (bus: MessageBus, keys: TokenKeyInForce, workers: RowWorkers) =>
            new TokenWrapper({
              programme: (await readProgramme(config.programme.directory)).definition.id,
              ...{ bus, keys, workers, now: () => new Date() },
              onAdopted: (keyVersion) =>
                new Logger('keys').log({ keyVersion }, 'another token key is in use from now on'),
            }),
        },
        RowWorkersLifetime,
        {
          provide: PersonRequests,
          inject: [poolToken('restricted'), RowWorkers, TokenKeyInForce, Outbox],
          useFactory: (pool: pg.Pool, workers: RowWorkers, keys: TokenKeyInForce, outbox: Outbox) =>
            personRequests(pool, workers, keys, outbox, config),
        },
        {
          provide: FilePseudonymiser,
          inject: [
            ...[
              poolToken('restricted'),
              MESSAGE_BUS,
              RowWorkers,
              TokenKeyInForce,
              FileMetrics,
              Outbox,
              Metrics,
            ],
          ],
          useFactory: async (
            pool: pg.Pool,
            bus: MessageBus,
            workers: RowWorkers,
            keys: TokenKeyInForce,
            observer: FileMetrics,
            outbox: Outbox,
            metrics: Metrics,
          ) =>
            new FilePseudonymiser({
              programme: (await readProgramme(config.programme.directory)).definition.id,
              pool,
              bus,
              rowsTopic: await bus.topicId(topics.rowPseudonymised.name),
              workers,
              keys,
              unlinked: Backlog.ofGroup(
                bus,
                'linker',
                topics.rowPseudonymised.name,
                config.maxChunksAhead,
              ).watchedBy(metrics, 'chunks to link'),
              filesAtOnce: config.threads * FILES_PER_THREAD,
              now: () => new Date(),
              observer,
              wakeOutbox: () => outbox.wake(),
            }),
        },
      ],
    };
  }
}

/** With what a restored database has lost of the list of suppressions, before any file is read. */
async function personRequests(
  pool: pg.Pool,
  workers: RowWorkers,
  keys: TokenKeyInForce,
  outbox: Outbox,
  { programme, suppressions }: Config,
): Promise<PersonRequests> {
  const logger = new Logger('people');
  const { id } = (await readProgramme(programme.directory)).definition;
  const list =
    suppressions.file === undefined
      ? undefined
      : new SuppressionFile(suppressions.file, id, (line) =>
          logger.error({ line }, 'a line of the list of suppressions cannot be read, and is left out'),
        );
  const restored = (await list?.merge(pool)) ?? 0;
  if (restored > 0) logger.log({ lines: restored }, 'suppressions taken from the list');
  return new PersonRequests({
    programme: id,
    pool,
    workers,
    list,
    keys,
    now: () => new Date(),
    wakeOutbox: () => outbox.wake(),
    onAnswered: ({ request, act, reason }, outcome, marks) =>
      logger.log({ request, act, reason, outcome, marks }, 'request about a person answered'),
  });
}

/** Starts threads, which read the keys, after checking that these are the keys of earlier rows. */
async function startWorkers(pool: pg.Pool, keys: TokenKeyInForce, config: Config): Promise<RowWorkers> {
  const secrets = await readSecrets(config.secrets.directory);
  await requireSameKeys(pool, secrets, await keys.version());
  await publishSaltMarks(pool, secrets.opLeapSalt);
  const workers = new RowWorkers({
    threads: config.threads,
    programmeDirectory: config.programme.directory,
    secretsDirectory: config.secrets.directory,
  });
  try {
    await workers.ready();
    return workers;
  } catch (error) {
    await workers.close();
    throw error;
  }
}
