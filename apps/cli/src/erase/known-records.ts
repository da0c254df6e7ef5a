import { existsSync, readFileSync } from 'node:fs';
import { readErasure } from '@kinledger/contracts';
import pg from 'pg';

/**
 * The record ids that are neither in the golden dataset nor on the list of erasures: mistyped, or of another
 * installation.
 * @param platformUrl a role that may read the golden dataset.
 */
export async function unknownRecords(
  records: readonly string[],
  platformUrl: string,
  list: string,
): Promise<readonly string[]> {
  const client = new pg.Client({ connectionString: platformUrl, application_name: 'kinledger-erase' });
  await client.connect();
  try {
    const { rows } = await client.query<[string]>({
      text: `SELECT replace(record_id::text, '-', '') FROM golden.record WHERE record_id = ANY ($1::uuid[])`,
      values: [records],
      rowMode: 'array',
    });
    const known = new Set(rows.map(([record]) => record));
    for (const record of listedRecords(list)) known.add(record);
    return records.filter((record) => !known.has(record));
  } finally {
    await client.end();
  }
}

/** Records erased before, which may be named again. */
const listedRecords = (list: string): readonly string[] =>
  existsSync(list)
    ? readFileSync(list, 'utf8')
        .split('\n')
        .flatMap((line) => readErasure(line)?.records ?? [])
    : [];
