import { openEventStore, type EventStore } from '@kinledger/event-store';
import { readProgramme } from '@kinledger/programme';
import { MessageBusModule, Metrics, PoolModule, type ServiceConfig } from '@kinledger/service-kit';
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
import type { projectorConfig } from './config.js';
import { MessagesController } from './messages.controller.js';
import { LiveProjection } from './projection/live-projection.js';
import { Rebuilder } from './rebuild/rebuilder.js';
import { RebuildsController } from './rebuild/rebuilds.controller.js';

const EVENT_STORE = Symbol('event store');
const STREAM = Symbol('stream of the programme');

/** Starts the live projection with the service and ends both writers with it, the decision in hand finished. */
@Injectable()
class Projections implements OnApplicationBootstrap, BeforeApplicationShutdown {
  constructor(
    @Inject(EVENT_STORE) private readonly store: EventStore,
    private readonly live: LiveProjection,
    private readonly rebuilder: Rebuilder,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    await this.rebuilder.clearInterrupted();
    this.live.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await Promise.all([this.live.stop(), this.rebuilder.stop()]);
    await this.store.close();
  }
}

@Module({})
export class ProjectorModule {
  static with(config: ServiceConfig<typeof projectorConfig>): DynamicModule {
    return {
      module: ProjectorModule,
      imports: [
        PoolModule.forRoot({ database: 'platform', url: config.platform.url, service: 'projector' }),
        MessageBusModule.forRoot({ bus: config.bus, service: 'projector' }),
      ],
      controllers: [MessagesController, RebuildsController],
      providers: [
        {
          provide: EVENT_STORE,
          useFactory: () =>
            openEventStore({
              ...config.eventStore,
              platformUrl: config.platform.url,
              applicationName: 'kinledger-projector',
            }),
        },
        {
          provide: STREAM,
          useFactory: async () =>
            `programme-${(await readProgramme(config.programme.directory)).definition.id}`,
        },
        {
          provide: LiveProjection,
          inject: [EVENT_STORE, STREAM, 'kinledger pool platform', Metrics, PinoLogger],
          useFactory: liveProjection,
        },
        {
          provide: Rebuilder,
          inject: [EVENT_STORE, STREAM, 'kinledger pool platform', LiveProjection, PinoLogger],
          useFactory: (
            store: EventStore,
            stream: string,
            pool: pg.Pool,
            live: LiveProjection,
            logger: PinoLogger,
          ) =>
            new Rebuilder({
              store,
              stream,
              pool,
              live,
              onError: (err) => logger.error({ err }, 'rebuild failed'),
            }),
        },
        Projections,
      ],
    };
  }
}

function liveProjection(
  store: EventStore,
  stream: string,
  pool: pg.Pool,
  metrics: Metrics,
  logger: PinoLogger,
): LiveProjection {
  const position = metrics.gauge({
    name: 'kinledger_projector_position',
    help: 'Last ledger position in the live read models.',
  });
  const decisions = metrics.counter({
    name: 'kinledger_projector_decisions_total',
    help: 'Decisions applied to the live read models.',
  });
  const failures = metrics.counter({
    name: 'kinledger_projector_failures_total',
    help: 'Failures of the live projection; it goes on from its checkpoint after each.',
  });
  const live = new LiveProjection({
    store,
    stream,
    pool,
    onApplied: (progress) => {
      position.set(progress.position);
      decisions.inc(progress.decisions);
    },
    onError: (err) => {
      failures.inc();
      logger.error({ err }, 'live projection failed; it starts again from its checkpoint');
    },
  });
  metrics.gauge({
    name: 'kinledger_projector_writer',
    help: '1 when this process writes the live read models, 0 when it stands by.',
    collect: (gauge) => gauge.set(live.isWriter ? 1 : 0),
  });
  metrics.gauge({
    name: 'kinledger_projector_lag_events',
    help: 'Events of the ledger that the live read models lack.',
    collect: async (gauge) => {
      const { rows } = await pool.query<{ position: number }>('SELECT position FROM golden.checkpoint');
      gauge.set((await store.head(stream)) - (rows[0]?.position ?? -1));
    },
  });
  return live;
}
