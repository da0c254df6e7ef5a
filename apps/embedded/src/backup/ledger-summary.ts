import { createHash } from 'node:crypto';
import type { LedgerSummary } from '@kinledger/contracts';
import pg from 'pg';

/** Events per page. */
const PAGE = 10_000;

/** Hashes the bytes of every stream of the ledger. */
export async function summariseLedgers(platformUrl: string): Promise<LedgerSummary[]> {
  const client = new pg.Client({ connectionString: platformUrl });
  await client.connect();
  try {
    const { rows } = await client.query<{ stream: number; name: string }>(
      'SELECT stream, name FROM ledger.stream ORDER BY name',
    );
    const summaries: LedgerSummary[] = [];
    for (const { stream, name } of rows) summaries.push({ stream: name, ...(await hashOf(client, stream)) });
    return summaries;
  } finally {
    await client.end();
  }
}

async function hashOf(client: pg.Client, stream: number): Promise<Omit<LedgerSummary, 'stream'>> {
  const digest = createHash('sha256');
  for (let events = 0; ; events += PAGE) {
    const { rows } = await client.query<{ bytes: Buffer }>(
      'SELECT bytes FROM ledger.event WHERE stream = $1 AND revision >= $2 AND revision < $3 ORDER BY revision',
      [stream, events, events + PAGE],
    );
    for (const { bytes } of rows) digest.update(bytes);
    if (rows.length < PAGE) return { events: events + rows.length, sha256: digest.digest('hex') };
  }
}
