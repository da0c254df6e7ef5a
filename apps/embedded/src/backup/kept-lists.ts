import { readFileSync } from 'node:fs';
import { readErasure, readSuppression } from '@kinledger/contracts';
import { createPool, type ConnectionUrls } from '@kinledger/database';
import { operationRefused } from './operation-refused.js';

/** A list that was read to its end. */
export interface KeptList {
  readonly text: string;
  /** Number of distinct record ids, or marks of people, on it. */
  readonly names: number;
}

/**
 * Reads a list of erasures: one JSON document a line. Refuses any unreadable line, even an incomplete last one, because
 * a missed erasure would go unnoticed.
 * @throws OperationRefused with the line number.
 */
export const readErasures = (file: string): KeptList =>
  readList(file, 'erasures', 'an erasure', (line) => readErasure(line)?.records);

/** Reads a list of suppressions in the same way. @throws OperationRefused with the line number. */
export const readSuppressions = (file: string): KeptList =>
  readList(file, 'suppressions', 'a suppression', (line) =>
    readSuppression(line)?.marks.map(({ mac }) => mac),
  );

function readList(
  file: string,
  what: string,
  one: string,
  namesIn: (line: string) => readonly string[] | undefined,
): KeptList {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    throw operationRefused(`the list of ${what} ${file} cannot be read`);
  }
  const lines = text.split('\n');
  if (lines.pop() !== '') throw operationRefused(`${file}: the last line is not complete`);
  const names = new Set<string>();
  for (const [index, line] of lines.entries()) {
    const found = namesIn(line);
    if (found === undefined) throw operationRefused(`${file}: line ${index + 1} is not ${one}`);
    for (const name of found) names.add(name);
  }
  return { text, names: names.size };
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
