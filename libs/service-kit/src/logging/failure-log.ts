import type { PinoLogger } from 'nestjs-pino';

export interface FailureLogOptions {
  readonly logger: Pick<PinoLogger, 'error' | 'info'>;
  /** The log line of a failure, such as `publishing failed; retrying`. */
  readonly failed: string;
  /** The log line of recovery, such as `publishing has resumed`. */
  readonly over: string;
  /** Whether a failure is reported elsewhere, so that this log omits it. */
  readonly isToldElsewhere?: (error: unknown) => boolean;
}

/**
 * Logs work that fails repeatedly: once when it begins to fail, once when the reason changes, once when it recovers.
 */
export class FailureLog {
  #current: { said: string; readonly since: number; times: number } | undefined;
  readonly #options: FailureLogOptions;

  constructor(options: FailureLogOptions) {
    this.#options = options;
  }

  /** @param about what the work was about, such as a submission. */
  failed(error: unknown, about: object = {}): void {
    const { logger, failed, isToldElsewhere } = this.#options;
    if (isToldElsewhere?.(error) === true) return;
    const said = error instanceof Error ? error.message : String(error);
    const before = this.#current;
    this.#current = { said, since: before?.since ?? performance.now(), times: (before?.times ?? 0) + 1 };
    if (before?.said !== said) logger.error({ err: error, ...about }, failed);
  }

  over(): void {
    if (this.#current === undefined) return;
    const { since, times } = this.#current;
    this.#current = undefined;
    const seconds = Number(((performance.now() - since) / 1000).toFixed(1));
    this.#options.logger.info({ failures: times, seconds }, this.#options.over);
  }
}
