import { randomBytes } from 'node:crypto';
import type { EventStore } from '@kinledger/event-store';
import { ReadModelFilling } from '../rebuild/read-model-filling.js';
import type pg from 'pg';

export interface RecountOptions {
  readonly store: EventStore;
  readonly stream: string;
  readonly pool: pg.Pool;
  readonly signal: AbortSignal;
  /** Ledger position that closes a decision. */
  readonly upTo: number;
  readonly onProgress?: (position: number, records: number) => void;
}

/**
 * Makes read models as they stood at a past position, in a schema of their own, and has them asked. All of it is one
 * transaction: nobody else sees the schema, and it is gone at the end, also after a kill.
 * @param ask is given a client whose search path is that schema.
 * @param keep what of the transaction is to stay; the schema is dropped before it commits.
 */
export async function recount<T>(
  { store, stream, pool, signal, upTo, onProgress }: RecountOptions,
  ask: (client: pg.ClientBase, schema: string) => Promise<T>,
  keep: 'nothing' | 'all but the schema' = 'nothing',
): Promise<T> {
  const client = await pool.connect();
  // Without a listener, a connection that breaks between two queries would end the process.
  client.on('error', () => undefined);
  try {
    const schema = `recount_${randomBytes(8).toString('hex')}`;
    await client.query('BEGIN');
    const filling = new ReadModelFilling({
      ...{ store, stream, client, schema, signal },
      onProgress: onProgress ?? (() => undefined),
    });
    await filling.fill(upTo);
    const answer = await ask(client, schema);
    if (keep === 'nothing') {
      await client.query('ROLLBACK');
    } else {
      await client.query(`DROP SCHEMA ${schema} CASCADE`);
      await client.query('COMMIT');
    }
    return answer;
  } finally {
    client.release(true);
  }
}
