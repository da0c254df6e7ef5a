import type { Histogram } from 'prom-client';
import type { Metrics } from './metrics.js';

/** What becomes of a file after it was accepted, in this order. */
export type FileStage = 'pseudonymised' | 'linked' | 'in-figures';

/** How long files take from their acceptance to a stage; the service that completes the stage observes it. */
export class FileLag {
  readonly #seconds: Histogram<'stage'>;
  readonly #stage: FileStage;

  constructor(metrics: Metrics, stage: FileStage) {
    this.#stage = stage;
    this.#seconds = metrics.histogram({
      name: 'kinledger_file_lag_seconds',
      help: 'Time from the acceptance of a file until it reached a stage: pseudonymised, linked, or in the figures.',
      labels: ['stage'],
      buckets: [1, 5, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 21_600],
    });
    // Prometheus sees the first file as an increase only if the counts start at 0.
    this.#seconds.zero({ stage });
  }

  /** @param acceptedAt time of `FileAccepted`, ISO 8601. A clock that is behind counts as no time. */
  reached(acceptedAt: string, now = Date.now()): void {
    const seconds = Math.max(0, (now - Date.parse(acceptedAt)) / 1000);
    this.#seconds.observe({ stage: this.#stage }, seconds);
  }
}
