import { periodOfCode } from '@kinledger/domain';
import type { EventOf, Writing } from '../read-model.js';

interface Closing {
  readonly state: 'linked' | 'withdrawn';
  readonly revision: number;
  readonly outcomes?: object;
  readonly reason?: string;
}

/** Submissions are few: each is written immediately, and other read models may read it from then on. */
export class SubmissionsWriter {
  readonly #writing: Writing;

  constructor(writing: Writing) {
    this.#writing = writing;
  }

  /** A submission that was parked exists already, and is now received. */
  async receive({ data, time, revision }: EventOf<'SubmissionReceived'>): Promise<void> {
    await this.#writing.client.query(
      `INSERT INTO submission (submission_id, intake, provider, dataset, period, period_start, sequence, extract_kind,
         state, attested_by, on_behalf_of, agreement, pseudonymised_at_source, supersedes, counts, findings, received_at, opened, closed, number)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'received', $9, $10, $11, $12, $13, $14, $15, $16, $17, $17, $18)
       ON CONFLICT (submission_id) DO UPDATE
       SET (intake, provider, dataset, period, period_start, sequence, extract_kind, state, reason, attested_by, on_behalf_of,
            agreement, pseudonymised_at_source, supersedes, counts, findings, received_at, opened, closed)
         = (excluded.intake, excluded.provider, excluded.dataset, excluded.period, excluded.period_start, excluded.sequence,
            excluded.extract_kind, excluded.state, NULL, excluded.attested_by, excluded.on_behalf_of, excluded.agreement,
            excluded.pseudonymised_at_source, excluded.supersedes, excluded.counts, excluded.findings, excluded.received_at,
            excluded.opened, excluded.closed)`,
      [
        data.submission,
        data.intake,
        data.provider,
        data.dataset,
        data.period,
        periodOfCode(data.period).start,
        data.sequence,
        data.extractKind,
        data.attestation.by,
        data.attestation.onBehalfOf ?? null,
        data.agreement,
        data.pseudonymisedAtSource,
        data.supersedes,
        data.counts,
        data.findings,
        time,
        revision,
        await this.#numberOf(data.submission),
      ],
    );
  }

  /** Completes the decision of a submission, after its records are written to the tables. */
  async close(submission: string, { state, revision, outcomes, reason }: Closing): Promise<void> {
    await this.#writing.flush();
    await this.#writing.client.query(
      `UPDATE submission SET state = $2, closed = $3, outcomes = coalesce($4, outcomes), reason = $5 WHERE submission_id = $1`,
      [submission, state, revision, outcomes ?? null, reason ?? null],
    );
  }

  async park({ data, revision }: EventOf<'SubmissionParked'>): Promise<void> {
    await this.#writing.client.query(
      `INSERT INTO submission (submission_id, intake, state, reason, supersedes, opened, closed, number)
       VALUES ($1, $2, 'parked', $3, '{}', $4, $4, $5)
       ON CONFLICT (submission_id) DO UPDATE SET intake = excluded.intake, state = 'parked', reason = excluded.reason, closed = excluded.closed`,
      [data.submission, data.intake, data.reason, revision, await this.#numberOf(data.submission)],
    );
  }

  /** Its existing number, or else the next. */
  async #numberOf(submission: string): Promise<number> {
    const { client, numbers } = this.#writing;
    await numbers.submissions.lookUp(client, [submission]);
    return numbers.submissions.has(submission)
      ? numbers.submissions.of(submission)
      : numbers.submissions.add(submission);
  }
}
