import type { PinoLogger } from 'nestjs-pino';
import type { Metrics } from '../metrics/metrics.js';
import type { Health } from './health.js';

/** Something that a person should fix. */
export interface Finding {
  /** `remark` if the setting may be intended: it is logged, but does not affect readiness. */
  readonly weight: 'fault' | 'remark';
  readonly sentence: string;
}

export interface FindingsWatchOptions {
  /** Its name for people, such as `ledger settings`; hyphenated also the name of its readiness check. */
  readonly name: string;
  readonly look: () => Promise<readonly Finding[]>;
  readonly health: Health;
  readonly metrics: Metrics;
  readonly logger: Pick<PinoLogger, 'warn' | 'info'>;
  /** Default one minute; readiness checks look too. */
  readonly everyMs?: number;
}

/** Checks settings that others may change: at start, periodically, and for readiness. Logs each finding once. */
export class FindingsWatch {
  #known: readonly Finding[] = [];
  #looking: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;
  readonly #options: FindingsWatchOptions;

  constructor(options: FindingsWatchOptions) {
    this.#options = options;
    const { name, health, metrics } = options;
    metrics.gauge({
      name: `kinledger_${name.replaceAll(' ', '_')}_faults`,
      help: `Faults among the ${name}, at the last check.`,
      collect: (gauge) => gauge.set(this.#faults.length),
    });
    health.register(name.replaceAll(' ', '-'), async () => {
      await this.#look();
      const [first] = this.#faults;
      if (first !== undefined) throw new Error(first.sentence);
    });
  }

  start(): void {
    void this.#look();
    this.#timer = setInterval(() => void this.#look(), this.#options.everyMs ?? 60_000);
    this.#timer.unref();
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#looking;
  }

  /** If the check fails, the previous findings stay; an unreachable dependency is reported elsewhere. */
  #look(): Promise<void> {
    this.#looking ??= this.#options
      .look()
      .then((found) => this.#tell(found))
      .catch(() => undefined)
      .finally(() => (this.#looking = undefined));
    return this.#looking;
  }

  #tell(found: readonly Finding[]): void {
    const { name, logger } = this.#options;
    const before = new Set(this.#known.map(({ sentence }) => sentence));
    const now = new Set(found.map(({ sentence }) => sentence));
    for (const finding of now.difference(before)) logger.warn({ of: name, finding }, 'a finding');
    for (const finding of before.difference(now)) logger.info({ of: name, finding }, 'a finding is resolved');
    this.#known = found;
  }

  get #faults(): readonly Finding[] {
    return this.#known.filter(({ weight }) => weight === 'fault');
  }
}
