import type pg from 'pg';
import Cursor from 'pg-cursor';

export interface BatchedQuery {
  readonly text: string;
  readonly values?: readonly unknown[];
  /** Rows as arrays of values, in the order of the columns; as objects without it. */
  readonly rowMode?: 'array';
}

/**
 * The rows of a query, so many at a time, in the client’s transaction: no more of them are held than one batch.
 * `Row` is the shape of its rows.
 */
export async function* readInBatches<Row>(
  client: pg.ClientBase,
  { text, values = [], ...config }: BatchedQuery,
  size: number,
): AsyncGenerator<readonly Row[]> {
  const cursor = client.query(new Cursor<Row>(text, [...values], config));
  try {
    for (;;) {
      const rows = await cursor.read(size);
      if (rows.length === 0) return;
      yield rows;
    }
  } finally {
    await cursor.close();
  }
}
