import { isDatabaseAway, isNotMigrated, requireMigrated, type DatabaseName } from '@kinledger/database';
import { pauseAfter } from '@kinledger/waiting';
import { setTimeout as pause } from 'node:timers/promises';
import type pg from 'pg';

const PAUSES = { firstMs: 250, longestMs: 5_000 };

export interface Patience {
  readonly patienceMs: number;
  /** Called once, with the reason, when waiting begins. */
  readonly onWaiting: (why: string) => void;
}

/**
 * Waits until the database answers and its migrations are those of this code. During an upgrade or a first
 * installation, a service may start before the migrator has finished.
 * @throws NotMigrated, or the error of the connection, once patience is over; at once for anything that waiting will
 * not change.
 */
export async function awaitDatabase(
  pool: pg.Pool,
  database: DatabaseName,
  { patienceMs, onWaiting }: Patience,
): Promise<void> {
  const until = performance.now() + patienceMs;
  for (let failures = 1; ; failures += 1) {
    try {
      return await requireMigrated(pool, database);
    } catch (error) {
      const passing = isDatabaseAway(error) || (isNotMigrated(error) && error.behind);
      if (!passing || performance.now() >= until) throw error;
      if (failures === 1) onWaiting(error instanceof Error ? error.message : String(error));
      await pause(pauseAfter(failures, PAUSES));
    }
  }
}
