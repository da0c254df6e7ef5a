import { readFileSync } from 'node:fs';
import { recordId } from '@kinledger/contracts';
import { createPool, type ConnectionUrls } from '@kinledger/database';
import { eraseBodies } from '@kinledger/event-store';
import type pg from 'pg';
import { z } from 'zod';
import { operationRefused } from './operation-refused.js';

/**
 * One line of the list of erasures that is kept outside the databases, so that a restored backup does not bring back
 * what was erased after it was made. It names records by ids that say nothing about anybody.
 */
const erasure = z.strictObject({
  /** Ledger stream, such as `programme-leap`. */
  stream: z.string().min(1).max(200),
  records: z.array(recordId).min(1).max(2000),
  erasedAt: z.iso.datetime(),
});
export type Erasure = z.infer<typeof erasure>;

/**
 * Reads a list of erasures: JSON, one a line. A last line without its end is one whose writer was interrupted, and is
 * refused like any other that cannot be read: an erasure that is left out would go unnoticed.
 * @throws OperationRefused with the number of the line.
 */
export function readErasures(file: string): readonly Erasure[] {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    throw operationRefused(`the list of erasures ${file} cannot be read`);
  }
  const lines = text.split('\n');
  if (lines.pop() !== '') throw operationRefused(`${file}: the last line is not complete`);
  return lines.map((line, index) => {
    const parsed = erasure.safeParse(parseJson(line));
    if (!parsed.success) throw operationRefused(`${file}: line ${index + 1} is not an erasure`);
    return parsed.data;
  });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/**
 * Deletes the bodies that are listed, as the eraser, who cannot read them, and with them all read models, which repeat
 * what stood in bodies. Repeatable. @returns how many bodies went.
 */
export async function applyErasures(erasures: readonly Erasure[], urls: ConnectionUrls): Promise<number> {
  const bodies = await withPool(urls.url('platform', 'eraser'), async (pool) => {
    let gone = 0;
    for (const { stream, records } of erasures) gone += await eraseBodies(pool, stream, records);
    return gone;
  });
  if (bodies > 0) await withPool(urls.url('platform', 'projector'), dropReadModels);
  return bodies;
}

/** The projector makes its schemas, the live one and those of past positions, and owns nothing else. */
async function dropReadModels(pool: pg.Pool): Promise<void> {
  const { rows } = await pool.query<{ name: string }>(
    'SELECT quote_ident(nspname) AS name FROM pg_namespace WHERE nspowner = current_user::regrole',
  );
  for (const { name } of rows) await pool.query(`DROP SCHEMA ${name} CASCADE`);
}

async function withPool<T>(url: string, work: (pool: pg.Pool) => Promise<T>): Promise<T> {
  const pool = createPool({ url, applicationName: 'restore', max: 1 });
  try {
    return await work(pool);
  } finally {
    await pool.end();
  }
}
