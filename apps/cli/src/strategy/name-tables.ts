import { createPool } from '@kinledger/database';
import { PostgresNameTables, type NameTable } from '@kinledger/event-store';
import { frequencyHash, frequencyText, type FrequencyTable } from '@kinledger/kin';
import type { LedgerPlaces } from '../ledger/ledger-places.js';
import type { LedgerReading } from '../ledger/read-ledger.js';

type Place = Pick<LedgerReading, 'places' | 'stream'>;

/**
 * Keeps a table beside a ledger, where the linker reads it. One that is there already stays as it is, whatever the key to which a
 * rotation has wrapped it since.
 */
export const keepFrequencies = (
  { places, stream }: Place,
  table: FrequencyTable,
  keyVersion: number,
): Promise<void> =>
  withTables(places, (tables) =>
    tables.keep(stream, {
      ...{ id: frequencyHash(table), keyVersion },
      bytes: Buffer.from(frequencyText(table), 'utf8'),
    }),
  );

/** The tables beside a ledger, without what they hold. */
export const namedTables = ({ places, stream }: Place): Promise<Omit<NameTable, 'bytes'>[]> =>
  withTables(places, async (tables) =>
    (await tables.all(stream)).map(({ id, keyVersion }) => ({ id, keyVersion })),
  );

/** @returns whether there was one with this id. */
export const eraseNameTable = ({ places, stream }: Place, id: string): Promise<boolean> =>
  /^[0-9a-f]{64}$/.test(id)
    ? withTables(places, (tables) => tables.erase(stream, id))
    : Promise.resolve(false);

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
