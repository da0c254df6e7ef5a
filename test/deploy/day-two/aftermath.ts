import { outcomeOf, type Outcome } from '../../chaos/outcome/outcome.ts';
import type { InstalledPlatform, Pod } from '../installed-platform.ts';
import { until } from '../installed-pods.ts';

/** Resolves when all files are decided, projected and published, and nothing is left over. */
export async function settled(platform: InstalledPlatform, files: number): Promise<void> {
  const one = async (database: 'restricted' | 'platform', sql: string) =>
    (await platform.query<{ settled: boolean }>(database, `SELECT ${sql} AS settled`))[0]?.settled === true;
  const log = () => platform.logs;
  await until(
    `all ${files} files are decided`,
    () => one('platform', `(SELECT count(*) FROM linker.intake WHERE state <> 'waiting') = ${files}`),
    log,
  );
  await until(
    'the read models and the publication stand at the end of the ledger',
    () =>
      one(
        'platform',
        `(SELECT position FROM golden.checkpoint) = (SELECT max(revision) FROM ledger.event)
         AND (SELECT position FROM linker.publication) = (SELECT max(revision) FROM ledger.event)`,
      ),
    log,
  );
  await until(
    'nothing is left over in the restricted zone',
    () =>
      one(
        'restricted',
        `NOT EXISTS (SELECT FROM ingest.outbox) AND NOT EXISTS (SELECT FROM pseudonymiser.outbox)
         AND NOT EXISTS (SELECT FROM landing.chunk) AND NOT EXISTS (SELECT FROM ingest.upload WHERE state = 'receiving')`,
      ),
    log,
  );
}

/** The ledger, the read models and the figures, without what differs between runs. */
export const outcome = (
  platform: InstalledPlatform,
  reports: Pod,
  periods: readonly string[],
): Promise<Outcome> =>
  outcomeOf(
    {
      connection: { services: { 'reporting-api': reports.url }, tokens: { operator: platform.token } },
      query: (database, sql, values) => platform.query(database, sql, values),
      ledger: () => ledgerOf(platform),
    },
    periods,
  );

/** Rows of each submission that the ledger has decided. */
export async function decidedRows(platform: InstalledPlatform): Promise<ReadonlyMap<string, number>> {
  const decided = new Map<string, number>();
  for (const line of await ledgerOf(platform)) {
    const event = JSON.parse(line) as { type: string; data: { submission: string; rows: number } };
    if (event.type === 'SubmissionLinked') decided.set(event.data.submission, event.data.rows);
  }
  return decided;
}

async function ledgerOf(platform: InstalledPlatform): Promise<readonly string[]> {
  const rows = await platform.query<{ bytes: Buffer }>(
    'platform',
    'SELECT bytes FROM ledger.event ORDER BY revision',
  );
  return rows.map(({ bytes }) => bytes.toString('utf8'));
}
