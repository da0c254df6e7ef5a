import { schemaDocument } from '@kinledger/file-templates';
import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { IntakeContext } from '../intake-context.js';

/** Keeps every schema under which a dataset is taken, so that an old file can be understood after a change. */
@Injectable()
export class SchemaArchive implements OnApplicationBootstrap {
  readonly #intake: IntakeContext;

  constructor(intake: IntakeContext) {
    this.#intake = intake;
  }

  async onApplicationBootstrap(): Promise<void> {
    const { pool, programme } = this.#intake;
    const { datasets } = programme;
    await pool.query(
      `INSERT INTO ingest.dataset_schema (dataset, hash, schema)
       SELECT * FROM unnest($1::text[], $2::text[], $3::text[]) ON CONFLICT DO NOTHING`,
      [
        datasets.map(({ id }) => id),
        datasets.map(({ schemaHash }) => schemaHash),
        datasets.map(({ schema }) => schemaDocument(schema)),
      ],
    );
  }

  /** A schema in canonical JSON; undefined if the dataset never had it. */
  async find(dataset: string, hash: string): Promise<string | undefined> {
    const { rows } = await this.#intake.pool.query<{ schema: string }>(
      'SELECT schema FROM ingest.dataset_schema WHERE dataset = $1 AND hash = $2',
      [dataset, hash],
    );
    return rows[0]?.schema;
  }
}
