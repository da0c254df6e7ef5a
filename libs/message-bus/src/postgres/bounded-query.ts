import type pg from 'pg';

/**
 * Runs one statement with a timeout: if the server does not answer, closes the connection and fails with an unknown
 * outcome. Otherwise a lost network would block a heartbeat, and so the partitions, for ever.
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
    // An error of the statement leaves the connection intact; other errors have no severity ERROR.
    release(!(error instanceof Error && 'severity' in error && error.severity === 'ERROR'));
    throw error;
  } finally {
    clearTimeout(timer);
  }
}
