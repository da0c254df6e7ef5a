import { quarterFigures } from '@kinledger/contracts';
import type { EventOf, Writing } from '../read-model.js';

const jsonOf = (list: readonly object[] | undefined): string | null =>
  list === undefined ? null : JSON.stringify(list);

/** Keeps the list of closed quarters, the published form of each edition, and which of them leaves. */
export class QuartersWriter {
  readonly #writing: Writing;

  constructor(writing: Writing) {
    this.#writing = writing;
  }

  async close({ data, revision, time }: EventOf<'QuarterClosed'>): Promise<void> {
    await this.#writing.client.query(
      `INSERT INTO closed_quarter (period, edition, closing, closed_at, closed_by, reason, versions, nil_returns, by_act, standing)
       SELECT $1, count(*) + 1, $2, $3, $4, $5, $6, $7, $8, 'unpublished' FROM closed_quarter WHERE period = $1`,
      [
        ...[data.period, revision, time, data.by, data.reason, data.versions, jsonOf(data.nilReturns)],
        data.edition !== undefined,
      ],
    );
  }

  /**
   * Keeps the published form. Of the full figures the ledger has a commitment alone, and so have the read models.
   * @throws Error where the payload beside the ledger is missing, ZodError where it holds no figures.
   */
  async compute({ data, revision }: EventOf<'FiguresPublished'>): Promise<void> {
    const bytes = await this.#writing.readPayload(data.published);
    if (bytes === undefined) throw new Error(`the figures published at revision ${revision} are missing`);
    const published = quarterFigures.parse(JSON.parse(new TextDecoder().decode(bytes)));
    await this.#writing.client.query(
      `UPDATE closed_quarter SET published_at = $2, digest = $3, commitment = $4, figures = $5, audit = $6,
              standing = CASE WHEN by_act THEN standing ELSE 'published' END
       WHERE closing = $1`,
      [
        ...[data.closing, revision, data.published, data.commitment, JSON.stringify(published)],
        data.audit === undefined ? null : JSON.stringify(data.audit),
      ],
    );
  }

  /** The edition leaves from here on, and the one that left before does no more. */
  async publish({ data, revision, time }: EventOf<'ReleasePublished'>): Promise<void> {
    await this.#writing.client.query(
      `UPDATE closed_quarter SET standing = 'superseded', ended = $2, ended_at = $3, ended_by = $4, end_reason = $5
       WHERE period = $1 AND standing = 'published'`,
      [data.period, revision, time, data.by, data.reason],
    );
    await this.#writing.client.query(
      `UPDATE closed_quarter SET standing = 'published', released = $2, released_at = $3, released_by = $4, release_reason = $5
       WHERE closing = $1`,
      [data.closing, revision, time, data.by, data.reason],
    );
  }

  async withdraw({ data, revision, time }: EventOf<'ReleaseWithdrawn'>): Promise<void> {
    await this.#writing.client.query(
      `UPDATE closed_quarter SET standing = 'withdrawn', ended = $2, ended_at = $3, ended_by = $4, end_reason = $5
       WHERE closing = $1`,
      [data.closing, revision, time, data.by, data.reason],
    );
  }
}
