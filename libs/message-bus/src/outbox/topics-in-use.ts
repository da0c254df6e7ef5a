import { inTransaction } from '@kinledger/database';
import pg from 'pg';
import type { MessageBus } from '../message-bus.js';

/**
 * The table `<schema>.topics_in_use` of a service, which says to which topics the service published last. If those are
 * others by now, for the bus was lost or the database was restored beside a new bus, then what was on its way is gone.
 */
export class TopicsInUse {
  readonly #schema: string;
  readonly #topics: readonly string[];

  /** @param topics those that the service publishes to. */
  constructor(schema: string, topics: readonly string[]) {
    this.#schema = schema;
    this.#topics = topics;
  }

  /**
   * Runs `again` within a transaction if the service published to other topics before: once for each change, whichever
   * process notices it first. A service that has published nothing yet only notes its topics.
   * @returns whether they were others.
   */
  async noteChange(
    pool: pg.Pool,
    bus: Pick<MessageBus, 'topicId'>,
    again: (client: pg.ClientBase) => Promise<void>,
  ): Promise<boolean> {
    const ids = (await Promise.all(this.#topics.map((topic) => bus.topicId(topic)))).join(' ');
    const table = `${pg.escapeIdentifier(this.#schema)}.topics_in_use`;
    return inTransaction(pool, async (client) => {
      await client.query(`INSERT INTO ${table} (ids) VALUES ($1) ON CONFLICT (one) DO NOTHING`, [ids]);
      const { rows } = await client.query<{ ids: string }>(`SELECT ids FROM ${table} FOR UPDATE`);
      if (rows[0]?.ids === ids) return false;
      await client.query(`UPDATE ${table} SET ids = $1, since = now()`, [ids]);
      await again(client);
      return true;
    });
  }
}
