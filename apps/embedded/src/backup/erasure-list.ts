import { readFileSync } from 'node:fs';
import { readErasure } from '@kinledger/contracts';
import { createPool, type ConnectionUrls } from '@kinledger/database';
import { operationRefused } from './operation-refused.js';

/** A list of erasures that was read to its end. */
export interface ErasureList {
  readonly text: string;
  /** Number of distinct record ids on it. */
  readonly records: number;
}

/**
 * Reads a list of erasures: one JSON document a line. Refuses any unreadable line, even an incomplete last one, because
 * a missed erasure would go unnoticed.
 * @throws OperationRefused with the line number.
 */
export function readErasures(file: string): ErasureList {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    throw operationRefused(`the list of erasures ${file} cannot be read`);
  }
  const lines = text.split('\n');
  if (lines.pop() !== '') throw operationRefused(`${file}: the last line is not complete`);
  const records = new Set<string>();
  for (const [index, line] of lines.entries()) {
    const erasure = readErasure(line);
    if (erasure === undefined) throw operationRefused(`${file}: line ${index + 1} is not an erasure`);
    for (const record of erasure.records) records.add(record);
  }
  return { text, records: records.size };
}

/** Drops all read models, which repeat data from bodies, by dropping every schema that the projector owns. */
export async function dropReadModels(urls: ConnectionUrls): Promise<void> {
  const pool = createPool({ url: urls.url('platform', 'projector'), applicationName: 'restore', max: 1 });
  try {
    const { rows } = await pool.query<{ name: string }>(
      'SELECT quote_ident(nspname) AS name FROM pg_namespace WHERE nspowner = current_user::regrole',
    );
    for (const { name } of rows) await pool.query(`DROP SCHEMA ${name} CASCADE`);
  } finally {
    await pool.end();
  }
}
