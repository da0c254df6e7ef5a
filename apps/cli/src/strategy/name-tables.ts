import { createPool } from '@kinledger/database';
import { PostgresNameTables } from '@kinledger/event-store';
import { frequencyHash, frequencyText, type FrequencyTable } from '@kinledger/kin';
import type { LedgerPlaces } from '../ledger/ledger-places.js';

/** Keeps a table beside the ledger, where the linker reads it. Whoever keeps it again changes nothing. */
export const keepFrequencies = (
  places: LedgerPlaces,
  table: FrequencyTable,
  keyVersion: number,
): Promise<void> =>
  withTables(places, (tables) =>
    tables.keep({ id: frequencyHash(table), keyVersion, bytes: Buffer.from(frequencyText(table), 'utf8') }),
  );

/** @returns whether there was one with this id. */
export const eraseNameTable = (places: LedgerPlaces, id: string): Promise<boolean> =>
  /^[0-9a-f]{64}$/.test(id) ? withTables(places, (tables) => tables.erase(id)) : Promise.resolve(false);

async function withTables<Result>(
  { platformUrl }: LedgerPlaces,
  work: (tables: PostgresNameTables) => Promise<Result>,
): Promise<Result> {
  const pool = createPool({ url: platformUrl, applicationName: 'kinledger-strategy', max: 1 });
  try {
    return await work(new PostgresNameTables(pool));
  } finally {
    await pool.end();
  }
}
