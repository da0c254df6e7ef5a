import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { publicationTopics, topics } from '@kinledger/contracts';
import { adoptedStrategyOf, streamOf } from '@kinledger/decisions';
import { LinkageEngine } from '@kinledger/domain';
import {
  isStoreUnreachable,
  openEventStore,
  PostgresCheckpoints,
  PostgresNameTables,
  type EventStore,
} from '@kinledger/event-store';
import { figuresInForce } from '@kinledger/figures';
import { TopicsInUse, type MessageBus } from '@kinledger/message-bus';
import { readProgramme, type Programme } from '@kinledger/programme';
import {
  Backlog,
  DependencyWatch,
  FailureLog,
  FindingsWatch,
  Health,
  MESSAGE_BUS,
  Metrics,
  PoolModule,
  poolToken,
  type ServiceConfig,
} from '@kinledger/service-kit';
import { WakeUp } from '@kinledger/waiting';
import { Module, type DynamicModule } from '@nestjs/common';
import { PinoLogger } from 'nestjs-pino';
import type pg from 'pg';
import { CheckpointFolder } from './checkpoints/checkpoint-folder.js';
import { CheckpointMetrics } from './checkpoints/checkpoint-metrics.js';
import { CheckpointSigner } from './checkpoints/checkpoint-signer.js';
import { readSigningKeys, type SigningKeys } from './checkpoints/signing-key.js';
import type { linkerConfig } from './config.js';
import { DecisionLoop } from './decision/decision-loop.js';
import { ErasureFile } from './erasures/erasure-file.js';
import { ErasedTopics } from './erasures/erased-topics.js';
import type { Erasures } from './erasures/erasures.js';
import type { Inbox } from './inbox/inbox.js';
import { INBOX } from './inbox/inbox.token.js';
import { PostgresInbox } from './inbox/postgres-inbox.js';
import { StagingController, UNDECIDED } from './inbox/staging.controller.js';
import type { Leases } from './lease/lease.js';
import { PostgresLeases } from './lease/postgres-leases.js';
import { ERASURES, EVENT_STORE, LinkerService } from './linker.service.js';
import { PostgresPublicationCursor, publishFromTheBeginning } from './publication/publication-cursor.js';
import { Publisher } from './publication/publisher.js';
import { together } from './publication/together.js';
import { EraserBodies } from './rekeying/eraser-bodies.js';
import { Rekeying } from './rekeying/rekeying.js';
import { WrappedTokensTable } from './rekeying/wrapped-tokens.js';
import { WrappingByBus } from './rekeying/wrapping-by-bus.js';
import { WrappingController } from './rekeying/wrapping.controller.js';
import { codeDigest } from './snapshot/code-digest.js';
import { LedgerSnapshots } from './snapshot/ledger-snapshots.js';
import { PostgresSnapshots } from './snapshot/postgres-snapshots.js';
import { LinkerMetrics, PROGRAMME_ID } from './status/linker-metrics.js';
import { StatusController } from './status/status.controller.js';

const PROGRAMME = Symbol('programme');
const SIGNING_KEYS = Symbol('signing keys');
const LEASES = Symbol('leases');
const UNPROJECTED = Symbol('decisions that wait for the projector');
/** A projector that is unavailable for long must not stop the ledger from growing. */
const LONGEST_BRAKE_MS = 5_000;
const PLATFORM = poolToken('platform');

@Module({})
export class LinkerModule {
  static forRoot(config: ServiceConfig<typeof linkerConfig>): DynamicModule {
    return {
      module: LinkerModule,
      imports: [PoolModule.forRoot({ database: 'platform', url: config.platform.url, service: 'linker' })],
      controllers: [StagingController, StatusController, WrappingController],
      providers: [
        { provide: PROGRAMME, useFactory: () => readProgramme(config.programme.directory) },
        {
          provide: PROGRAMME_ID,
          inject: [PROGRAMME],
          useFactory: ({ definition }: Programme) => definition.id,
        },
        { provide: SIGNING_KEYS, useFactory: () => readSigningKeys(config.signingKey) },
        {
          provide: DependencyWatch,
          inject: [Health, Metrics, PinoLogger],
          useFactory: (health: Health, metrics: Metrics, logger: PinoLogger) =>
            new DependencyWatch({ name: 'event store', health, metrics, logger }),
        },
        {
          provide: EVENT_STORE,
          inject: [DependencyWatch],
          useFactory: (watch: DependencyWatch) =>
            openEventStore({
              ...config.eventStore,
              platformUrl: config.platform.url,
              eraserUrl: config.eraser.url,
              applicationName: 'kinledger-linker',
              onStanding: watch.told,
            }),
        },
        {
          provide: FindingsWatch,
          inject: [EVENT_STORE, PROGRAMME_ID, Health, Metrics, PinoLogger],
          useFactory: (
            store: EventStore,
            programme: string,
            health: Health,
            metrics: Metrics,
            logger: PinoLogger,
          ) =>
            new FindingsWatch({
              name: 'ledger settings',
              look: () => store.findings(streamOf(programme)),
              ...{ health, metrics, logger },
            }),
        },
        { provide: INBOX, inject: [PLATFORM], useFactory: (pool: pg.Pool) => new PostgresInbox(pool) },
        {
          provide: LEASES,
          inject: [PLATFORM, PinoLogger],
          useFactory: (pool: pg.Pool, logger: PinoLogger) =>
            new PostgresLeases(pool, `${hostname()} ${process.pid} ${randomUUID()}`, {
              ttlMs: config.lease.ttlMs,
              onError: (err) => logger.warn({ err }, 'the lease could not be acquired or renewed'),
            }),
        },
        {
          provide: UNDECIDED,
          inject: [INBOX, PROGRAMME_ID, Metrics],
          useFactory: (inbox: Inbox, programme: string, metrics: Metrics) =>
            new Backlog({
              measure: async () => (await inbox.counts(programme)).chunks,
              limit: config.pace.maxStagedChunks,
            }).watchedBy(metrics, 'staged chunks'),
        },
        {
          provide: UNPROJECTED,
          inject: [MESSAGE_BUS, Metrics],
          useFactory: (bus: MessageBus, metrics: Metrics) =>
            Backlog.ofGroup(
              bus,
              'projector',
              topics.submissionDecided.name,
              config.pace.maxUnprojectedDecisions,
            ).watchedBy(metrics, 'decisions to project'),
        },
        {
          provide: ERASURES,
          inject: [LinkerMetrics],
          useFactory: (metrics: LinkerMetrics) => erasuresOf(config, metrics),
        },
        WakeUp,
        LinkerMetrics,
        {
          provide: Publisher,
          inject: [PROGRAMME, EVENT_STORE, INBOX, MESSAGE_BUS, PLATFORM, LinkerMetrics, PinoLogger],
          useFactory: publisherOf,
        },
        {
          provide: LedgerSnapshots,
          inject: [PROGRAMME, EVENT_STORE, PLATFORM, LinkerMetrics],
          useFactory: (programme: Programme, store: EventStore, pool: pg.Pool, metrics: LinkerMetrics) =>
            snapshotsOf(config.snapshot.everyEvents, programme, store, pool, metrics),
        },
        {
          provide: WrappedTokensTable,
          inject: [PLATFORM],
          useFactory: (pool: pg.Pool) => new WrappedTokensTable(pool),
        },
        {
          provide: WrappingByBus,
          inject: [PROGRAMME, MESSAGE_BUS, WrappedTokensTable, LinkerMetrics],
          useFactory: (
            { definition }: Programme,
            bus: MessageBus,
            answers: WrappedTokensTable,
            metrics: LinkerMetrics,
          ) =>
            new WrappingByBus({
              ...{ programme: definition.id, bus, answers },
              now: () => new Date(),
              onWaiting: (seconds) => metrics.wrappingWaits(seconds),
            }),
        },
        { provide: EraserBodies, useFactory: () => new EraserBodies(config.eraser.url) },
        {
          provide: Rekeying,
          inject: [
            PROGRAMME_ID,
            EVENT_STORE,
            INBOX,
            EraserBodies,
            WrappingByBus,
            LedgerSnapshots,
            LinkerMetrics,
            PLATFORM,
          ],
          useFactory: (
            programme: string,
            store: EventStore,
            inbox: Inbox,
            { bodies }: EraserBodies,
            wrapping: WrappingByBus,
            snapshots: LedgerSnapshots,
            metrics: LinkerMetrics,
            pool: pg.Pool,
          ) =>
            new Rekeying({
              stream: streamOf(programme),
              nameTables: new PostgresNameTables(pool),
              ...{ store, inbox, bodies, wrapping, snapshots },
              onProgress: (progress) => metrics.rekeying(progress),
            }),
        },
        CheckpointMetrics,
        {
          provide: CheckpointSigner,
          inject: [PROGRAMME_ID, SIGNING_KEYS, EVENT_STORE, PLATFORM, CheckpointMetrics],
          useFactory: (
            programme: string,
            keys: SigningKeys,
            store: EventStore,
            pool: pg.Pool,
            observer: CheckpointMetrics,
          ) => checkpointSignerOf(config.checkpoint, streamOf(programme), keys, store, pool, observer),
        },
        {
          provide: DecisionLoop,
          inject: [
            PROGRAMME,
            SIGNING_KEYS,
            EVENT_STORE,
            INBOX,
            LEASES,
            Publisher,
            CheckpointSigner,
            ErasedTopics,
            LinkerMetrics,
            WakeUp,
            UNPROJECTED,
            ERASURES,
            LedgerSnapshots,
            Rekeying,
          ],
          useFactory: decisionLoopOf,
        },
        {
          provide: ErasedTopics,
          inject: [MESSAGE_BUS, PinoLogger],
          useFactory: erasedTopicsOf,
        },
        LinkerService,
      ],
    };
  }
}

const topicsInUse = new TopicsInUse(
  'linker',
  [...publicationTopics, 'commandAnswered' as const].map((name) => topics[name].name),
);

function publisherOf(
  { definition }: Programme,
  store: EventStore,
  inbox: Inbox,
  bus: MessageBus,
  pool: pg.Pool,
  metrics: LinkerMetrics,
  logger: PinoLogger,
): Publisher {
  const failures = new FailureLog({
    logger,
    failed: 'publishing failed; retrying from the same position',
    over: 'publishing has resumed',
    isToldElsewhere: isStoreUnreachable,
  });
  return new Publisher({
    programme: definition.id,
    store,
    stream: streamOf(definition.id),
    bus,
    cursor: new PostgresPublicationCursor(pool),
    inbox,
    noteTopics: async () => {
      const isNew = await topicsInUse.noteChange(pool, bus, publishFromTheBeginning);
      if (isNew)
        logger.warn('the topics are new: decisions and replies are published from the beginning again');
    },
    onPublished: (messages, position) => {
      metrics.publishedTotal.inc(messages);
      metrics.publishedPosition.set(position);
    },
    onError: (error) => failures.failed(error),
    onCaughtUp: () => failures.over(),
  });
}

function erasuresOf(
  { erasures, eraser }: ServiceConfig<typeof linkerConfig>,
  metrics: LinkerMetrics,
): ErasureFile | undefined {
  if (erasures.file === undefined || eraser.url === undefined) return undefined;
  return new ErasureFile({
    file: erasures.file,
    eraserUrl: eraser.url,
    onUnreadable: (line) => metrics.unreadableErasure(line),
  });
}

function erasedTopicsOf(bus: MessageBus, logger: PinoLogger): ErasedTopics {
  return new ErasedTopics({
    bus,
    onError: (err) => logger.warn({ err }, 'topics could not be trimmed after an erasure; retrying'),
    onWaiting: () =>
      logger.warn(
        'topics hold messages from before an erasure that a consumer group has not read: they are deleted once it has',
      ),
  });
}

function snapshotsOf(
  everyEvents: number,
  programme: Programme,
  store: EventStore,
  pool: pg.Pool,
  metrics: LinkerMetrics,
): LedgerSnapshots {
  const { id } = programme.definition;
  return new LedgerSnapshots({
    programme: id,
    stream: streamOf(id),
    store,
    snapshots: new PostgresSnapshots(pool),
    ground: {
      strategy: adoptedStrategyOf(programme.definition).digest,
      definition: programme.digest,
      code: codeDigest(),
    },
    everyEvents,
    onNews: (news) => metrics.snapshot(news),
  });
}

function checkpointSignerOf(
  { directory, everyMs }: ServiceConfig<typeof linkerConfig>['checkpoint'],
  stream: string,
  { key, previousKey }: SigningKeys,
  store: EventStore,
  pool: pg.Pool,
  observer: CheckpointMetrics,
): CheckpointSigner {
  return new CheckpointSigner({
    ...{ stream, store, key, previousKey, observer, everyMs },
    checkpoints: new PostgresCheckpoints(pool),
    folder: directory === undefined ? undefined : new CheckpointFolder(directory, stream),
  });
}

function decisionLoopOf(
  programme: Programme,
  { key, previousKey }: SigningKeys,
  store: EventStore,
  inbox: Inbox,
  leases: Leases,
  publisher: Publisher,
  checkpoints: CheckpointSigner,
  erasedTopics: ErasedTopics,
  observer: LinkerMetrics,
  wakeUp: WakeUp,
  unprojected: Backlog,
  erasures: Erasures | undefined,
  snapshots: LedgerSnapshots,
  rekeying: Rekeying,
): DecisionLoop {
  return new DecisionLoop({
    programme,
    signingKey: key.publicKey,
    previousKey,
    store,
    inbox,
    leases,
    publication: together(publisher, checkpoints, erasedTopics),
    observer,
    erasures,
    snapshots,
    rekeying,
    wakeUp,
    pace: (signal) => unprojected.brake(LONGEST_BRAKE_MS, signal),
    engine: (options) => new LinkageEngine(options),
    figures: figuresInForce(),
  });
}
