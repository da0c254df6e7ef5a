import type { PinoLogger } from 'nestjs-pino';
import type { Metrics } from '../metrics/metrics.js';
import type { Health } from './health.js';

/** What something outside tells of itself: out of reach and why, or back after so long. */
export type DependencyStanding =
  { readonly state: 'away'; readonly why: string } | { readonly state: 'back'; readonly afterMs: number };

export interface DependencyWatchOptions {
  /** As people call it, such as `event store`; also the name of its readiness check, with a hyphen. */
  readonly name: string;
  readonly health: Health;
  readonly metrics: Metrics;
  readonly logger: Pick<PinoLogger, 'warn' | 'info'>;
}

/**
 * Follows whether something that a service needs is within reach: one line in the log when it goes and one when it is
 * back, a metric, and a readiness check that asks it.
 */
export class DependencyWatch {
  #standing: DependencyStanding | undefined;
  #asking: Promise<void> | undefined;
  readonly #options: DependencyWatchOptions;

  constructor(options: DependencyWatchOptions) {
    this.#options = options;
    const { name, metrics } = options;
    metrics.gauge({
      name: `kinledger_${name.replaceAll(' ', '_')}_away`,
      help: `1 while the ${name} is out of reach, 0 while it answers.`,
      collect: (gauge) => gauge.set(this.away === undefined ? 0 : 1),
    });
  }

  /** Why it is out of reach, in one sentence; undefined while it answers. */
  get away(): string | undefined {
    return this.#standing?.state === 'away' ? this.#standing.why : undefined;
  }

  readonly told = (standing: DependencyStanding): void => {
    this.#standing = standing;
    const { name, logger } = this.#options;
    if (standing.state === 'away') logger.warn(`the ${name} is out of reach: ${standing.why}`);
    else logger.info({ seconds: standing.afterMs / 1000 }, `the ${name} answers again`);
  };

  /** Adds the readiness check. One that hangs is not asked a second time meanwhile. */
  check(ask: () => Promise<unknown>): void {
    const { name, health } = this.#options;
    health.register(name.replaceAll(' ', '-'), () => {
      this.#asking ??= ask()
        .then(() => undefined)
        .finally(() => (this.#asking = undefined));
      return this.#asking;
    });
  }
}
