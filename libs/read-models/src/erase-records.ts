import type pg from 'pg';
import { readTables } from './registry.js';

const statements = readTables.flatMap(({ erasure }) =>
  erasure.holds === 'what records say' ? [erasure.erase] : [],
);

/**
 * Deletes from every table of every read model what the bodies of these records said. What the ledger says of the
 * records stays, as it would after a rebuild without the bodies. Runs on the search path of a schema of read models, in
 * the caller’s transaction.
 */
export async function eraseRecords(client: pg.ClientBase, records: readonly string[]): Promise<void> {
  for (const statement of statements) await client.query(statement, [records]);
}
