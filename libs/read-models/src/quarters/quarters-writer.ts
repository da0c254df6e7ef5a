import { quarterFigures } from '@kinledger/contracts';
import type { EventOf, Writing } from '../read-model.js';

const jsonOf = (list: readonly object[] | undefined): string | null =>
  list === undefined ? null : JSON.stringify(list);

/** Keeps the list of closed quarters, and of each what was published. */
export class QuartersWriter {
  readonly #writing: Writing;

  constructor(writing: Writing) {
    this.#writing = writing;
  }

  async close({ data, revision, time }: EventOf<'QuarterClosed'>): Promise<void> {
    await this.#writing.client.query(
      `INSERT INTO closed_quarter (period, closing, closed_at, closed_by, reason, versions, nil_returns)
       VALUES ($1, $2, $3, $4, $5, $6, $7)`,
      [data.period, revision, time, data.by, data.reason, data.versions, jsonOf(data.nilReturns)],
    );
  }

  /**
   * Keeps the published form. Of the full figures the ledger has a commitment alone, and so have the read models.
   * @throws Error where the payload beside the ledger is missing, ZodError where it holds no figures.
   */
  async publish({ data, revision }: EventOf<'FiguresPublished'>): Promise<void> {
    const bytes = await this.#writing.readPayload(data.published);
    if (bytes === undefined) throw new Error(`the figures published at revision ${revision} are missing`);
    const published = quarterFigures.parse(JSON.parse(new TextDecoder().decode(bytes)));
    await this.#writing.client.query(
      `UPDATE closed_quarter SET published_at = $2, digest = $3, commitment = $4, figures = $5 WHERE period = $1`,
      [data.period, revision, data.published, data.commitment, JSON.stringify(published)],
    );
  }
}
