import type pg from 'pg';

/**
 * Runs one statement, and gives up on a server that does not answer: the connection is dropped and the statement
 * fails with an unknown outcome. Without it a lost network would hold a heartbeat, and the partitions, for ever.
 */
export async function boundedQuery<Row extends pg.QueryResultRow>(
  pool: pg.Pool,
  timeoutMs: number,
  text: string,
  values: readonly unknown[],
): Promise<Row[]> {
  const client = await pool.connect();
  let released = false;
  const release = (broken: boolean) => {
    if (!released) client.release(broken);
    released = true;
  };
  const timer = setTimeout(() => release(true), timeoutMs);
  try {
    const { rows } = await client.query<Row>(text, [...values]);
    release(false);
    return rows;
  } catch (error) {
    // An error of the statement leaves the connection whole; any other one has no SQLSTATE.
    release(!(error instanceof Error && 'severity' in error && error.severity === 'ERROR'));
    throw error;
  } finally {
    clearTimeout(timer);
  }
}
