import { channel } from 'node:diagnostics_channel';
import type { EventEmitter } from 'node:events';
import pg from 'pg';
import { connectionSettings } from './connection.js';
import { DISK_FULL } from './outage.js';

// Positions, offsets and counts stay far below 2^53.
pg.types.setTypeParser(pg.types.builtins.INT8, Number);
// A date is a calendar day: as an instant, it would shift across time zones.
pg.types.setTypeParser(pg.types.builtins.DATE, (text) => text);

export interface PoolOptions {
  /** May name a file for its password: `passwordfile`. */
  readonly url: string;
  /** Shown in pg_stat_activity. */
  readonly applicationName: string;
  readonly max?: number;
}

/**
 * A pool that survives a server restart: it drops a broken idle connection, and the next query opens a new one. Each
 * connection reads password file and certificates anew, so that these can be changed while a service runs.
 */
export function createPool(options: PoolOptions): pg.Pool {
  const pool = new pg.Pool({
    Client: class extends pg.Client {
      constructor(given?: pg.ClientConfig) {
        super({ ...given, ...connectionSettings(options.url) });
      }
    },
    application_name: options.applicationName,
    max: options.max ?? 8,
    connectionTimeoutMillis: 10_000,
    idleTimeoutMillis: 30_000,
    keepAlive: true,
  });
  pool.on('error', () => undefined);
  // When a connection in use breaks, its query fails, and it also emits an error event. Without a listener that event
  // would end the process.
  pool.on('connect', (client) => {
    client.on('error', () => undefined);
    noteRefusals(client);
  });
  return pool;
}

/**
 * Told, by any pool of the process, whenever a server refuses a statement because its disk is full. Most callers repeat
 * such a statement and never see the error.
 */
export const diskFullChannel = channel('kinledger:database:disk-full');

function noteRefusals(client: pg.PoolClient): void {
  // pg documents this member of a client but does not type it.
  const { connection } = client as unknown as { readonly connection: EventEmitter };
  connection.on('errorMessage', ({ code }: { readonly code?: string }) => {
    if (code === DISK_FULL) diskFullChannel.publish(undefined);
  });
}

/** Runs work in one transaction: committed when it resolves, rolled back when it throws. */
export async function inTransaction<T>(
  pool: pg.Pool,
  work: (client: pg.PoolClient) => Promise<T>,
): Promise<T> {
  const client = await pool.connect();
  let broken = false;
  try {
    await client.query('BEGIN');
    const result = await work(client);
    await client.query('COMMIT');
    return result;
  } catch (error) {
    await client.query('ROLLBACK').catch(() => (broken = true));
    throw error;
  } finally {
    client.release(broken);
  }
}
