import type { CloudEvent, FileAccepted } from '@kinledger/contracts';
import { FileLag, Metrics } from '@kinledger/service-kit';
import { Injectable, Logger } from '@nestjs/common';
import type { RowCounts } from '@kinledger/pseudonymised-rows';
import type { FileObserver } from './file-pseudonymiser.js';
import type { FinishedFile } from './finished-files.js';

/** Counts and logs the work: numbers, datasets and submission ids, but nothing of a row. */
@Injectable()
export class FileMetrics implements FileObserver {
  readonly #logger = new Logger('files');
  readonly #rows;
  readonly #suppressed;
  readonly #tokens;
  readonly #postcodes;
  readonly #files;
  readonly #seconds;
  readonly #lag;

  constructor(metrics: Metrics) {
    this.#rows = metrics.counter({
      name: 'kinledger_rows_pseudonymised_total',
      help: 'Rows turned into messages; rows of a file that is processed again count again.',
    });
    this.#suppressed = metrics.counter({
      name: 'kinledger_rows_suppressed_total',
      help: 'Rows of suppressed people, which went no further; those of a file that is done again count again.',
    });
    this.#tokens = metrics.counter({
      name: 'kinledger_tokens_total',
      help: 'Tokens made, by kind of identifier and use.',
      labels: ['kind', 'use'],
    });
    this.#postcodes = metrics.counter({
      name: 'kinledger_postcodes_without_area_total',
      help: 'Postcodes without an area: unknown to the look-up, or of a protected address.',
      labels: ['why'],
    });
    this.#files = metrics.counter({
      name: 'kinledger_files_finished_total',
      help: 'Finished files by outcome; the reason is empty for pseudonymised files.',
      labels: ['outcome', 'reason'],
    });
    this.#seconds = metrics.histogram({
      name: 'kinledger_file_pseudonymisation_seconds',
      help: 'Time to process a file.',
      labels: ['outcome'],
      buckets: [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300],
    });
    this.#lag = new FileLag(metrics, 'pseudonymised');
  }

  onRows(counts: RowCounts): void {
    this.#rows.inc(counts.rows);
    this.#suppressed.inc(counts.suppressed);
    for (const [counted, number] of Object.entries(counts.tokens)) {
      const [kind = '', use = ''] = counted.split(' ');
      this.#tokens.inc({ kind, use }, number);
    }
    this.#postcodes.inc({ why: 'unknown' }, counts.unknownPostcodes);
    this.#postcodes.inc({ why: 'protected' }, counts.protectedPostcodes);
  }

  onFinished(file: CloudEvent<typeof FileAccepted>, end: FinishedFile, seconds: number): void {
    const { outcome, rows, suppressed, chunks, reason } = end;
    this.#files.inc({ outcome, reason: reason ?? '' });
    this.#seconds.observe({ outcome }, seconds);
    const { submission, dataset, intake } = file.data;
    const told = {
      ...{ submission, dataset, intake, rows, suppressed, chunks },
      seconds: Number(seconds.toFixed(3)),
    };
    if (outcome === 'pseudonymised') {
      this.#lag.reached(file.time);
      this.#logger.log(told, 'file pseudonymised');
    } else {
      this.#logger.error({ ...told, reason }, 'file cannot be processed; its rows wait in the landing store');
    }
  }
}
