import { programmeId, type ProgrammeId } from '@kinledger/contracts';
import { isStoreUnreachable, openEventStore, type EventStore } from '@kinledger/event-store';
import { londonDay } from '@kinledger/domain';
import { PagesModule } from '@kinledger/page-kit';
import { readProgramme, type Programme } from '@kinledger/programme';
import {
  DependencyWatch,
  FailureLog,
  FindingsWatch,
  Health,
  inTrace,
  Metrics,
  Outbox,
  OutboxModule,
  PoolModule,
  type ServiceConfig,
} from '@kinledger/service-kit';
import {
  Inject,
  Injectable,
  Module,
  type DynamicModule,
  type OnApplicationBootstrap,
  type BeforeApplicationShutdown,
} from '@nestjs/common';
import type pg from 'pg';
import { PinoLogger } from 'nestjs-pino';
import { projectorOutbox } from './closing/projector-outbox.js';
import { QuarterClosings } from './closing/quarter-closings.js';
import { recount } from './closing/recount.js';
import { remedyInWorker } from './closing/remedy-in-worker.js';
import type { projectorConfig } from './config.js';
import { explainInWorker } from './explanations/explain-in-worker.js';
import { ExplanationsController } from './explanations/explanations.controller.js';
import { Explanations, forgetExplanations } from './explanations/explanations.js';
import { LooksController } from './looks/looks.controller.js';
import { Looks } from './looks/looks.js';
import { MessagesController } from './messages.controller.js';
import { ExplanationsPage } from './pages/explanations.page.js';
import { HomePage } from './pages/home.page.js';
import { LooksPage } from './pages/looks.page.js';
import { ProgrammeNames } from './pages/programme-names.js';
import { projectorPages } from './pages/projector-pages.js';
import { QuartersPage } from './pages/quarters.page.js';
import { ReviewsPage } from './pages/reviews.page.js';
import { DecisionTraces } from './projection/decision-traces.js';
import { LiveProjection } from './projection/live-projection.js';
import type { AppliedDecisions, LinkedSubmission } from './projection/project-ledger.js';
import { ProjectionStanding } from './projection/projection-standing.js';
import { ProjectorMetrics } from './projection/projector-metrics.js';
import { Rebuilder } from './rebuild/rebuilder.js';
import { RebuildsController } from './rebuild/rebuilds.controller.js';
import { RecountsController } from './recounts/recounts.controller.js';
import { Recounts } from './recounts/recounts.js';
import { Examinations, forgetExaminations } from './reviews/examinations.js';
import { ExaminingThread } from './reviews/examining-thread.js';
import { ReviewOrders } from './reviews/review-orders.js';
import { ReviewQueue } from './reviews/review-queue.js';
import { Reviews } from './reviews/reviews.js';
import { ReviewsController } from './reviews/reviews.controller.js';
import { SensitiveDatasets } from './reviews/sensitive-datasets.js';
import { Studies } from './studies/studies.js';
import { StudiesController } from './studies/studies.controller.js';

const EVENT_STORE = Symbol('event store');
const PROGRAMME = Symbol('programme');
const STREAM = Symbol('stream of the programme');
const STREAM_PREFIX = 'programme-';
/** A failing projection retries every second; a longer failure counts as down. */
const FAILING_AT_MOST_MS = 10_000;

/** Starts the live projection with the service, and stops both writers after the present decision. */
@Injectable()
class Projections implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly #store: EventStore;
  readonly #live: LiveProjection;
  readonly #rebuilder: Rebuilder;
  readonly #settings: FindingsWatch;
  readonly #recounts: Recounts;
  readonly #explanations: Explanations;
  readonly #examinations: Examinations;

  constructor(
    @Inject(EVENT_STORE) store: EventStore,
    live: LiveProjection,
    rebuilder: Rebuilder,
    settings: FindingsWatch,
    recounts: Recounts,
    explanations: Explanations,
    examinations: Examinations,
    @Inject(STREAM) stream: string,
    storeWatch: DependencyWatch,
    health: Health,
  ) {
    this.#store = store;
    this.#live = live;
    this.#rebuilder = rebuilder;
    this.#settings = settings;
    this.#recounts = recounts;
    this.#explanations = explanations;
    this.#examinations = examinations;
    storeWatch.check(() => this.#store.head(stream));
    health.register('projection', async () => {
      if (this.#live.haltedBy !== undefined) throw this.#live.haltedBy;
      if (this.#live.failingMs > FAILING_AT_MOST_MS) throw new Error('the live projection fails');
    });
  }

  async onApplicationBootstrap(): Promise<void> {
    await this.#rebuilder.clearInterrupted();
    await this.#recounts.clearInterrupted();
    this.#explanations.start();
    this.#examinations.start();
    this.#live.start();
    this.#settings.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await Promise.all([
      this.#live.stop(),
      this.#rebuilder.stop(),
      this.#recounts.stop(),
      this.#explanations.stop(),
      this.#examinations.stop(),
      this.#settings.stop(),
    ]);
    await this.#store.close();
  }
}

@Module({})
export class ProjectorModule {
  static forRoot(config: ServiceConfig<typeof projectorConfig>): DynamicModule {
    return {
      module: ProjectorModule,
      imports: [
        PoolModule.forRoot({ database: 'platform', url: config.platform.url, service: 'projector' }),
        OutboxModule.forRoot({ database: 'platform', table: projectorOutbox }),
        PagesModule.forRoot({ pages: projectorPages, publicUrl: config.public.url }),
      ],
      controllers: [
        MessagesController,
        RebuildsController,
        RecountsController,
        ExplanationsController,
        LooksController,
        ReviewsController,
        StudiesController,
        HomePage,
        QuartersPage,
        ExplanationsPage,
        LooksPage,
        ReviewsPage,
      ],
      providers: [
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
              applicationName: 'kinledger-projector',
              onStanding: watch.told,
            }),
        },
        {
          provide: FindingsWatch,
          inject: [EVENT_STORE, STREAM, Health, Metrics, PinoLogger],
          useFactory: (
            store: EventStore,
            stream: string,
            health: Health,
            metrics: Metrics,
            logger: PinoLogger,
          ) =>
            new FindingsWatch({
              name: 'ledger settings',
              look: () => store.findings(stream),
              ...{ health, metrics, logger },
            }),
        },
        {
          provide: PROGRAMME,
          useFactory: () => readProgramme(config.programme.directory),
        },
        {
          provide: STREAM,
          inject: [PROGRAMME],
          useFactory: ({ definition }: Programme) => `${STREAM_PREFIX}${definition.id}`,
        },
        {
          provide: ProgrammeNames,
          inject: [PROGRAMME],
          useFactory: ({ definition }: Programme) => new ProgrammeNames(definition),
        },
        {
          provide: QuarterClosings,
          inject: [EVENT_STORE, STREAM, 'kinledger pool platform'],
          useFactory: quarterClosings,
        },
        {
          provide: ProjectorMetrics,
          inject: [Metrics, PROGRAMME],
          useFactory: (metrics: Metrics, { datasets }: Programme) =>
            new ProjectorMetrics(
              metrics,
              datasets.map(({ id }) => id),
            ),
        },
        {
          provide: DecisionTraces,
          inject: ['kinledger pool platform'],
          useFactory: (pool: pg.Pool) => new DecisionTraces(pool),
        },
        {
          provide: LiveProjection,
          inject: [
            EVENT_STORE,
            STREAM,
            'kinledger pool platform',
            ProjectorMetrics,
            PinoLogger,
            QuarterClosings,
            DecisionTraces,
            ExaminingThread,
          ],
          useFactory: liveProjection,
        },
        {
          provide: Rebuilder,
          inject: [
            ...[EVENT_STORE, STREAM, 'kinledger pool platform', LiveProjection, PinoLogger, ExaminingThread],
          ],
          useFactory: (
            store: EventStore,
            stream: string,
            pool: pg.Pool,
            live: LiveProjection,
            logger: PinoLogger,
            thread: ExaminingThread,
          ) =>
            new Rebuilder({
              store,
              stream,
              pool,
              live,
              onSwapped: forgetAnswersWith(thread),
              onError: (err) => logger.error({ err }, 'rebuild failed'),
            }),
        },
        {
          provide: Recounts,
          inject: [EVENT_STORE, STREAM, 'kinledger pool platform', PinoLogger],
          useFactory: (store: EventStore, stream: string, pool: pg.Pool, logger: PinoLogger) =>
            new Recounts({
              ...{ store, stream, pool, programme: programmeOfStream(stream), remedy: remedyInWorker },
              onError: (err) => logger.error({ err }, 'computing a quarter again failed'),
            }),
        },
        {
          provide: Explanations,
          inject: [EVENT_STORE, STREAM, 'kinledger pool platform', PinoLogger],
          useFactory: (store: EventStore, stream: string, pool: pg.Pool, logger: PinoLogger) =>
            new Explanations({
              ...{ store, stream, pool },
              explain: explainInWorker({
                stream,
                place: {
                  ...config.eventStore,
                  platformUrl: config.platform.url,
                  applicationName: 'kinledger-explanation',
                },
              }),
              onError: (err) => logger.error({ err }, 'explaining an individual failed'),
            }),
        },
        Looks,
        {
          provide: SensitiveDatasets,
          inject: [EVENT_STORE, STREAM, 'kinledger pool platform'],
          useFactory: (store: EventStore, stream: string, pool: pg.Pool) =>
            new SensitiveDatasets({ store, stream, pool }),
        },
        {
          provide: ReviewQueue,
          inject: ['kinledger pool platform', SensitiveDatasets, ProjectorMetrics],
          useFactory: (pool: pg.Pool, sensitive: SensitiveDatasets, metrics: ProjectorMetrics) => {
            const queue = new ReviewQueue({ pool, sensitive });
            metrics.watchReviews(() => queue.standing());
            return queue;
          },
        },
        {
          provide: ExaminingThread,
          inject: [STREAM, PinoLogger],
          useFactory: (stream: string, logger: PinoLogger) =>
            new ExaminingThread({
              stream,
              onError: (err) =>
                logger.error({ err }, 'the thread that examines referrals failed while it waited'),
              place: {
                ...config.eventStore,
                platformUrl: config.platform.url,
                applicationName: 'kinledger-examination',
              },
            }),
        },
        {
          provide: Examinations,
          inject: [
            ...[EVENT_STORE, STREAM, 'kinledger pool platform', SensitiveDatasets, ReviewQueue],
            ...[ExaminingThread, PinoLogger],
          ],
          useFactory: (
            store: EventStore,
            stream: string,
            pool: pg.Pool,
            sensitive: SensitiveDatasets,
            queue: ReviewQueue,
            thread: ExaminingThread,
            logger: PinoLogger,
          ) =>
            new Examinations({
              ...{ store, stream, pool, sensitive, queue, thread, programme: programmeOfStream(stream) },
              onError: (err) => logger.error({ err }, 'examining a referral failed'),
            }),
        },
        {
          provide: ReviewOrders,
          inject: [STREAM, 'kinledger pool platform', Outbox],
          useFactory: (stream: string, pool: pg.Pool, outbox: Outbox) =>
            new ReviewOrders({ pool, outbox, programme: programmeOfStream(stream) }),
        },
        {
          provide: Reviews,
          inject: [Examinations, ReviewOrders],
          useFactory: (examinations: Examinations, orders: ReviewOrders) =>
            new Reviews({ examinations, orders }),
        },
        {
          provide: Studies,
          inject: [PROGRAMME, 'kinledger pool platform', PinoLogger],
          useFactory: (programme: Programme, pool: pg.Pool, logger: PinoLogger) =>
            new Studies({
              ...{ programme, pool, today: () => londonDay(new Date()) },
              onError: (err) => logger.error({ err }, 'an extract of a study broke off'),
            }),
        },
        Projections,
      ],
    };
  }
}

/** Forgets what was told of people, in the transaction that applies an erasure or a definition, or swaps a rebuild in. */
const forgetAnswersWith =
  (thread: ExaminingThread) =>
  async (client: pg.ClientBase): Promise<void> => {
    await forgetExplanations(client);
    await forgetExaminations(client);
    await thread.forget();
  };

/** The programme that a stream belongs to. */
const programmeOfStream = (stream: string): ProgrammeId =>
  programmeId.parse(stream.slice(STREAM_PREFIX.length));

const quarterClosings = (store: EventStore, stream: string, pool: pg.Pool): QuarterClosings =>
  new QuarterClosings({
    ...{ store, stream, pool, remedy: remedyInWorker },
    recount: (event, keep) =>
      recount(
        { store, stream, pool, upTo: event.revision, signal: new AbortController().signal },
        keep,
        'all but the schema',
      ),
  });

function liveProjection(
  store: EventStore,
  stream: string,
  pool: pg.Pool,
  metrics: ProjectorMetrics,
  logger: PinoLogger,
  closings: QuarterClosings,
  traces: DecisionTraces,
  thread: ExaminingThread,
): LiveProjection {
  const failureLog = new FailureLog({
    logger,
    failed: 'live projection failed; it starts again from its checkpoint',
    over: 'live projection goes on',
    isToldElsewhere: isStoreUnreachable,
  });
  const standing = new ProjectionStanding(pool);
  const live = new LiveProjection({
    store,
    stream,
    pool,
    onApplied: (progress) => {
      metrics.applied(progress);
      void traces.applied(progress).then((spans) => {
        for (const file of progress.linked)
          inTrace(spans.get(file.submission), () => logInFigures(logger, file, progress));
      });
    },
    onError: (error) => {
      metrics.failed();
      failureLog.failed(error);
    },
    onHalt: (err) => {
      logger.fatal({ err }, 'nothing more is projected until a person has looked');
    },
    onCaughtUp: () => {
      failureLog.over();
      void standing.current();
      void traces.settle();
    },
    onQuarterClosed: closings.close,
    onForget: forgetAnswersWith(thread),
    onLeading: () => closings.settle(),
  });
  metrics.watch(live, pool, () => store.head(stream));
  return live;
}

function logInFigures(
  logger: PinoLogger,
  { submission, dataset, acceptedAt }: LinkedSubmission,
  { position, committed }: AppliedDecisions,
): void {
  const seconds = Number(((committed.getTime() - Date.parse(acceptedAt)) / 1000).toFixed(3));
  logger.info({ submission, dataset, position, seconds }, 'file in figures');
}
