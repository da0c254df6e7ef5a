import type pg from 'pg';

/** Files of one dataset and period that stand: linked and not withdrawn. However many there are, they are one entry. */
export interface ReceivedFiles {
  readonly service: string;
  /** `engagement` for a dataset that says who attended. */
  readonly dataType: string;
  readonly extractKind: string;
  /** Canonical code. */
  readonly period: string;
}

/** What was received of which service for which period, whatever its rows say. */
export async function receivedFiles(
  client: pg.ClientBase,
  schema: string,
): Promise<readonly ReceivedFiles[]> {
  const { rows } = await client.query<ReceivedFiles>(
    `SELECT DISTINCT d.service, d.data_type AS "dataType", s.extract_kind AS "extractKind", s.period
     FROM ${schema}.submission s JOIN ${schema}.dataset d USING (dataset)
     WHERE s.state = 'linked'
     ORDER BY 1, 2, 3, 4`,
  );
  return rows;
}
