import { Metrics } from '@kinledger/service-kit';
import type { Programme } from '@kinledger/programme';
import { Injectable } from '@nestjs/common';
import type { Counter, Gauge, Histogram } from 'prom-client';
import { InjectProgramme } from '../programme/programme.module.js';
import { incidentKinds, type IncidentKind } from './incident.js';
import type { Upload } from './upload.js';

const rowOutcomes = ['accepted', 'warned', 'rejected', 'duplicate'] as const;
const submissionOutcomes = ['accepted', 'repeated', 'withdrawn', 'unparked'] as const;

/** Metrics of intake. Labels contain only names of the programme's configuration and of our rules. */
@Injectable()
export class IntakeMetrics {
  readonly receiving: Gauge;
  readonly #uploads: Counter<'dataset' | 'outcome'>;
  readonly #rows: Counter<'dataset' | 'outcome'>;
  readonly #findings: Counter<'dataset' | 'rule'>;
  readonly #bytes: Counter<'dataset'>;
  readonly #seconds: Histogram<'outcome'>;
  readonly #submissions: Counter<'dataset' | 'outcome'>;
  readonly #incidents: Counter<'dataset' | 'kind'>;

  constructor(metrics: Metrics, @InjectProgramme() programme: Programme) {
    this.receiving = metrics.gauge({
      name: 'kinledger_uploads_receiving',
      help: 'Uploads that are being received.',
    });
    this.#uploads = metrics.counter({
      name: 'kinledger_uploads_total',
      help: 'Uploads by outcome: validated, refused, or the reason why the file could not be read.',
      labels: ['dataset', 'outcome'],
    });
    this.#rows = metrics.counter({
      name: 'kinledger_upload_rows_total',
      help: 'Rows of uploads by outcome.',
      labels: ['dataset', 'outcome'],
    });
    this.#findings = metrics.counter({
      name: 'kinledger_upload_findings_total',
      help: 'Findings in uploaded rows by rule.',
      labels: ['dataset', 'rule'],
    });
    this.#bytes = metrics.counter({
      name: 'kinledger_upload_bytes_total',
      help: 'Bytes of uploaded files that were read to their end.',
      labels: ['dataset'],
    });
    this.#seconds = metrics.histogram({
      name: 'kinledger_upload_seconds',
      help: 'Time from the first byte of an upload to its outcome.',
      labels: ['outcome'],
      buckets: [0.05, 0.25, 1, 5, 15, 60, 300, 1800],
    });
    this.#submissions = metrics.counter({
      name: 'kinledger_submissions_total',
      help: 'Submissions accepted, answered with an earlier one, and withdrawn.',
      labels: ['dataset', 'outcome'],
    });
    this.#incidents = metrics.counter({
      name: 'kinledger_data_incidents_total',
      help: 'Uploads with data that must never leave its source: clear text in place of digests, or the salt.',
      labels: ['dataset', 'kind'],
    });
    // Prometheus sees the first file of a quarter as an increase only if the counters start at 0.
    for (const { id: dataset } of programme.datasets) {
      for (const kind of incidentKinds) this.#incidents.inc({ dataset, kind }, 0);
      for (const outcome of ['validated', 'refused']) this.#uploads.inc({ dataset, outcome }, 0);
      for (const outcome of rowOutcomes) this.#rows.inc({ dataset, outcome }, 0);
      for (const outcome of submissionOutcomes) this.#submissions.inc({ dataset, outcome }, 0);
      this.#bytes.inc({ dataset }, 0);
    }
  }

  /** Counts one upload as an incident of its provider, however many rows caused it. */
  incident(dataset: string, kind: IncidentKind): void {
    this.#incidents.inc({ dataset, kind });
  }

  uploadRead(upload: Upload, seconds: number): void {
    const { dataset, counts, state } = upload;
    this.#uploads.inc({ dataset, outcome: state });
    this.#seconds.observe({ outcome: state }, seconds);
    this.#bytes.inc({ dataset }, upload.bytes);
    this.#rows.inc({ dataset, outcome: 'accepted' }, counts.accepted - counts.warned);
    this.#rows.inc({ dataset, outcome: 'warned' }, counts.warned);
    this.#rows.inc({ dataset, outcome: 'rejected' }, counts.rejected);
    this.#rows.inc({ dataset, outcome: 'duplicate' }, counts.duplicate);
    for (const [rule, count] of Object.entries(upload.findings)) this.#findings.inc({ dataset, rule }, count);
  }

  uploadRefused(dataset: string, outcome: string, seconds: number): void {
    this.#uploads.inc({ dataset, outcome });
    this.#seconds.observe({ outcome: 'not-taken' }, seconds);
  }

  submission(dataset: string, outcome: (typeof submissionOutcomes)[number]): void {
    this.#submissions.inc({ dataset, outcome });
  }
}
