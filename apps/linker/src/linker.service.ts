import { streamOf } from '@kinledger/decisions';
import type { EventStore } from '@kinledger/event-store';
import { DependencyWatch, FindingsWatch, Health, Shutdown } from '@kinledger/service-kit';
import {
  Inject,
  Injectable,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { PinoLogger } from 'nestjs-pino';
import { DecisionLoop } from './decision/decision-loop.js';
import type { ErasureFile } from './erasures/erasure-file.js';
import { LinkerMetrics, PROGRAMME_ID } from './status/linker-metrics.js';

/** Injection token of the `EventStore`. */
export const EVENT_STORE = Symbol('event store');

/** Injection token of the `ErasureFile`, if one is configured. */
export const ERASURES = Symbol('list of erasures');

/** Runs the decision loop for the lifetime of the service. */
@Injectable()
export class LinkerService implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly #stopping = new AbortController();
  #running: Promise<void> = Promise.resolve();
  readonly #loop: DecisionLoop;
  readonly #store: EventStore;
  readonly #erasures: ErasureFile | undefined;
  readonly #metrics: LinkerMetrics;
  readonly #logger: PinoLogger;
  readonly #settings: FindingsWatch;
  readonly #shutdown: Shutdown;

  constructor(
    loop: DecisionLoop,
    @Inject(EVENT_STORE) store: EventStore,
    @Inject(ERASURES) erasures: ErasureFile | undefined,
    metrics: LinkerMetrics,
    logger: PinoLogger,
    settings: FindingsWatch,
    health: Health,
    storeWatch: DependencyWatch,
    shutdown: Shutdown,
    @Inject(PROGRAMME_ID) programme: string,
  ) {
    this.#loop = loop;
    this.#store = store;
    this.#erasures = erasures;
    this.#metrics = metrics;
    this.#logger = logger;
    this.#settings = settings;
    this.#shutdown = shutdown;
    storeWatch.check(() => this.#store.head(streamOf(programme)));
    health.register('writer', async () => {
      const { state, halt } = this.#metrics.status;
      // A standby is ready for what it is there for: an orchestrator that rolls out or drains must be able to count it.
      if (state !== 'deciding' && state !== 'standby')
        throw new Error(halt?.message ?? `the linker is ${state}`);
    });
  }

  onApplicationBootstrap(): void {
    this.#settings.start();
    this.#running = this.#loop.run(this.#stopping.signal, this.#shutdown.hurry).catch((error: unknown) => {
      // The loop never rejects; if it does, the process is of no further use.
      this.#logger.fatal({ err: error }, 'the decision loop ended by itself');
      process.kill(process.pid, 'SIGTERM');
    });
  }

  /**
   * Finishes the decision in progress; abandons one that takes too long, which the next start completes. Releases the
   * lease for a standby.
   */
  async beforeApplicationShutdown(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
    await this.#settings.stop();
    await this.#erasures?.close();
    await this.#store.close();
  }
}
