import type pg from 'pg';
import { readTables } from './registry.js';

const statements = readTables.flatMap(({ erasure }) =>
  erasure.holds === 'what records say' ? [erasure.erase] : [],
);

/**
 * Takes out of every table of every read model what the bodies of records said; what the ledger says of them stays, as a
 * rebuild without the bodies would have it. On the search path of a schema of read models, in the caller’s transaction.
 */
export async function eraseRecords(client: pg.ClientBase, records: readonly string[]): Promise<void> {
  for (const statement of statements) await client.query(statement, [records]);
}
