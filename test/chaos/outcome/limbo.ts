import type { PlatformUnderTest } from '../platform/platform-under-test.js';
import { kill } from '../platform/victim.js';
import { until } from '../until.js';

interface Left {
  readonly [what: string]: number;
}

/** Ages what interrupted uploads left behind, and restarts ingest, which sweeps them when it starts. */
async function ageLeftovers(platform: PlatformUnderTest): Promise<void> {
  await platform.query(
    'restricted',
    `UPDATE ingest.upload SET alive_at = alive_at - interval '1 day' WHERE state = 'receiving'`,
  );
  await platform.query(
    'restricted',
    `UPDATE ingest.upload SET expires_at = now() - interval '1 day' WHERE state IN ('validated', 'refused')`,
  );
  await kill(platform.victim('ingest'));
  await until('intake has swept', async () => {
    const [row] = await platform.query<{ left: number }>(
      'restricted',
      `SELECT count(*)::int AS left FROM ingest.upload WHERE state IN ('receiving', 'validated', 'refused')`,
    );
    return row?.left === 0;
  });
  await until('what the sweep said is published', async () => {
    const [row] = await platform.query<{ left: number }>(
      'restricted',
      'SELECT count(*)::int AS left FROM ingest.outbox',
    );
    return row?.left === 0;
  });
}

/**
 * Work left over that should be gone, as names and counts; empty if there is none. Rows of a parked submission stay, so
 * that it can be un-parked.
 */
export async function limbo(platform: PlatformUnderTest): Promise<Left> {
  await ageLeftovers(platform);
  const [restricted] = await platform.query<Left>(
    'restricted',
    `WITH parked AS (SELECT upload FROM pseudonymiser.finished_file GROUP BY upload HAVING bool_and(outcome = 'unprocessable'))
     SELECT
       (SELECT count(*)::int FROM landing.file WHERE upload NOT IN (SELECT upload FROM parked)) AS "landed files",
       (SELECT count(*)::int FROM landing.chunk WHERE upload NOT IN (SELECT upload FROM parked)) AS "landed chunks",
       (SELECT count(*)::int FROM landing.chunk c WHERE NOT EXISTS (
          SELECT FROM landing.file f WHERE f.upload = c.upload)) AS "landed chunks without a key",
       (SELECT count(*)::int FROM ingest.upload WHERE state NOT IN ('accepted', 'discarded')) AS "uploads neither accepted nor discarded",
       (SELECT count(*)::int FROM ingest.submission s WHERE NOT EXISTS (
          SELECT FROM pseudonymiser.finished_file f WHERE f.submission = s.submission)) AS "submissions without an end",
       (SELECT count(*)::int FROM ingest.outbox) + (SELECT count(*)::int FROM pseudonymiser.outbox) AS "messages in an outbox"`,
  );
  const [linker] = await platform.query<Left>(
    'platform',
    `SELECT
       (SELECT count(*)::int FROM linker.intake WHERE state = 'waiting') AS "intakes that wait",
       (SELECT count(*)::int FROM linker.chunk c JOIN linker.intake i USING (submission)
        WHERE i.kind = 'file' AND i.state <> 'parked') AS "staged chunks of decided submissions",
       (SELECT count(*)::int FROM linker.chunk c WHERE NOT EXISTS (
          SELECT FROM linker.intake i WHERE i.submission = c.submission)) AS "staged chunks of nobody",
       (SELECT count(*)::int FROM linker.command WHERE state = 'waiting') AS "commands that wait",
       (SELECT count(*)::int FROM linker.command WHERE NOT answered) AS "commands without an answer",
       (SELECT abs(count(*) - 1)::int FROM linker.lease l JOIN pg_stat_activity s
          ON s.pid = l.session AND s.backend_start = l.session_since
        WHERE expires_at > now()) AS "linkers too many or too few",
       (SELECT count(*)::int FROM pg_namespace WHERE nspname LIKE 'rebuild\\_%') AS "half-built read models",
       (SELECT count(*)::int FROM operations.rebuild WHERE state = 'running') AS "rebuilds that run",
       (SELECT count(*)::int FROM operations.upload
        WHERE submission_id IS NOT NULL AND state NOT IN ('pseudonymised', 'unprocessable')) AS "files whose page does not show their end"`,
  );
  return Object.fromEntries(Object.entries({ ...restricted, ...linker }).filter(([, count]) => count !== 0));
}
