import { singleFlight } from '@kinledger/waiting';
import type { PinoLogger } from 'nestjs-pino';
import type { Metrics } from '../metrics/metrics.js';
import type { Health } from './health.js';

/** A dependency's report: unreachable and why, or available again and after how long. */
export type DependencyStanding =
  { readonly state: 'away'; readonly why: string } | { readonly state: 'back'; readonly afterMs: number };

export interface DependencyWatchOptions {
  /** Its name for people, such as `event store`; hyphenated also the name of its readiness check. */
  readonly name: string;
  readonly health: Health;
  readonly metrics: Metrics;
  readonly logger: Pick<PinoLogger, 'warn' | 'info'>;
}

/**
 * Follows whether a dependency is reachable: one line in the log when it becomes unreachable and one when it is back, a
 * metric, and a readiness check that calls it.
 */
export class DependencyWatch {
  #standing: DependencyStanding | undefined;
  readonly #options: DependencyWatchOptions;

  constructor(options: DependencyWatchOptions) {
    this.#options = options;
    const { name, metrics } = options;
    metrics.gauge({
      name: `kinledger_${name.replaceAll(' ', '_')}_away`,
      help: `1 while the ${name} is unreachable, 0 while it answers.`,
      collect: (gauge) => gauge.set(this.away === undefined ? 0 : 1),
    });
  }

  /** Why it is unreachable, in one sentence; undefined while it answers. */
  get away(): string | undefined {
    return this.#standing?.state === 'away' ? this.#standing.why : undefined;
  }

  readonly told = (standing: DependencyStanding): void => {
    this.#standing = standing;
    const { name, logger } = this.#options;
    if (standing.state === 'away')
      logger.warn({ dependency: name, why: standing.why }, 'a dependency is unreachable');
    else logger.info({ dependency: name, seconds: standing.afterMs / 1000 }, 'a dependency answers again');
  };

  /** Adds the readiness check. While one call hangs, no second one is made. */
  check(ask: () => Promise<unknown>): void {
    const { name, health } = this.#options;
    health.register(
      name.replaceAll(' ', '-'),
      singleFlight(async () => {
        await ask();
      }),
    );
  }
}
